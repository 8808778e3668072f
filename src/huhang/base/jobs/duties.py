"""What comes round: each duty's last time is in the database, so an outage delays it and loses none (SAFEGUARDS 7)."""

import logging
from datetime import UTC, datetime

from django.db import DatabaseError

from huhang.base.access.context import SYSTEM, acting
from huhang.base.jobs.models import Beat
from huhang.base.jobs.registry import Duty, duties
from huhang.base.jobs.rules import failure

log = logging.getLogger(__name__)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def tick(now: datetime) -> list[str]:
    """Runs every duty that is due, each in a transaction of its own; returns the names of those that ran.

    A duty that fails stays due and is run at the next tick; the others go on.

    Raises:
        DatabaseError: the database is not there; the whole tick is to be repeated.
    """
    return [duty.name for duty in duties() if _ran(duty, now)]


def _ran(duty: Duty, now: datetime) -> bool:
    try:
        with acting(SYSTEM):
            Beat.objects.bulk_create([Beat(name=duty.name, at=_NEVER)], ignore_conflicts=True)
            due = Beat.objects.select_for_update(skip_locked=True).filter(name=duty.name, at__lte=now - duty.every)
            if not due:
                return False
            duty.do(now)
            Beat.objects.filter(name=duty.name).update(at=now)
    except DatabaseError:
        raise
    except Exception as problem:  # noqa: BLE001 - one duty's trouble must not keep the others from running
        log.error("duty %s: %s", duty.name, failure(problem))
        return False
    return True
