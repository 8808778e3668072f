"""The duties that propose posts and remove tables nobody saved."""

from datetime import datetime, timedelta

from huhang.base.access.rules import SYSTEM
from huhang.base.jobs.registry import duty
from huhang.register.posts.actions import propose
from huhang.register.posts.importing import expire


@duty("posts.propose", every=timedelta(hours=24))
def propose_posts(now: datetime) -> None:
    """Looks for subjects a rule fits; what is proposed stands in the database, so a day missed loses nothing."""
    propose(by=SYSTEM, now=now)


@duty("posts.import_forget", every=timedelta(hours=6))
def forget_tables(now: datetime) -> None:
    """Removes checked tables nobody saved in time."""
    expire(now=now)
