"""Destroying the marks that tell devices apart: with a stage, and by a duty at the latest (ADR 37)."""

from datetime import datetime, timedelta

from django.db import transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.cases.models import Case
from huhang.kinds.trainings.models import Mark

KEPT = timedelta(hours=24)
"""As long as the cookie a device holds; afterwards the mark tells nothing apart any more."""


def destroy(case: Case, *stages: str, by: Actor, now: datetime) -> int:
    """Destroys the marks of these stages, or of all. The journal says how many, never of what."""
    rows = Mark.objects.filter(case=case)
    with acting(SYSTEM, apart=False):
        gone, _each = (rows.filter(stage__in=stages) if stages else rows).delete()
    if gone:
        journal.write("training.forget", by=by, now=now, case=case.pk, data={"marks": gone})
    return gone


@transaction.atomic
def forget_marks(*, now: datetime) -> int:
    """Destroys every mark older than `KEPT`. Returns how many."""
    with acting(SYSTEM):
        gone, _each = Mark.objects.filter(made_at__lte=now - KEPT).delete()
        if gone:
            journal.write("training.forget", by=SYSTEM, now=now, data={"marks": gone})
    return gone
