"""Requests as a Django application."""

from django.apps import AppConfig


class RequestsConfig(AppConfig):
    """The request ledger: from first word to closing by number."""

    name = "huhang.kinds.requests"
    label = "requests"

    def ready(self) -> None:
        """Makes the shapes of this room's catalogue entries known, and that a request told on a visit is one."""
        from huhang.kinds.requests import catalogue
        from huhang.register.subjects import life

        catalogue.register()
        life.declare_meeting(
            "requests",
            "SELECT subject_id, received_at AS at FROM cases_case WHERE kind = 'request' AND channel = 'visit'",
        )
