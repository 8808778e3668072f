"""Leaders' instructions as a Django application."""

from django.apps import AppConfig


class InstructionsConfig(AppConfig):
    """What a leader wrote on a request, and what the unit reported back."""

    name = "huhang.kinds.requests.instructions"
    label = "instructions"
