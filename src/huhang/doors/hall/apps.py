"""The hall door as a Django application."""

from django.apps import AppConfig


class HallConfig(AppConfig):
    """See README.md in this folder."""

    name = "huhang.doors.hall"
    label = "door_hall"
