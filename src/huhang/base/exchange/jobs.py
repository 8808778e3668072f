"""The room's duties, and the threads that send."""

from datetime import datetime, timedelta

from huhang.base.exchange import actions
from huhang.base.exchange.sender import run as run
from huhang.base.jobs.registry import duty


@duty("exchange.gather", every=timedelta(seconds=5))
def gather(now: datetime) -> None:
    """Makes messages from what happened since."""
    actions.gather(now)


@duty("exchange.reconcile", every=timedelta(hours=1))
def reconcile(now: datetime) -> None:
    """Makes anew what is missing."""
    actions.reconcile(now)
