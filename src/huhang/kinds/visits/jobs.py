"""The duty of visits: those nobody rates come to their end."""

from datetime import datetime, timedelta

from huhang.base.jobs.registry import duty
from huhang.kinds.visits.actions.effects import conclude_unrated


@duty("visits.conclude", every=timedelta(hours=1))
def conclude(now: datetime) -> None:
    """Concludes visits whose time to be rated is over."""
    conclude_unrated(now)
