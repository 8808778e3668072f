"""The duty that destroys what tells devices apart."""

from datetime import datetime, timedelta

from huhang.base.jobs.registry import duty
from huhang.kinds.trainings.actions import forget_marks


@duty("trainings.forget", every=timedelta(hours=1))
def forget(now: datetime) -> None:
    """Marks of devices live a day at most (ADR 37)."""
    forget_marks(now=now)
