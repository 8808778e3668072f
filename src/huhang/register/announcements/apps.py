"""Notices as a Django application."""

from django.apps import AppConfig


class AnnouncementsConfig(AppConfig):
    """Notices to a filtered set of the register, with read marks."""

    name = "huhang.register.announcements"
    label = "announcements"

    def ready(self) -> None:
        """Makes the rules' shape known, and the part in a subject's life."""
        from huhang.register.announcements import catalogue, events

        catalogue.register()
        events.register()
