"""Talk between a person and the officer as a Django application."""

from django.apps import AppConfig


class TalkConfig(AppConfig):
    """What the person and the officer write to one another inside a request."""

    name = "huhang.kinds.requests.talk"
    label = "talk"
