"""Supervision cards as a Django application."""

from django.apps import AppConfig


class CardsConfig(AppConfig):
    """Blue, yellow, orange, red: what supervision says when a matter is late, bad, or not answered for."""

    name = "huhang.kinds.cards"
    label = "cards"

    def ready(self) -> None:
        """Makes the thresholds' shape known to the catalogue."""
        from huhang.kinds.cards import catalogue

        catalogue.register()
