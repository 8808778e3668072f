"""Finding promised work the queue has lost, from outside the queue (SAFEGUARDS 6, 7)."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from huhang.base.jobs import queue
from huhang.base.jobs.models import Work

SILENT = timedelta(seconds=30)
"""A worker without a heartbeat for this long is taken for dead."""

# Finished jobs are deleted by the worker; a row left behind by a dead worker is deleted here before a new one is made.
_BURY = """
DELETE FROM procrastinate_jobs j
 WHERE j.task_name = %(task)s
   AND (j.status IN ('succeeded', 'failed', 'cancelled', 'aborted')
        OR j.status = 'doing' AND NOT EXISTS (
            SELECT 1 FROM procrastinate_workers k WHERE k.id = j.worker_id AND k.last_heartbeat > %(alive)s))
"""
_LOST = """
SELECT w.id FROM jobs_work w
 WHERE w.done_at IS NULL AND w.given_up_at IS NULL AND w.not_before <= %(now)s
   AND NOT EXISTS (
       SELECT 1 FROM procrastinate_jobs j
        WHERE j.task_name = %(task)s AND j.status IN ('todo', 'doing') AND j.args ->> 'work' = w.id::text)
 ORDER BY w.not_before
   FOR UPDATE OF w SKIP LOCKED
 LIMIT %(most)s
"""


@transaction.atomic
def sweep(now: datetime, *, most: int = 1000) -> int:
    """Gives every piece of open, due work without a living job a new one. Returns how many."""
    told: dict[str, Any] = {"task": queue.TASK, "now": now, "alive": now - SILENT, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_BURY, told)
        cursor.execute(_LOST, told)
        lost = [row[0] for row in cursor.fetchall()]
    for work in lost:
        queue.defer(work, at=None)
    Work.objects.filter(pk__in=lost).update(queued_at=now)
    return len(lost)
