"""Reminders of recurring duties."""

from datetime import datetime, timedelta

from huhang.base.jobs.registry import duty
from huhang.register.rounds import reminding


@duty("rounds.tell", every=timedelta(minutes=20))
def tell_of_rounds(now: datetime) -> None:
    """One digest an officer a slot."""
    reminding.tell(now)
