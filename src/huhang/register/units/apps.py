"""Units as a Django application."""

from django.apps import AppConfig


class UnitsConfig(AppConfig):
    """The bureau, its branches and their stations and squads."""

    name = "huhang.register.units"
    label = "units"
