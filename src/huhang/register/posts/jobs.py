"""The duty that proposes posts."""

from datetime import datetime, timedelta

from huhang.base.access.rules import SYSTEM
from huhang.base.jobs.registry import duty
from huhang.register.posts.actions import propose


@duty("posts.propose", every=timedelta(hours=24))
def propose_posts(now: datetime) -> None:
    """Looks for subjects a rule fits; what is proposed stands in the database, so a day missed loses nothing."""
    propose(by=SYSTEM, now=now)
