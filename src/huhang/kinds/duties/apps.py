"""Duties as a Django application."""

from django.apps import AppConfig


class DutiesConfig(AppConfig):
    """Decisions that became somebody's duty, with a clock."""

    name = "huhang.kinds.duties"
    label = "duties"

    def ready(self) -> None:
        """Makes the shape of this room's catalogue entry known."""
        from huhang.kinds.duties import rules

        rules.register()
