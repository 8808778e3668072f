"""The catalogue as a Django application."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Policy as reviewed data: calendars, request categories, thresholds, each with versions."""

    name = "huhang.base.catalog"
    label = "catalog"

    def ready(self) -> None:
        """Makes calendars and office hours known."""
        from huhang.base.catalog import shapes

        shapes.register()
