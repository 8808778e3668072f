"""The matters of a week, and exactly the requests behind each number; only what the actor sees is counted."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Max, Min, Q, QuerySet

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.kinds.requests.repeats.catalogue import Hot, hot
from huhang.kinds.requests.repeats.models import Matter, Member, Note

WEEK, BEFORE = timedelta(days=7), timedelta(days=28)
MOST = 200


@dataclass(frozen=True)
class Week:
    """Seven days ending with ``last``, and the four weeks before them."""

    last: date

    @property
    def first(self) -> date:
        """Its first day."""
        return self.last - timedelta(days=6)

    @property
    def until(self) -> datetime:
        """The instant after its last day, in the house's own time."""
        return catalog.schedule().at(self.last + timedelta(days=1), time())

    @property
    def since(self) -> datetime:
        """Its first instant."""
        return self.until - WEEK

    @property
    def before(self) -> datetime:
        """The first instant of the four weeks before it."""
        return self.since - BEFORE


@dataclass(frozen=True)
class Line:
    """A matter in a week.

    ``n`` requests came in the week and ``before`` in the four weeks before it; ``voices`` are different persons, each
    request without a known person being one.
    """

    matter: Matter
    title: str
    n: int
    before: int
    voices: int
    units: Sequence[uuid.UUID]
    categories: Sequence[str]
    places: Sequence[str]
    first: datetime | None
    last: datetime | None

    @property
    def usual(self) -> float:
        """How many a week there were in the four weeks before."""
        return self.before / 4

    @property
    def growth(self) -> float:
        """How many more than usual."""
        return self.n - self.usual


def _members(actor: Actor) -> QuerySet[Member]:
    return visible_to(actor, Member.objects.all(), prefix="case__").exclude(case__state="withdrawn")


def week(actor: Actor, asked: Week, policy: Hot | None = None) -> list[Line]:
    """The matters that grew most against the four weeks before, among what this actor sees.

    A matter with fewer requests or fewer different persons than the catalogue's least counts is not listed at all, so
    that a list never points at somebody (K4). Two statements.
    """
    rule = policy or hot()
    this = Q(received_at__gte=asked.since)
    members = _members(actor).filter(received_at__gte=asked.before, received_at__lt=asked.until)
    rows: Any = members.values("matter").annotate(**_sums(this)).order_by()
    found = [row for row in rows if row["n"] >= rule.least and row["persons"] + row["unknown"] >= rule.voices]
    found.sort(key=lambda row: (-(row["n"] - row["before"] / 4), -row["n"], row["matter"]))
    return _lines(actor, found[:MOST])


def _sums(this: Q) -> dict[str, Any]:
    return {
        "n": Count("pk", filter=this),
        "before": Count("pk", filter=~this),
        "persons": Count("case__requester", distinct=True, filter=this),
        "unknown": Count("pk", filter=this & Q(case__requester=None)),
        "units": ArrayAgg("case__unit", distinct=True, filter=this, default=[]),
        "categories": ArrayAgg("case__category", distinct=True, filter=this & ~Q(case__category=""), default=[]),
        "places": ArrayAgg("case__place", distinct=True, filter=this & ~Q(case__place=""), default=[]),
        "first": Min("received_at", filter=this),
        "last": Max("received_at", filter=this),
    }


def _lines(actor: Actor, rows: Sequence[dict[str, Any]]) -> list[Line]:
    known = Matter.objects.select_related("subject", "unit").in_bulk([row["matter"] for row in rows])
    titles = _titles(actor, [row["matter"] for row in rows])
    return [
        Line(
            known[row["matter"]],
            titles.get(row["matter"], ""),
            row["n"],
            row["before"],
            row["persons"] + row["unknown"],
            row["units"],
            row["categories"],
            row["places"],
            row["first"],
            row["last"],
        )
        for row in rows
        if row["matter"] in known
    ]


def _titles(actor: Actor, matters: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The title of the newest request of each that the actor sees: a matter has no words of its own to give away."""
    newest = _members(actor).filter(matter__in=matters).order_by("matter", "-received_at", "-case").distinct("matter")
    return dict(newest.values_list("matter", "case__title"))


@dataclass(frozen=True)
class Told:
    """One matter whole: its week, and what people did with it."""

    line: Line
    total: int
    notes: Sequence[Note]


def one(actor: Actor, matter_id: uuid.UUID, asked: Week) -> Told | None:
    """A matter of which this actor sees enough to be told of; nothing otherwise."""
    this = Q(received_at__gte=asked.since, received_at__lt=asked.until)
    four = Q(received_at__gte=asked.before, received_at__lt=asked.since)
    sums = _sums(this) | {
        "before": Count("pk", filter=four),
        "total": Count("pk"),
        "all_persons": Count("case__requester", distinct=True),
        "all_unknown": Count("pk", filter=Q(case__requester=None)),
    }
    rows: Any = list(_members(actor).filter(matter=matter_id).values("matter").annotate(**sums).order_by())
    rule = hot()
    if not rows or rows[0]["total"] < rule.least or rows[0]["all_persons"] + rows[0]["all_unknown"] < rule.voices:
        return None
    lines = _lines(actor, rows)
    notes = list(Note.objects.filter(matter=matter_id).order_by("-at", "-id"))
    return Told(lines[0], rows[0]["total"], notes) if lines else None


SPANS = ("week", "before", "all")


def cases(actor: Actor, matter_id: uuid.UUID, asked: Week, span: str) -> QuerySet[Case]:
    """Exactly the requests behind a number of a matter: of the week, of the four weeks before, or all there are."""
    members = Member.objects.filter(matter=matter_id)
    if span == "week":
        members = members.filter(received_at__gte=asked.since, received_at__lt=asked.until)
    elif span == "before":
        members = members.filter(received_at__gte=asked.before, received_at__lt=asked.since)
    rows = visible_to(actor, Case.objects.filter(pk__in=members.values("case"))).exclude(state="withdrawn")
    return rows.select_related("officer").defer("search", "folded", "body").order_by(F("received_at").desc(), "-pk")
