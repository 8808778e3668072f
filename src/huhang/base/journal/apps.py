"""The journal as a Django application."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Append-only, linked journal of everything done and every personal thing read."""

    name = "huhang.base.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"
