"""Joint meetings as a Django application."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Meetings about open cases, whose decisions become duties."""

    name = "huhang.kinds.meetings"
    label = "meetings"

    def ready(self) -> None:
        """Makes meetings a part of a subject's life."""
        from huhang.kinds.meetings import life

        life.register()
