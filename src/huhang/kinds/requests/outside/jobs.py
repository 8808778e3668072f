"""The duty that reminds: before the due day, after it, and of our own clock (C5)."""

from datetime import datetime, timedelta

from huhang.base.jobs.registry import duty
from huhang.kinds.requests.outside.reminding import remind


@duty("requests.outside", every=timedelta(minutes=30))
def remind_of_referrals(now: datetime) -> None:
    """Reminds of every open referral; derived from its clock, so an outage loses none and sends each at most once."""
    remind(now=now)
