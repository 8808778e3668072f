"""The case engine as a Django application."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Case, Step, Clock, Assignment, Move; knows no kind by name."""

    name = "huhang.cases"
    label = "cases"

    def ready(self) -> None:
        """Makes the shape of the engine's catalogue entries known, and cases a part of a subject's life."""
        from huhang.cases import cohandling, life

        cohandling.register()
        life.register()
