"""The work of imports, and the duty that removes what nobody began with."""

import uuid
from datetime import datetime, timedelta

from huhang.base.jobs.registry import duty, work
from huhang.kinds.visits.importing import TABLE


@work("visits.import", whole=False)
def import_table(run: str) -> None:
    """Saves a checked table of visits; stopped anywhere, it goes on there."""
    TABLE.save(uuid.UUID(run))


@duty("visits.import_forget", every=timedelta(hours=6))
def forget_tables(now: datetime) -> None:
    """Removes checked tables nobody began with in time."""
    TABLE.expire(now=now)
