"""People as a Django application."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Officers, their posts in units with dates, and how they sign in."""

    name = "huhang.base.people"
    label = "people"
