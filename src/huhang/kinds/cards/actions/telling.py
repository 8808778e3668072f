"""One digest an officer a slot of working hours, whatever happened in the night (D2: an outage sends no storm)."""

import uuid
from collections import Counter
from datetime import datetime

from huhang.base.access.context import SYSTEM
from huhang.base.catalog import queries as catalog
from huhang.base.messages import actions as messages
from huhang.kinds.cards.models import Digest, Notice


def slot_of(now: datetime) -> datetime | None:
    """The beginning of the slot of working hours an instant lies in; none outside them."""
    slots, calendar = catalog.schedule(), catalog.calendar()
    day = slots.date_of(now)
    if not calendar.kind_of(day).works:
        return None
    return next((start for start, end in slots.spans(day) if start <= now < end), None)


def tell_digests(now: datetime) -> int:
    """Tells everybody who has news and was told nothing in this slot yet. Returns how many were told."""
    slot = slot_of(now)
    if slot is None:
        return 0
    told = Digest.objects.filter(slot=slot).values("user")
    waiting: dict[uuid.UUID, list[Notice]] = {}
    rows = Notice.objects.filter(told_at__isnull=True).exclude(user__in=told).select_related("card")
    for notice in rows.order_by("at", "id"):
        waiting.setdefault(notice.user_id, []).append(notice)
    return sum(_tell(user, notices, slot, now) for user, notices in sorted(waiting.items()))


def _tell(user: uuid.UUID, notices: list[Notice], slot: datetime, now: datetime) -> bool:
    """Counts each card once, at the level it has now; what was lifted or answered meanwhile is no news any more."""
    levels = {n.card_id: n.card.level for n in notices if n.card.lifted_at is None and n.card.answered_at is None}
    Notice.objects.filter(pk__in=[n.pk for n in notices]).update(told_at=now)
    if not levels:
        return False
    Digest.objects.create(user_id=user, slot=slot, at=now, cards=len(levels))
    count = Counter(levels.values())
    params = {"count": str(len(levels)), **{name: str(count[name]) for name in ("red", "orange", "yellow", "blue")}}
    messages.tell_user(user, template="card.digest", params=params, by=SYSTEM, now=now)
    return True
