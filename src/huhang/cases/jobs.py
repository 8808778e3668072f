"""The engine's work and duties."""

import uuid
from datetime import datetime, timedelta

from huhang.base.access.context import SYSTEM
from huhang.base.jobs.registry import duty, work
from huhang.cases.actions import run_batch
from huhang.cases.actions.clocks import recount
from huhang.cases.actions.supporting import remind


@work("cases.batch", whole=False)
def batch_of_moves(batch: str) -> None:
    """Makes one move on many cases, a transaction a case; stopped anywhere, it goes on there."""
    run_batch(uuid.UUID(batch))


@duty("cases.recount", every=timedelta(days=1))
def recount_provisional(now: datetime) -> None:
    """Counts clocks anew whose date waited for a holiday notice."""
    recount(by=SYSTEM, now=now)


@duty("cases.supports", every=timedelta(minutes=5))
def remind_supports(now: datetime) -> None:
    """Tells of supporting units' tasks that ran out, and of disputes that wait for their decider (C2)."""
    remind(now=now)
