"""Visits as a Django application."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """Service visits to subjects of the register: capped, heard, rated; never an inspection."""

    name = "huhang.kinds.visits"
    label = "visits"

    def ready(self) -> None:
        """Makes the shape of this room's catalogue entries known, and a visit a way of having been seen."""
        from huhang.kinds.visits import catalogue, doing
        from huhang.register.subjects import life

        catalogue.register()
        life.declare_meeting(
            "visit",
            "SELECT c.subject_id, c.received_at AS at FROM cases_case c"
            " WHERE c.kind = 'visit' AND c.channel = 'on_site' AND c.state <> 'voided'",
        )
        doing.register()
