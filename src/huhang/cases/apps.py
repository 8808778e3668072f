"""The case engine as a Django application."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Case, Step, Clock, Assignment, Move; knows no kind by name."""

    name = "huhang.cases"
    label = "cases"

    def ready(self) -> None:
        """Makes the shape of the engine's catalogue entries known."""
        from huhang.cases import cohandling

        cohandling.register()
