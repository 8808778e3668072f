"""The duty that destroys what tells devices apart, and the work of imports."""

import uuid
from datetime import datetime, timedelta

from huhang.base.jobs.registry import duty, work
from huhang.kinds.trainings import importing
from huhang.kinds.trainings.actions import forget_marks


@duty("trainings.forget", every=timedelta(hours=1))
def forget(now: datetime) -> None:
    """Marks of devices live a day at most (ADR 37)."""
    forget_marks(now=now)


@work("trainings.import", whole=False)
def import_table(run: str) -> None:
    """Saves a checked table of sessions; stopped anywhere, it goes on there."""
    importing.TABLE.save(uuid.UUID(run))


@duty("trainings.import_forget", every=timedelta(hours=6))
def forget_tables(now: datetime) -> None:
    """Removes checked tables nobody began with in time."""
    importing.TABLE.expire(now=now)
