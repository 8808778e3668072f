"""Lectures, drills and checks as a Django application."""

from django.apps import AppConfig


class TrainingsConfig(AppConfig):
    """Lectures, drills and checks in batches: counted, never named; somebody returns to see what was kept."""

    name = "huhang.kinds.trainings"
    label = "trainings"

    def ready(self) -> None:
        """Makes this room's catalogue known, and a session a part of the life of everybody it was for."""
        from huhang.kinds.trainings import catalogue, doing, life

        catalogue.register()
        life.register()
        doing.register()
