"""Long exports as a Django application."""

from django.apps import AppConfig


class DownloadsConfig(AppConfig):
    """Files made for one officer in the background."""

    name = "huhang.base.downloads"
    label = "downloads"
