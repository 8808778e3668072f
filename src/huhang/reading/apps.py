"""Reading as a Django application: it has no tables."""

from django.apps import AppConfig


class ReadingConfig(AppConfig):
    """Search, figures, exports of lists: looks at everything, writes nothing."""

    name = "huhang.reading"
    label = "reading"
