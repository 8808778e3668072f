"""Subjects as a Django application."""

from django.apps import AppConfig


class SubjectsConfig(AppConfig):
    """Enterprises, organisations and the persons who speak for them or for themselves."""

    name = "huhang.register.subjects"
    label = "subjects"

    def ready(self) -> None:
        """Tells the messages room, which lies below, how a person's number is found."""
        from huhang.base.messages import recipients
        from huhang.register.subjects import queries

        recipients.register(queries.phone_of)
