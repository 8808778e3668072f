"""Requests as a Django application."""

from django.apps import AppConfig


class RequestsConfig(AppConfig):
    """The request ledger: from first word to closing by number."""

    name = "huhang.kinds.requests"
    label = "requests"

    def ready(self) -> None:
        """Makes the shapes of this room's catalogue entries known."""
        from huhang.kinds.requests import catalogue

        catalogue.register()
