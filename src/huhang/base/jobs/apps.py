"""Jobs as a Django application."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Work promised in a transaction and done after it, at least once, with effects exactly once."""

    name = "huhang.base.jobs"
    label = "jobs"
