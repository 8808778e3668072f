"""Hazards and disputes as lists of their own: narrowed, counted, page by page, each with the post that took it (B4)."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import BooleanField, Count, F, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.reading.figures.periods import custom
from huhang.reading.ledger import COLUMNS, Line
from huhang.reading.posts import queries as months
from huhang.reading.rules import Place
from huhang.register.posts import queries as posts
from huhang.register.subjects.queries import units_below

PAGE = 50
COUNTED = 10_000
"""So many rows are counted; of more it is said that there are more."""


@dataclass(frozen=True)
class Asked:
    """How the list is narrowed.

    Args:
        kind: ``hazard`` or ``dispute``.
        state: a state of the kind, ``open`` for every one that is not final, or nothing.
        late: only what is open past its date.
        since: first day of being noticed or taken; with ``of`` of what the number counts by.
        of: a number of the monthly sheet, whose rows these are: of the posts that stood in the days asked for.
        unit: takes in the units below it.
    """

    kind: str
    post: uuid.UUID | None = None
    unit: uuid.UUID | None = None
    state: str = ""
    late: bool = False
    since: date | None = None
    until: date | None = None
    of: str = ""


class Taken(NamedTuple):
    """A row: the case as every list knows it, and the post, if one took it."""

    line: Line
    post: uuid.UUID | None
    station: str


@dataclass(frozen=True)
class Counts:
    """How many there are in each state, and late, with the state left open; ``over`` when counting stopped."""

    states: Mapping[str, int]
    late: int
    over: bool

    def of(self, asked: Asked) -> int:
        """How many the list has."""
        if asked.late:
            return self.late
        chosen = [name for name in self.states if _chosen(asked, name)]
        return sum(self.states[name] for name in chosen)


@dataclass(frozen=True)
class Page:
    """Rows, where they stand, and the places before and after them."""

    rows: list[Taken]
    first: int
    before: Place | None
    after: Place | None


def _chosen(asked: Asked, name: str) -> bool:
    if asked.state == "open":
        return not kind_of(asked.kind).state(name).final
    return not asked.state or asked.state == name


def narrowed(actor: Actor, asked: Asked, now: datetime) -> QuerySet[Case]:
    """The cases asked for, as far as this actor sees them.

    Raises:
        Invalid: a span that ends before it begins, or is longer than five years.
    """
    at = f"{asked.kind}__post"
    rows = visible_to(actor, Case.objects.filter(kind=asked.kind, **{f"{asked.kind}__isnull": False}))
    if asked.post is not None:
        rows = rows.filter(**{at: asked.post})
    rows = _of_number(rows, actor, asked, now) if asked.of else _taken_in(rows, asked)
    if asked.state == "open":
        rows = rows.filter(is_open=True)
    elif asked.state:
        rows = rows.filter(state=asked.state)
    return rows.filter(_late(now)) if asked.late else rows


def _late(now: datetime) -> Q:
    return Q(is_open=True, due_at__lte=now)


def _taken_in(rows: QuerySet[Case], asked: Asked) -> QuerySet[Case]:
    whole = catalog.schedule().whole
    if asked.since and asked.until:
        custom(asked.since, asked.until)
    if asked.unit is not None:
        rows = rows.filter(unit__in=units_below(asked.unit))
    if asked.since:
        rows = rows.filter(received_at__gte=whole(asked.since)[0])
    return rows.filter(received_at__lt=whole(asked.until)[1]) if asked.until else rows


def _of_number(rows: QuerySet[Case], actor: Actor, asked: Asked, now: datetime) -> QuerySet[Case]:
    schedule = catalog.schedule()
    last = asked.until or schedule.date_of(now)
    first = asked.since or last.replace(day=1)
    span = months.Span(first, last, custom(first, last).window(now, schedule))
    there = posts.narrowed(posts.visible(actor), posts.Wanted(state="all", unit=asked.unit))
    stood = months.standing(there, span).order_by().values("pk")
    return rows.filter(months.counts(asked.of, span), **{f"{asked.kind}__post__in": stood})


def counts(actor: Actor, asked: Asked, now: datetime) -> Counts:
    """How many there are under the filter but for its state, in one statement, up to `COUNTED`."""
    rows = narrowed(actor, replace(asked, state="", late=False), now)
    names = [state.name for state in kind_of(asked.kind).states]
    wanted = {name: Count("pk", filter=Q(state=name)) for name in names}
    late = _late(now) & (Q(state=asked.state) if asked.state not in ("", "open") else Q())
    few = rows.order_by("-received_at", "-id").only("pk", "state", "is_open", "due_at")[: COUNTED + 1]
    told = few.aggregate(late_=Count("pk", filter=late), all_=Count("pk"), **wanted)
    return Counts({name: told[name] for name in names}, told["late_"], told["all_"] > COUNTED)


def _rows(rows: QuerySet[Case], kind: str) -> QuerySet[Any, Any]:
    officer = Coalesce("officer__name", Value(""))
    station = Coalesce(F(f"{kind}__post__station__name"), Value(""))
    return rows.values_list(*COLUMNS, officer, f"{kind}__post_id", station)


def _taken(row: Any) -> Taken:
    return Taken(Line(*row[:-2]), row[-2], row[-1])


def page(actor: Actor, asked: Asked, place: Place | None, *, now: datetime) -> Page:
    """One page, the newest first, in one statement without OFFSET."""
    rows, back = narrowed(actor, asked, now), place is not None and place.back
    if place is not None and place.at is not None:
        sql = f'("cases_case"."received_at", "cases_case"."id") {">" if back else "<"} (%s, %s)'
        rows = rows.filter(RawSQL(sql, [place.at, place.id], output_field=BooleanField()))  # noqa: S611  sign is ours
    order = ("received_at", "id") if back else ("-received_at", "-id")
    found = [_taken(row) for row in _rows(rows, asked.kind).order_by(*order)[: PAGE + 1]]
    more, found = len(found) > PAGE, found[:PAGE]
    if not found:
        return Page([], 0, None, None)
    if back:
        found.reverse()
    seen = place.seen if place else 0
    first = max(1, seen - len(found) + 1) if back else seen + 1
    has_before, has_after = (more, True) if back else (place is not None, more)
    head, tail = found[0].line, found[-1].line
    before = Place(head.received_at, head.id, first - 1, back=True) if has_before else None
    after = Place(tail.received_at, tail.id, first - 1 + len(found)) if has_after else None
    return Page(found, first, before, after)


def every(actor: Actor, asked: Asked, *, now: datetime, most: int) -> Iterator[Taken]:
    """Up to ``most`` rows, newest first, fetched piece by piece; read them inside the same transaction."""
    rows = _rows(narrowed(actor, asked, now), asked.kind).order_by("-received_at", "-id")[:most]
    return (_taken(row) for row in rows.iterator(chunk_size=2000))
