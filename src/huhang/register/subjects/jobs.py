"""What the register does by itself: looking for rows that may be one subject."""

from datetime import datetime, timedelta

from huhang.base.jobs.registry import duty
from huhang.register.subjects import finding


@duty("subjects.duplicates", every=timedelta(hours=24))
def look_for_duplicates(now: datetime) -> None:
    """Proposes pairs anew once a day."""
    finding.look(now=now)
