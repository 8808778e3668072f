"""The duties of the counts."""

from datetime import datetime, timedelta

from huhang.base.access.context import SYSTEM
from huhang.base.jobs.registry import duty
from huhang.cases.counts import actions


@duty("counts.fold", every=timedelta(seconds=20))
def fold_counts(now: datetime) -> None:
    """Keeps the counts short to read; after an outage it folds what gathered meanwhile."""
    actions.fold()


@duty("counts.prove", every=timedelta(days=1))
def prove_counts(now: datetime) -> None:
    """Compares the counts with the cases once a day (SAFEGUARDS 20)."""
    actions.prove(by=SYSTEM, now=now)
