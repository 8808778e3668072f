"""Police posts as a Django application."""

from django.apps import AppConfig


class PostsConfig(AppConfig):
    """Where the police stand inside an enterprise or a scenic area, and who is posted there."""

    name = "huhang.register.posts"
    label = "posts"

    def ready(self) -> None:
        """Makes the rule's shape known to the catalogue, and posts a part of a subject's life."""
        from huhang.register.posts import catalogue, events

        catalogue.register()
        events.register()
