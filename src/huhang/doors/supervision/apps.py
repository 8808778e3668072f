"""The supervision door as a Django application."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """See README.md in this folder."""

    name = "huhang.doors.supervision"
    label = "door_supervision"
