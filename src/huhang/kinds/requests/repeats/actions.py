"""Keeping a fingerprint beside every request."""

from datetime import datetime

from django.db import transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.statements import rows
from huhang.cases.models import Case
from huhang.kinds.requests.repeats import rules
from huhang.kinds.requests.repeats.models import Fingerprint

AT_ONCE = 6_000
"""Some seconds of work."""


def fingerprint(case: Case, now: datetime) -> Fingerprint:
    """The fingerprint of a case, not saved."""
    keys, sketched = rules.keys_of(case.title, case.body, case.received_at)
    square = rules.cell(case.lon, case.lat) if case.lon is not None and case.lat is not None else None
    return Fingerprint(
        case_id=case.pk, received_at=case.received_at, made_at=now, cell=square, keys=keys, sketch=sketched
    )


def note(case: Case, *, now: datetime) -> None:
    """Writes the fingerprint of a request just filed, in the same transaction. It says nothing the case row does not,
    so it has no journal row of its own."""
    rows.add(fingerprint(case, now))


@transaction.atomic
def catch_up(*, now: datetime, most: int = AT_ONCE) -> int:
    """Fingerprints for requests without one: loaded whole, or filed before this room was. Returns how many."""
    with acting(SYSTEM):
        lacking = (
            Case.objects.filter(kind="request", fingerprint=None)
            .order_by("id")
            .only("id", "title", "body", "received_at", "lon", "lat")
        )
        made = [fingerprint(case, now) for case in lacking[:most]]
        Fingerprint.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)
