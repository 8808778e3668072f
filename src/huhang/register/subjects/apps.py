"""Subjects as a Django application."""

from django.apps import AppConfig


class SubjectsConfig(AppConfig):
    """Enterprises, organisations and the persons who speak for them or for themselves."""

    name = "huhang.register.subjects"
    label = "subjects"
