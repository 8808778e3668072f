"""The case engine as a Django application."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Case, Step, Clock, Assignment, Move; knows no kind by name."""

    name = "huhang.cases"
    label = "cases"
