"""Table imports of the register as a Django application."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Runs of tables brought in, what was found in them, and taking them back."""

    name = "huhang.register.imports"
    label = "imports"
