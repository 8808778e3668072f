"""Responsible officers as a Django application."""

from django.apps import AppConfig


class LiaisonsConfig(AppConfig):
    """Who answers for whom, since when, and why it changed."""

    name = "huhang.register.liaisons"
    label = "liaisons"

    def ready(self) -> None:
        """Makes the plan's shape known to the catalogue."""
        from huhang.register.liaisons import catalogue

        catalogue.register()
