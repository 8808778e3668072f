"""Recurring duties as a Django application."""

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    """Duties by rule: due, done, late, excused, derived from records and the clock."""

    name = "huhang.register.rounds"
    label = "rounds"

    def ready(self) -> None:
        """Makes the rules known to the catalogue, and what is written down here a way of having done a duty."""
        from huhang.register.posts.doing import ROUNDS
        from huhang.register.rounds import catalogue, declaring, events
        from huhang.register.subjects import belongings, life

        catalogue.register()
        events.register()
        declaring.declare(
            "rounds",
            "SELECT 'record', r.subject_id, r.unit_id, r.held_at, r.by, r.rule, r.roles::text[], r.bodies, ''"
            " FROM rounds_record r WHERE r.voided_at IS NULL",
            sorts=("record",),
        )
        declaring.declare("posts", ROUNDS, sorts=("post_round",))
        life.declare_meeting(
            "rounds",
            "SELECT r.subject_id, r.held_at AS at FROM rounds_record r"
            " WHERE r.subject_id IS NOT NULL AND r.voided_at IS NULL",
        )
        belongings.declare("rounds_record")
        belongings.declare(
            "rounds_excuse",
            unless=(
                "r.ended_at IS NULL AND EXISTS (SELECT 1 FROM rounds_excuse o WHERE o.subject_id = %(to)s"
                " AND o.rule = r.rule AND o.day = r.day AND o.ended_at IS NULL)"
            ),
        )
