"""One page of requests by filter, through the same two walls as every list."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.cases import search
from huhang.cases.models import Case
from huhang.doors.api.cursors import Place

KIND = "request"
CAPPED = 1001
"""Counting stops here and says so: an exact count of a million rows costs more than it tells."""

_FIND = "SELECT id FROM cases_found(%s::tsquery, %s::text[], %s, %s::jsonb)"


@dataclass(frozen=True)
class Wanted:
    """What is looked for; nothing means all that the actor sees."""

    state: str | None = None
    open: bool | None = None
    late: bool = False
    unit: uuid.UUID | None = None
    branch: uuid.UUID | None = None
    officer: uuid.UUID | None = None
    category: str | None = None
    channel: str | None = None
    urgency: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    q: str = ""
    order: str = "received"


def page(actor: Actor, wanted: Wanted, after: Place | None, size: int, now: datetime) -> list[Case]:
    """At most ``size`` rows after a place, in the order wanted: newest first, or soonest due first.

    Raises:
        Invalid: a search word of fewer than two characters.
    """
    rows = _narrowed(actor, wanted, after, size, now)
    if wanted.order == "due":
        rows = rows.order_by(F("due_at").asc(nulls_last=True), "id")
        if after is not None:
            later = Q(due_at__isnull=True, id__gt=after.id)
            if after.at is not None:
                later = Q(due_at__gt=after.at) | Q(due_at=after.at, id__gt=after.id) | Q(due_at__isnull=True)
            rows = rows.filter(later)
    else:
        rows = rows.order_by("-received_at", "-id")
        if after is not None:
            rows = rows.filter(Q(received_at__lte=after.at) & (Q(received_at__lt=after.at) | Q(id__lt=after.id)))
    return list(
        rows.annotate(officer_name=F("officer__name")).defer("search", "folded", "body", "secret_digest")[:size]
    )


def count(actor: Actor, wanted: Wanted, now: datetime) -> int:
    """How many there are, at most `CAPPED`."""
    return _narrowed(actor, wanted, None, CAPPED, now).order_by()[:CAPPED].count()


def place_of(case: Case, order: str) -> Place:
    """Where this row stands in an order."""
    return Place(case.due_at if order == "due" else case.received_at, case.pk)


def _narrowed(actor: Actor, wanted: Wanted, after: Place | None, size: int, now: datetime) -> QuerySet[Case]:
    rows = visible_to(actor, Case.objects.filter(kind=KIND))
    if wanted.q:
        return rows.filter(id__in=RawSQL(_FIND, _search(wanted, after, size, now)))  # noqa: S611
    said = {
        "state": wanted.state,
        "is_open": True if wanted.late else wanted.open,
        "due_at__lte": now if wanted.late else None,
        "unit_id": wanted.unit,
        "branch_id": wanted.branch,
        "officer_id": wanted.officer,
        "category": wanted.category,
        "channel": wanted.channel,
        "urgency": wanted.urgency,
        "received_at__gte": wanted.since,
        "received_at__lt": wanted.until,
    }
    return rows.filter(**{name: value for name, value in said.items() if value is not None})


def _search(wanted: Wanted, after: Place | None, size: int, now: datetime) -> Sequence[Any]:
    narrow: dict[str, Any] = {"kind": KIND}
    for field in fields(wanted):
        value = getattr(wanted, field.name)
        if value is not None and field.name not in ("q", "order", "late"):
            narrow[field.name] = value.isoformat() if isinstance(value, datetime) else value
    if wanted.late:
        narrow["late"] = now.isoformat()
    if after is not None and after.at is not None:
        narrow["at"], narrow["id"] = after.at.isoformat(), str(after.id)
    return (search.tsquery(wanted.q), search.patterns(wanted.q), size, json.dumps(narrow, default=str))
