"""One page of any list of cases: keyset pages, one statement, only the columns shown, whoever looks."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BooleanField, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from huhang.base.access.context import acting
from huhang.base.access.queries import seen, visible_to
from huhang.base.access.rules import Actor
from huhang.cases.models import Assignment, Case
from huhang.reading import search
from huhang.reading.rules import Filter, Place
from huhang.reading.scopes import Arm, arms, conditions, found, narrowed, value_of_each
from huhang.reading.wheres import Statement, ready, rows

DUE, RECEIVED = "due_at", "received_at"
PAGE = 50


class Line(NamedTuple):
    """What a list knows of a case; the words searched and the text of the case are never fetched."""

    id: uuid.UUID
    number: str
    kind: str
    state: str
    is_open: bool
    title: str
    from_label: str
    place: str
    unit_id: uuid.UUID
    officer_id: uuid.UUID | None
    category: str
    category_version: int
    channel: str
    urgency: int
    sensitive: bool
    received_at: datetime
    due_at: datetime | None
    due_from: datetime | None
    due_provisional: bool
    waiting: bool
    answered_at: datetime | None
    closed_at: datetime | None
    version: int
    beside: Sequence[str]
    officer: str
    unread: int = 0
    """What the person wrote and nobody who handles the case has read (A3)."""


COLUMNS = Line._fields[:-2]
_UNREAD = (
    "CASE WHEN 'talk' = ANY (r.beside) THEN (SELECT count(*) FROM talk_saying t"
    " WHERE t.case_id = r.id AND t.side = 'person' AND t.read_at IS NULL) ELSE 0 END"
)


@dataclass(frozen=True)
class Page:
    """Rows, and the places before and after them where there is more."""

    lines: list[Line]
    before: Place | None
    after: Place | None
    first: int

    @property
    def last(self) -> int:
        """The position of the last row, counted from one; 0 in an empty list."""
        return self.first + len(self.lines) - 1 if self.lines else 0


@dataclass(frozen=True)
class Walk:
    """A way along the list: by which column, in which direction, from where."""

    key: str
    place: Place | None = None

    @property
    def back(self) -> bool:
        return self.place is not None and self.place.back

    @property
    def descending(self) -> bool:
        return (self.key == RECEIVED) is not self.back

    def order(self, table: str = "") -> str:
        """ORDER BY over the columns of the statement; an index has the same."""
        if not self.descending:
            return f"{table}{self.key}, {table}id"
        return f"{table}{self.key} DESC{' NULLS FIRST' if self.key == DUE else ''}, {table}id DESC"

    def pieces(self) -> list[Q]:
        """The rest of the list from the place on, in pieces that an index can begin at.

        Rows without a due instant come last, so a row comparison alone would lose them.
        """
        if self.place is None:
            return [Q()]
        sign = "<" if self.descending else ">"
        if self.place.at is not None:
            rest = [_beside(self.key, sign, self.place)]
            return [*rest, Q(due_at=None)] if self.key == DUE and not self.back else rest
        if self.back:
            return [Q(due_at=None, id__lt=self.place.id), Q(due_at__isnull=False)]
        return [Q(due_at=None, id__gt=self.place.id)]

    def narrow(self) -> dict[str, Any]:
        """Order and place in the words of the search function."""
        name = ("received" if self.key == RECEIVED else "due") + ("_back" if self.back else "")
        said: dict[str, Any] = {"order": name}
        if self.place is None:
            return said
        start = "back_" if self.back else ""
        if self.place.at is None:
            return said | {f"{start}idle": self.place.id}
        return said | {f"{start}{'at' if self.key == RECEIVED else 'due'}": self.place.at, "id": self.place.id}


def _beside(key: str, sign: str, place: Place) -> Q:
    sql = f'("cases_case"."{key}", "cases_case"."id") {sign} (%s, %s)'
    return Q(RawSQL(sql, [place.at, place.id], output_field=BooleanField()))  # noqa: S611  column and sign are ours


def _each(arm: Arm, inner: Statement) -> Statement:
    """The rows of an arm that goes value by value, each value by its own walk along the index."""
    sql, params = inner
    return (
        f"SELECT one.* FROM unnest(%s::uuid[]) AS place(value) CROSS JOIN LATERAL ({sql}) AS one",  # noqa: S608
        [list(arm.values), *params],
    )


def _joined(parts: list[Statement]) -> Statement:
    sql = " UNION ALL ".join(f"({sql})" for sql, _ in parts)
    return sql, [value for _, params in parts for value in params]


def _arm(
    arm: Arm, actor: Actor, asked: Filter, sight: RawSQL | None, now: datetime, walk: Walk, want: int
) -> list[Statement]:
    wheres: list[Q | RawSQL | None] = [conditions(actor, asked, now), sight, arm.where]
    if arm.found is not None:
        query, likes = search.words(asked.q) if asked.q else (None, None)
        narrow = arm.found | narrowed(actor, asked, now) | walk.narrow()
        return [rows(COLUMNS, [*wheres, found(query, likes, want, narrow)], order=walk.order(), limit=want)]
    if arm.each:
        wheres.append(Q(**{arm.each: value_of_each()}))
    made = [rows(COLUMNS, [*wheres, piece], order=walk.order(), limit=want) for piece in walk.pieces()]
    return [_each(arm, one) if arm.each else one for one in made]


def statement(actor: Actor, asked: Filter, *, walk: Walk, now: datetime, want: int) -> Statement | None:
    """The one statement of a list; none when there is nothing this actor could see.

    Raises:
        Invalid: what is searched for cannot be searched.
    """
    # in order of due instants the late ones come first: they are the beginning of the same walk, which no estimate of
    # how many are late can lead astray
    first = asked.late and asked.which == "open" and walk.key == DUE and not walk.descending
    walked = replace(asked, late=False) if first else asked
    sight = ready(seen(actor))
    parts = [one for arm in arms(actor, walked) for one in _arm(arm, actor, walked, sight, now, walk, want)]
    if not parts:
        return None
    sql, params = _joined(parts)
    late = " WHERE due_at <= %s" if first else ""
    whole = (
        f"SELECT r.*, coalesce(o.name, ''), {_UNREAD} FROM ("  # noqa: S608  conditions are ours
        f"SELECT * FROM ({sql}) AS parts{late} ORDER BY {walk.order()} LIMIT %s"
        f") AS r LEFT JOIN people_user o ON o.id = r.officer_id ORDER BY {walk.order('r.')}"
    )
    return whole, [*params, *([now] if first else []), want]


def key_of(asked: Filter, *, by_due: bool) -> str:
    """What a list is ordered by: inboxes by due instant, ledgers and findings newest first."""
    return DUE if by_due and not asked.q else RECEIVED


def page(
    actor: Actor, asked: Filter, place: Place | None = None, *, now: datetime, by_due: bool = False, size: int = PAGE
) -> Page:
    """One page of a list, in one statement without OFFSET.

    Raises:
        Invalid: what is searched for cannot be searched.
    """
    walk = Walk(key_of(asked, by_due=by_due), place)
    made = statement(actor, asked, walk=walk, now=now, want=size + 1)
    lines: list[Line] = []
    if made is not None:
        with connection.cursor() as cursor:
            cursor.execute(*made)
            lines = [Line(*row) for row in cursor.fetchall()]
    return _page(lines, walk, size)


def _page(lines: list[Line], walk: Walk, size: int) -> Page:
    more = len(lines) > size
    lines = lines[:size]
    seen = walk.place.seen if walk.place else 0
    if walk.back:
        lines.reverse()
        first = max(1, seen - len(lines) + 1)
    else:
        first = seen + 1
    if not lines:
        return Page([], None, None, 0)
    has_before, has_after = (more, True) if walk.back else (walk.place is not None, more)
    head, tail = lines[0], lines[-1]
    before = Place(getattr(head, walk.key), head.id, first - 1, back=True) if has_before else None
    after = Place(getattr(tail, walk.key), tail.id, first - 1 + len(lines)) if has_after else None
    return Page(lines, before, after, first)


def every(actor: Actor, asked: Filter, *, now: datetime, most: int) -> Iterator[Line]:
    """Up to ``most`` rows of a list, newest first, fetched piece by piece; read them inside the same transaction."""
    made = statement(actor, asked, walk=Walk(RECEIVED), now=now, want=most)
    if made is None:
        return
    with connection.chunked_cursor() as cursor:
        cursor.execute(*made)
        while more := cursor.fetchmany(2000):
            yield from (Line(*row) for row in more)


def in_pieces(actor: Actor, asked: Filter, *, now: datetime, size: int = 2000) -> Iterator[list[Line]]:
    """A list of any length piece by piece, newest first, each piece read in a transaction of its own as this actor.

    For work in the background: between two pieces others may write and progress may be told. A row keeps its instant of
    receipt, so none is given twice, and none that was there at the beginning and still belongs is left out.
    """
    place: Place | None = None
    while True:
        with acting(actor):
            shown = page(actor, asked, place, now=now, size=size)
        if shown.lines:
            yield shown.lines
        if shown.after is None:
            return
        place = shown.after


def chosen(actor: Actor, ids: list[uuid.UUID]) -> list[Line]:
    """The rows of these cases that the actor may see, newest first."""
    mine = visible_to(actor, Case.objects.filter(pk__in=ids)).order_by("-received_at", "-id")
    return [Line(*row) for row in mine.values_list(*COLUMNS, Coalesce("officer__name", Value("")))]


OWN_TASK = "own_task"
"""Stands among what is beside a line when one of the actor's own units was asked to help there."""


def with_own_tasks(actor: Actor, lines: list[Line]) -> list[Line]:
    """Lines in which a supporting task of the actor's own units is open show that task's time, not the lead's (C2).

    One statement, and none where nothing of the kind stands beside any line.
    """
    units = {g.unit for g in actor.grants}
    wanted = [line.id for line in lines if "support" in line.beside and line.unit_id not in units]
    if not wanted:
        return lines
    parts = Assignment.objects.filter(case__in=wanted, unit__in=units, role=Assignment.Role.SUPPORT, ended_at=None)
    known = {row[0]: row[1:] for row in parts.values_list("case_id", "clock__due_at", "opened_at")}
    return [
        line._replace(due_at=known[line.id][0], due_from=known[line.id][1], beside=[*line.beside, OWN_TASK])
        if line.id in known
        else line
        for line in lines
    ]
