"""Work of the request ledger."""

import uuid
from datetime import datetime, timedelta

from huhang.base.jobs.registry import duty, work
from huhang.kinds.requests.actions.reminding import remind_unsigned
from huhang.kinds.requests.importing.actions import expire, file_rows


@work("requests.import", whole=False)
def import_requests(run: str) -> None:
    """Files the good rows of a checked table; stopped anywhere, it goes on there."""
    file_rows(uuid.UUID(run))


@duty("requests.unsigned", every=timedelta(minutes=5))
def unsigned(now: datetime) -> None:
    """Reminds whoever answers for what nobody signed in time (C2)."""
    remind_unsigned(now=now)


@duty("requests.import_forget", every=timedelta(hours=6))
def forget_tables(now: datetime) -> None:
    """Removes checked tables nobody began with in time."""
    expire(now=now)
