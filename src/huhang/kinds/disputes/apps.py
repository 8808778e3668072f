"""Disputes as a Django application."""

from django.apps import AppConfig


class DisputesConfig(AppConfig):
    """Disputes taken, mediated, referred and settled; looked at again after a while."""

    name = "huhang.kinds.disputes"
    label = "disputes"

    def ready(self) -> None:
        """Makes the shape of this room's catalogue entries known, and parties go along with their subject."""
        from huhang.kinds.disputes import catalogue
        from huhang.register.subjects import belongings

        catalogue.register()
        belongings.declare("disputes_party")
