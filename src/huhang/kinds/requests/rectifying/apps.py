"""Putting a bad rating right, as a Django application."""

from django.apps import AppConfig


class RectifyingConfig(AppConfig):
    """A bad rating starts a matter of its own beside the case: contact, put right, asked by somebody else (C4)."""

    name = "huhang.kinds.requests.rectifying"
    label = "rectifying"

    def ready(self) -> None:
        """Makes the shape of this room's catalogue entries known."""
        from huhang.kinds.requests.rectifying import rules_of_time

        rules_of_time.register()
