"""Papers as a Django application."""

from django.apps import AppConfig


class PapersConfig(AppConfig):
    """Official documents as Word files, and the numbers they carry."""

    name = "huhang.base.papers"
    label = "papers"
