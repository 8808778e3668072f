"""Repeats as a Django application of their own, so that their tables grow beside those of requests."""

from django.apps import AppConfig


class RepeatsConfig(AppConfig):
    """Requests that say the same, and matters that come up again and again (C6)."""

    name = "huhang.kinds.requests.repeats"
    label = "repeats"

    def ready(self) -> None:
        """Makes the shape of this room's catalogue entries known."""
        from huhang.kinds.requests.repeats import catalogue

        catalogue.register()
