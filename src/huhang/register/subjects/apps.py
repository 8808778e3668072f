"""Subjects as a Django application."""

from django.apps import AppConfig


class SubjectsConfig(AppConfig):
    """Enterprises, projects, parks…, and the persons who speak for them or for themselves."""

    name = "huhang.register.subjects"
    label = "subjects"

    def ready(self) -> None:
        """Tells the rooms below how a person's number is found, and what the catalogue may hold."""
        from huhang.base.messages import recipients
        from huhang.register.subjects import catalogue, events, queries

        recipients.register(queries.phone_of)
        catalogue.register()
        events.register()
