"""Putting a job into the queue: it carries the id of the work and nothing else."""

import uuid
from datetime import datetime

from procrastinate.contrib.django import app

TASK, QUEUE = "huhang.work", "huhang"


def defer(work: uuid.UUID, *, at: datetime | None) -> None:
    """Queues the work on Django's own connection, hence in the caller's transaction.

    Neither ``lock`` nor ``queueing_lock`` is used: together they jam, and the ledger's row lock does what they would.
    """
    app.configure_task(TASK, queue=QUEUE, schedule_at=at).defer(work=str(work))
