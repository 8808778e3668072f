"""Joint meetings as a Django application."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Meetings about open cases, whose decisions become duties."""

    name = "huhang.kinds.meetings"
    label = "meetings"
