"""The duties of the counts."""

from datetime import datetime, timedelta

from huhang.base.access.context import SYSTEM
from huhang.base.jobs.registry import duty
from huhang.register.cells import actions


@duty("cells.fold", every=timedelta(seconds=20))
def fold_cells(now: datetime) -> None:
    """Keeps the counts short to read; after an outage it folds what gathered meanwhile."""
    actions.fold()


@duty("cells.prove", every=timedelta(days=1))
def prove_cells(now: datetime) -> None:
    """Compares the counts with the register once a day (SAFEGUARDS 20)."""
    actions.prove(by=SYSTEM, now=now)
