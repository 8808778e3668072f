"""Hazards as a Django application."""

from django.apps import AppConfig


class HazardsConfig(AppConfig):
    """What a post notices and tells its host; never a finding."""

    name = "huhang.kinds.hazards"
    label = "hazards"

    def ready(self) -> None:
        """Makes the shape of this room's catalogue entries known."""
        from huhang.kinds.hazards import catalogue

        catalogue.register()
