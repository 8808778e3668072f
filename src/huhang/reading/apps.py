"""Reading as a Django application: it has no tables."""

from django.apps import AppConfig


class ReadingConfig(AppConfig):
    """Search, figures, exports of lists: looks at everything, writes nothing."""

    name = "huhang.reading"
    label = "reading"

    def ready(self) -> None:
        """Tells the exchange room, which lies below, where events come from."""
        from huhang.base.exchange import sources
        from huhang.reading import events

        sources.register(events)
