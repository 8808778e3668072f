"""The api door as a Django application."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """See README.md in this folder."""

    name = "huhang.doors.api"
    label = "door_api"
