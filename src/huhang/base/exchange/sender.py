"""The threads that send: a few at once, one a receiver, beside the worker's own jobs and duties.

A receiver that hangs holds one of them for five seconds and then rests, longer each time; neither the other receivers
nor an SMS waits for it.
"""

import logging
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.exchange import queries
from huhang.base.exchange.actions import send_due
from huhang.base.jobs.registry import companion
from huhang.base.jobs.rules import failure

log = logging.getLogger(__name__)
AT_ONCE, PAUSE = 8, 1.0
"""Receivers sent to at the same time; seconds between looks."""


@companion("exchange.sender")
def run(stop: threading.Event) -> None:
    """Sends until told to stop."""
    inside: set[uuid.UUID] = set()
    lock = threading.Lock()

    def send(pk: uuid.UUID) -> None:
        try:
            send_due(pk, timezone.now())
        except Exception as problem:  # noqa: BLE001 - one receiver's trouble is not the others'
            log.warning("sending: %s", failure(problem))
        finally:
            connection.close()
            with lock:
                inside.discard(pk)

    pool = ThreadPoolExecutor(AT_ONCE, "exchange")
    try:
        while not stop.wait(PAUSE):
            with lock:
                busy, room = set(inside), AT_ONCE - len(inside)
            if room <= 0:
                continue
            with acting(SYSTEM):
                found = queries.due(timezone.now(), but=busy)[:room]
            connection.close()
            for pk in found:
                with lock:
                    inside.add(pk)
                pool.submit(send, pk)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
