"""Routing as a Django application of its own, so that its tables have their own migrations."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """Proposals of category and unit that show their work (C2)."""

    name = "huhang.kinds.requests.routing"
    label = "routing"

    def ready(self) -> None:
        """Makes the shape of routing rules known to the catalogue."""
        from huhang.kinds.requests.routing import checking

        checking.register()
