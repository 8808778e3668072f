"""Sending what waits for one receiver; no transaction and no connection waits for the network.

A receiver that cannot be reached rests, and everything for it with it; one that answers “no” to a message rests for
that message only. Other receivers are sent to by other threads and never wait.
"""

import time
import uuid
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from huhang.base.access.context import SYSTEM, acting
from huhang.base.exchange import providers
from huhang.base.exchange.actions.subscribing import secret_of
from huhang.base.exchange.models import Delivery, Subscription
from huhang.base.exchange.queries import WAITING, live
from huhang.base.exchange.rules import LONGEST, MOST_ATTEMPTS, signature, wait_after
from huhang.base.jobs.rules import failure
from huhang.base.journal import actions as journal

TURN = 20
"""Messages sent to one receiver before others have their turn."""
_HOLD = timedelta(minutes=5)
_ALIVE = range(400, 500)
_BUSY = (408, 429)
"""The receiver is there and says “later”."""


def send_due(subscription_id: uuid.UUID, now: datetime) -> int:
    """Sends what is due to one receiver, in the order of events, until it fails; returns how many were taken.

    Only one process sends to a receiver at a time.
    """
    with acting(SYSTEM):
        found = _claimed(subscription_id, now)
    if found is None:
        return 0
    taken = 0
    try:
        for _ in range(TURN):
            with acting(SYSTEM):
                row = _next(found, now)
            if row is None:
                break
            if not _sent(found, row, now):
                break
            taken += row.sent_at is not None
    finally:
        with acting(SYSTEM):
            Subscription.objects.filter(pk=found.pk).update(busy_until=None)
    return taken


def _claimed(pk: uuid.UUID, now: datetime) -> Subscription | None:
    found = live(now).select_for_update(skip_locked=True).filter(pk=pk).first()
    if (
        found is None
        or (found.busy_until and found.busy_until > now)
        or (found.rests_until and found.rests_until > now)
    ):
        return None
    found.busy_until = now + _HOLD
    found.save(update_fields=["busy_until"])
    return found


def _next(found: Subscription, now: datetime) -> Delivery | None:
    rows = Delivery.objects.filter(WAITING, subscription=found, not_before__lte=now)
    return rows.order_by(F("event").asc(nulls_first=True), "created_at").first()


def _sent(found: Subscription, row: Delivery, now: datetime) -> bool:
    """Whether the receiver may be sent the next message at once."""
    body, began = row.body.encode(), time.monotonic()
    status, error = None, ""
    _let_go()
    try:
        status = providers.chosen().post(found.url, _headers(found, row, body, now), body)
    except Exception as problem:  # noqa: BLE001 - whatever goes wrong out there must reach the page, not the thread
        error = failure(problem)
    row.attempts, row.last_status, row.last_error = row.attempts + 1, status, error[:300]
    row.last_ms = int((time.monotonic() - began) * 1000)
    with acting(SYSTEM), transaction.atomic():
        return _marked(found, row, now)


def _headers(found: Subscription, row: Delivery, body: bytes, now: datetime) -> dict[str, str]:
    stamp = int(now.timestamp())
    return {
        "User-Agent": "Huhang",
        "Huhang-Delivery": str(row.pk),
        "Huhang-Event": row.type,
        "Huhang-Timestamp": str(stamp),
        "Huhang-Signature": signature(secret_of(found), stamp, body),
    }


def _marked(found: Subscription, row: Delivery, now: datetime) -> bool:
    status = row.last_status
    alive = status is not None and status in _ALIVE and status not in _BUSY
    if status is not None and 200 <= status < 300:
        row.sent_at = now
        found.failures, found.rests_until = 0, None
    elif alive:
        found.failures, found.rests_until = 0, None
        row.not_before = now + wait_after(row.attempts)
        row.parked_at = now if row.attempts >= MOST_ATTEMPTS else None
    else:
        found.failures += 1
        found.rests_until = now + wait_after(found.failures)
        row.parked_at = now if now - row.queued_at >= LONGEST else None
    if row.parked_at:
        data = {"delivery": str(row.pk), "webhook": str(found.pk), "attempts": row.attempts}
        journal.write("webhook.park", by=SYSTEM, now=now, about=found.name, data=data)
    fields = ["attempts", "last_status", "last_error", "last_ms", "sent_at", "parked_at", "not_before"]
    row.save(update_fields=fields)
    found.save(update_fields=["failures", "rests_until"])
    return row.sent_at is not None or alive


def _let_go() -> None:
    """Gives the connection back while the network is waited for; a test's own transaction keeps it."""
    if not connection.in_atomic_block:
        connection.close()
