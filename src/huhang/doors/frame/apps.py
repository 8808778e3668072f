"""The frame as a Django app."""

from django.apps import AppConfig


class FrameConfig(AppConfig):
    """Stands before allauth in INSTALLED_APPS, so that our sign-in pages are found first."""

    name = "huhang.doors.frame"
    label = "frame"
