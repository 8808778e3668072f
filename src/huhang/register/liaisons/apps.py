"""Responsible officers as a Django application."""

from django.apps import AppConfig


class LiaisonsConfig(AppConfig):
    """Who answers for whom, since when, and why it changed."""

    name = "huhang.register.liaisons"
    label = "liaisons"

    def ready(self) -> None:
        """Makes the plan's shape known to the catalogue, and who answers a part of a subject's life."""
        from huhang.register.liaisons import catalogue, events

        catalogue.register()
        events.register()
