"""Referrals outside as a Django application."""

from django.apps import AppConfig


class OutsideConfig(AppConfig):
    """Requests that need another authority: referred by letter and followed until solved."""

    name = "huhang.kinds.requests.outside"
    label = "outside"

    def ready(self) -> None:
        """Makes the shape of authorities known to the catalogue."""
        from huhang.kinds.requests.outside import catalogue

        catalogue.register()
