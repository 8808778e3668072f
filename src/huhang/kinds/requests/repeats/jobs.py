"""Duties of repeats: fingerprints for what came without one, and requests put into their matters."""

from datetime import datetime, timedelta

from huhang.base.jobs.registry import duty
from huhang.kinds.requests.repeats.actions import catch_up
from huhang.kinds.requests.repeats.grouping import group


@duty("repeats.fingerprints", every=timedelta(minutes=10))
def fingerprints(now: datetime) -> None:
    """Requests loaded whole get their fingerprints, so many at a time."""
    catch_up(now=now)


@duty("repeats.matters", every=timedelta(minutes=5))
def matters(now: datetime) -> None:
    """New requests are put into the matters they belong to; an outage only makes the next rounds longer."""
    group(now=now)
