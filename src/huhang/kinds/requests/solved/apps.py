"""Closed means solved, as a Django application."""

from django.apps import AppConfig


class SolvedConfig(AppConfig):
    """What an answer must stand up to: proof, a fair draw for the revisit, and a rating nobody can game."""

    name = "huhang.kinds.requests.solved"
    label = "solved"

    def ready(self) -> None:
        """Makes the shapes of this room's catalogue entries known."""
        from huhang.kinds.requests.solved import catalogue

        catalogue.register()
