"""Messages as a Django application."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    """Telling people: in the product and by SMS, through a provider that can be exchanged."""

    name = "huhang.base.messages"
    label = "notices"

    def ready(self) -> None:
        """Makes the shapes of this room's catalogue entries known."""
        from huhang.base.messages import shapes

        shapes.register()
