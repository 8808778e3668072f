"""Making long exports, and taking old ones away."""

import uuid
from datetime import datetime, timedelta

from huhang.base.downloads import actions
from huhang.base.jobs.registry import duty, work


@work("downloads.make", whole=False)
def make_download(download: str) -> None:
    """Makes one file; stopped anywhere, it is begun anew."""
    actions.make(uuid.UUID(download))


@duty("downloads.expire", every=timedelta(hours=6))
def expire_downloads(now: datetime) -> None:
    """Removes files nobody fetched in time, and those everybody had."""
    actions.expire(now=now)
