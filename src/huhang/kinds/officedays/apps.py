"""Office days as a Django application."""

from django.apps import AppConfig


class OfficeDaysConfig(AppConfig):
    """Days on which a unit sits on site: bookable, problems taken into the ledger, solved as the ledger says."""

    name = "huhang.kinds.officedays"
    label = "officedays"

    def ready(self) -> None:
        """Makes this room's catalogue known, and a day held a way of having been seen."""
        from huhang.kinds.officedays import catalogue, doing

        catalogue.register()
        doing.register()
