"""Making messages from events: as they come, anew where one is missing, again when asked."""

import json
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.exchange import queries, sources
from huhang.base.exchange.actions.subscribing import locked, pause
from huhang.base.exchange.models import Delivery, Subscription
from huhang.base.exchange.rules import Event, wanted
from huhang.base.journal import actions as journal
from huhang.base.people.queries import actor_of, with_posts
from huhang.kernel.errors import Conflict, Invalid, Missing
from huhang.kernel.numbering import uuid7

STRETCH, STRETCHES = 500, 20
"""Events read at once, and how often for one receiver before the next one has its turn."""
LOOK_BACK = timedelta(days=2)
KEPT = timedelta(days=30)
"""So long a message that was taken is kept to be looked at."""


def gather(now: datetime) -> int:
    """Makes a message for every event that a live subscription asked for; returns how many. Once an event, ever.

    What an owner may see decides; an owner who has left is told of nothing any more.
    """
    return sum(_gathered(pk, now) for pk in queries.live(now).order_by("id").values_list("pk", flat=True))


def _gathered(pk: uuid.UUID, now: datetime) -> int:
    with transaction.atomic():
        found = Subscription.objects.select_for_update(skip_locked=True).filter(pk=pk, ended_at=None).first()
        owner = _owner(found, now) if found else None
        if found is None:
            return 0
        if owner is None:
            pause(pk, by=SYSTEM, now=now, why="left")
            return 0
        made, cursor = 0, found.cursor
        for _ in range(STRETCHES):
            with acting(owner):
                span = sources.feed().after(owner, cursor, limit=STRETCH)
            made += _make(found, span.events, now)
            cursor = span.next
            if not span.more:
                break
        if cursor != found.cursor:
            Subscription.objects.filter(pk=pk).update(cursor=cursor)
        return made


def _owner(subscription: Subscription, now: datetime) -> Actor | None:
    user = with_posts(now).filter(pk=subscription.owner_id).first()
    return actor_of(user, door="api") if user else None


def _make(subscription: Subscription, events: Iterable[Event], now: datetime) -> int:
    rows = [
        _message(subscription, event, now) for event in events if wanted(event, subscription.kinds, subscription.moves)
    ]
    before = {row.pk for row in rows}
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)  # one a subscription and event: the database says so
    return Delivery.objects.filter(pk__in=before).count() if rows else 0


def _message(subscription: Subscription, event: Event, now: datetime) -> Delivery:
    made = Delivery(
        id=uuid7(),
        subscription=subscription,
        event=event.seq,
        type=event.type,
        number=event.number,
        created_at=now,
        queued_at=now,
        not_before=now,
    )
    base = f"/api/v1/{'requests' if event.kind == 'request' else 'cases'}/{event.number}"
    made.body = _json(
        {
            "id": str(made.pk),
            "event": str(event.seq),
            "type": event.type,
            "kind": event.kind,
            "number": event.number,
            "move": event.move,
            "from_state": event.from_state,
            "state": event.to_state,
            "version": event.version,
            "at": _moment(event.at),
            "received_at": _moment(event.received_at),
            "links": {"record": base, "steps": f"{base}/steps"},
        }
    )
    return made


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def reconcile(now: datetime) -> int:
    """Compares the events of the last two days with the messages made and makes anew what is missing; forgets old ones.

    A message lost to a hand in the database, or one that became the owner's to know later, is thus made after all.
    """
    made = 0
    back = sources.feed().since(now - LOOK_BACK)
    for found in queries.live(now).order_by("id"):
        owner = _owner(found, now)
        cursor = max(back, found.first)
        while owner is not None and cursor < found.cursor:
            with acting(owner):
                span = sources.feed().after(owner, cursor, limit=STRETCH)
            missing = [event for event in span.events if event.seq <= found.cursor]
            made += _make(found, missing, now)
            cursor = span.next
            if not span.more:
                break
    if made:
        journal.write("webhook.reconcile", by=SYSTEM, now=now, data={"made": made})
    Delivery.objects.filter(sent_at__lt=now - KEPT).delete()
    return made


@transaction.atomic
def replay(subscription_id: uuid.UUID, *, after: int, by: Actor, now: datetime) -> int:
    """Goes back to a cursor: what lies behind it is sent again, with the ids it had. Returns how many were made before.

    Raises:
        Invalid: the cursor lies ahead of what was told.
    """
    found = locked(subscription_id, by=by)
    if not 0 <= after <= found.cursor:
        raise Invalid("应当是 0 到 %(most)d 之间的位置。", field="after", params={"most": found.cursor})
    rows = Delivery.objects.filter(subscription=found, event__gt=after)
    told = rows.update(sent_at=None, parked_at=None, attempts=0, queued_at=now, not_before=now)
    found.cursor, found.first = after, min(found.first, after)
    found.save(update_fields=["cursor", "first"])
    journal.write("webhook.replay", by=by, now=now, about=found.name, data={"webhook": str(found.pk), "after": after})
    return told


@transaction.atomic
def again(subscription_id: uuid.UUID, delivery_id: uuid.UUID, *, by: Actor, now: datetime) -> Delivery:
    """Takes a parked message up again, with all its attempts before it.

    Raises:
        Missing: no such message. Conflict: it is not parked.
    """
    found = locked(subscription_id, by=by)
    row = Delivery.objects.select_for_update().filter(subscription=found, pk=delivery_id).first()
    if row is None:
        raise Missing
    if row.parked_at is None:
        raise Conflict("这一条没有搁置，不用重发。")
    row.parked_at, row.attempts, row.queued_at, row.not_before = None, 0, now, now
    row.save(update_fields=["parked_at", "attempts", "queued_at", "not_before"])
    Subscription.objects.filter(pk=found.pk).update(rests_until=None, failures=0)
    journal.write("webhook.again", by=by, now=now, about=found.name, data={"delivery": str(row.pk)})
    return row


@transaction.atomic
def ping(subscription_id: uuid.UUID, *, by: Actor, now: datetime) -> Delivery:
    """Makes a message that says nothing, to try the receiver; it goes out like any other."""
    found = locked(subscription_id, by=by)
    row = Delivery(id=uuid7(), subscription=found, type="ping", created_at=now, queued_at=now, not_before=now)
    row.body = _json({"id": str(row.pk), "event": None, "type": "ping", "at": _moment(now)})
    row.save(force_insert=True)
    Subscription.objects.filter(pk=found.pk).update(rests_until=None)
    journal.write("webhook.ping", by=by, now=now, about=found.name, data={"delivery": str(row.pk)})
    return row
