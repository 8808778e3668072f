"""What is like a request: one statement of index walks, then those rows as this actor sees them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.cases.models import Case
from huhang.kernel.text import alike as share
from huhang.kernel.text import canonical_json, sketch
from huhang.kinds.requests.repeats import catalogue, rules
from huhang.kinds.requests.repeats.rules import Alike

SHOWN = ("id", "number", "kind", "state", "title", "is_open", "received_at", "due_at", "unit_id", "place", "version")
_AHEAD = timedelta(days=1)


@dataclass(frozen=True)
class Draft:
    """A request as far as it is known: not filed yet, or a case at hand."""

    title: str = ""
    body: str = ""
    lon: float | None = None
    lat: float | None = None
    subject: uuid.UUID | None = None
    person: uuid.UUID | None = None
    category: str = ""
    case: uuid.UUID | None = None

    @classmethod
    def of(cls, case: Case) -> "Draft":
        """What a filed request says."""
        return cls(
            title=case.title,
            body=case.body,
            lon=case.lon,
            lat=case.lat,
            subject=case.subject_id,
            person=case.requester_id,
            category=case.category,
            case=case.pk,
        )


@dataclass(frozen=True)
class Proposal:
    """A request like the one at hand, and what they have in common."""

    case: Case
    alike: Alike
    near: bool


@dataclass(frozen=True)
class Proposals:
    """What a page shows: the best few, and how many there are.

    ``count`` are those received within the window, ``nearby`` those of them within the circle; the very same words
    are shown however old they are.
    """

    shown: Sequence[Proposal] = ()
    count: int = 0
    nearby: int = 0
    days: int = 30
    metres: int = 500
    rules: int = 0
    placed: bool = False

    def __bool__(self) -> bool:
        return bool(self.shown)


def asked(draft: Draft, now: datetime, *, window: timedelta, radius_m: float) -> dict[str, Any]:
    """The question as `cases_alike` takes it; only what is known can be alike."""
    sketched = sketch(rules.said(draft.title, draft.body))
    since = now - window
    ask: dict[str, Any] = {"since": since, "until": now + _AHEAD, "category": draft.category}
    if keys := rules.whole_keys(draft.title, draft.body):
        ask["keys"] = keys
    if sketched:
        ask["bands"] = rules.keys_since(sketched, since, now)
    if draft.lon is not None and draft.lat is not None:
        inside = rules.box(draft.lon, draft.lat, radius_m)
        ask |= {"cells": rules.cells(inside), **inside._asdict(), "lon": draft.lon, "lat": draft.lat}
    named = (("subject", draft.subject), ("person", draft.person), ("self", draft.case))
    return ask | {name: str(value) for name, value in named if value is not None}


def found(draft: Draft, ask: dict[str, Any]) -> list[Alike]:
    """What the acting person sees that has anything in common with the draft, the newest of each way."""
    mine = sketch(rules.said(draft.title, draft.body))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_alike(%s::jsonb)", [canonical_json(ask)])
        rows = cursor.fetchall()
    return [
        Alike(pk, at, is_open, same, 1.0 if same else share(mine, bytes(theirs)), metres, subject, person, category)
        for pk, at, is_open, same, theirs, metres, subject, person, category in rows
    ]


def proposals(actor: Actor, draft: Draft, now: datetime, *, most: int | None = None) -> Proposals:
    """The requests this actor sees that are like the draft. Two statements, however many requests there are.

    Nothing is joined by this: a person looks and decides.
    """
    policy = catalogue.like()
    ask = asked(draft, now, window=policy.window, radius_m=policy.radius_m)
    like = [one for one in found(draft, ask) if one.counts(policy)]
    if not like:
        return Proposals(days=policy.window.days, metres=policy.radius_m, rules=policy.version)
    like.sort(key=lambda one: (-one.weight(policy), -one.received_at.timestamp(), one.case))
    best = like[: most or policy.show]
    rows = visible_to(actor, Case.objects.filter(pk__in=[one.case for one in best])).select_related("merged_into")
    known = {case.pk: case for case in rows.only(*SHOWN, "merged_into__number")}
    lately = [one for one in like if one.received_at >= now - policy.window]
    return Proposals(
        [Proposal(known[one.case], one, one.near(policy)) for one in best if one.case in known],
        len(lately),
        sum(one.near(policy) for one in lately),
        policy.window.days,
        policy.radius_m,
        policy.version,
        draft.lon is not None,
    )


def own_open(person: uuid.UUID | None, draft: Draft) -> Case | None:
    """An open request of this very person in the same words; asked as the person, who sees nobody else's."""
    keys = rules.whole_keys(draft.title, draft.body)
    if person is None or not keys:
        return None
    ask: dict[str, Any] = {"keys": keys, **({"self": str(draft.case)} if draft.case else {})}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM cases_alike(%s::jsonb) WHERE same AND is_open", [canonical_json(ask)])
        ids = [row[0] for row in cursor.fetchall()]
    return Case.objects.filter(pk__in=ids, requester_id=person).order_by("-received_at").only(*SHOWN).first()
