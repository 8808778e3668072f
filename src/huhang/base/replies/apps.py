"""Stored replies as a Django application."""

from django.apps import AppConfig


class RepliesConfig(AppConfig):
    """What was answered under an idempotency key."""

    name = "huhang.base.replies"
    label = "replies"
