"""The desk door as a Django application."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """See README.md in this folder."""

    name = "huhang.doors.desk"
    label = "door_desk"
