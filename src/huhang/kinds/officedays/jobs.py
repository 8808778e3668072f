"""The work of imports, and the duty that removes what nobody began with."""

import uuid
from datetime import datetime, timedelta

from huhang.base.jobs.registry import duty, work
from huhang.kinds.officedays.importing import TABLE


@work("officedays.import", whole=False)
def import_table(run: str) -> None:
    """Saves a checked table of days held; stopped anywhere, it goes on there."""
    TABLE.save(uuid.UUID(run))


@duty("officedays.import_forget", every=timedelta(hours=6))
def forget_tables(now: datetime) -> None:
    """Removes checked tables nobody began with in time."""
    TABLE.expire(now=now)
