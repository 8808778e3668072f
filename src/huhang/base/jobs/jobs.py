"""The duties every installation has: anchors of the journal, rescue of lost work, clearing of unclaimed files."""

from datetime import datetime, timedelta

from huhang.base.files import actions as files
from huhang.base.jobs import rescue
from huhang.base.jobs.registry import duty
from huhang.base.journal import actions as journal
from huhang.base.people import actions as people
from huhang.base.replies import actions as replies

duty("jobs.sweep", every=timedelta(seconds=20))(rescue.sweep)


@duty("journal.anchor", every=timedelta(minutes=10))
def anchor(now: datetime) -> None:
    """Takes a signed root out of the database (SAFEGUARDS 8)."""
    journal.anchor(now=now)


@duty("files.unclaimed", every=timedelta(hours=1))
def clear_files(now: datetime) -> None:
    """Removes files whose transaction was undone."""
    files.clear_unclaimed(now=now)


@duty("people.checks", every=timedelta(hours=1))
def forget_checks(now: datetime) -> None:
    """Deletes phone checks of yesterday: what is not needed is not kept."""
    people.forget_checks(now=now)


@duty("replies.expire", every=timedelta(days=1))
def expire_replies(now: datetime) -> None:
    """Forgets answers to submissions nobody repeats any more."""
    replies.expire(now=now)
