"""How many: every count a page shows, and the views kept for it, in one statement.

Counting stops at a thousand and one: nobody works through more, and the page says “more than 1,000” instead of waiting.
"""

import json
import uuid
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from huhang.base.access.queries import seen
from huhang.base.access.rules import Actor
from huhang.base.statements.prepared import prepared
from huhang.reading import search
from huhang.reading.rules import Filter
from huhang.reading.scopes import Arm, arms, conditions, found, narrowed, value_of_each
from huhang.reading.wheres import Statement, keys_text, ready, rows

MOST = 1000
MOST_MESSAGES = 100
_MESSAGES = (
    '(SELECT count(*) FROM (SELECT 1 FROM notices_message m WHERE m."user" = %s AND m.read_at IS NULL LIMIT %s) AS u)'
)


@dataclass(frozen=True)
class Tally:
    """A count; ``over`` says that there are more than ``MOST`` and counting stopped."""

    count: int
    over: bool


class View(NamedTuple):
    """A kept view as the filter bar names it."""

    id: uuid.UUID
    name: str
    query: str
    own: bool
    shared: bool


@dataclass(frozen=True)
class Asked:
    """A list to count, and the instant against which “late” is judged in it."""

    filter: Filter
    now: datetime


@dataclass(frozen=True)
class Tallies:
    """What was counted, by name, and the views of the page."""

    counts: Mapping[str, Tally] = field(default_factory=dict)
    messages: int = 0
    """Messages the officer has not read, counted up to `MOST_MESSAGES`."""
    views: tuple[View, ...] = ()

    def of(self, name: str) -> Tally:
        """The count of a name; nothing when nothing was counted."""
        return self.counts.get(name, Tally(0, False))


def _arm(arm: Arm, actor: Actor, asked: Asked, sight: RawSQL | None) -> Statement:
    wheres: list[Q | RawSQL | None] = [conditions(actor, asked.filter, asked.now), sight, arm.where]
    if arm.each:  # value by value, so that counting stops at the limit instead of meeting every case of all units first
        sql, values = rows((), [*wheres, Q(**{arm.each: value_of_each()})], limit=MOST + 1)
        each = f"SELECT 1 FROM unnest(%s::uuid[]) AS place(value) CROSS JOIN LATERAL ({sql}) AS one LIMIT {MOST + 1}"  # noqa: S608
        return each, [keys_text(arm.values), *values]
    if arm.found is not None:
        query, likes = search.words(asked.filter.q) if asked.filter.q else (None, None)
        narrow = arm.found | narrowed(actor, asked.filter, asked.now) | {"order": "any"}
        wheres.append(found(query, likes, MOST + 1, narrow))
    return rows((), wheres, limit=MOST + 1)


_VIEWS = """
(SELECT coalesce(json_agg(row_to_json(v)), '[]')::text FROM (
    SELECT id, name, query, owner_id, unit_id FROM cases_saved_view
    WHERE page = %s AND (owner_id = %s OR unit_id = ANY (%s)) ORDER BY name, id
) AS v)
"""


def _views(actor: Actor, page: str) -> Statement:
    return _VIEWS, [page, actor.user, [g.unit for g in actor.grants]]


def _messages(actor: Actor) -> Statement:
    return _MESSAGES, [actor.user, MOST_MESSAGES]


@dataclass(frozen=True)
class Sum:
    """One statement that counts arms, each once however many lists it belongs to, and which arms make up each list."""

    sql: str
    values: list[Any]
    of: Mapping[Asked, tuple[int, ...]]


class _Counting:
    """Arms to count, the late ones first: where those are over the limit already, the whole arm need not be counted."""

    def __init__(self) -> None:
        self.first: list[Statement] = []
        self.then: list[Statement] = []
        self._places: dict[tuple[str, str], int] = {}

    def place(self, part: Statement, *, late: bool, within: int | None) -> int:
        """Where the count of an arm will stand; ``within`` is the place of a part of it that is counted first."""
        key = (part[0], repr(part[1]))
        if key not in self._places:
            counted = f"(SELECT count(*) FROM ({part[0]}) AS counted)"  # noqa: S608  conditions are ours
            if within is not None and not late:
                counted = f"CASE WHEN late.n{within} > {MOST} THEN {MOST + 1} ELSE {counted} END"
            rows = self.first if late else self.then
            self._places[key] = len(rows) if late else -1 - len(rows)
            rows.append((counted, part[1]))
        return self._places[key]

    def made(self, more: list[Statement]) -> Statement:
        """The statement: late arms, the others, and what else comes with them."""
        rows: list[Statement] = [(f"late.n{place}", []) for place in range(len(self.first))] + self.then + more
        chosen = ", ".join(sql for sql, _ in rows)
        values = [value for _, one in [*self.first, *rows] for value in one]
        if not self.first:
            return (f"SELECT {chosen}" if rows else "", values)
        late = ", ".join(f"{sql} AS n{place}" for place, (sql, _) in enumerate(self.first))
        return f"WITH late AS MATERIALIZED (SELECT {late}) SELECT {chosen} FROM late", values  # noqa: S608


def statement(actor: Actor, asked: Mapping[str, Asked], *, page: str = "") -> Sum:
    """The one statement of a page's counts; the officer's unread messages and the views of ``page`` come last.

    Raises:
        Invalid: what is searched for cannot be searched.
    """
    counting = _Counting()
    of: dict[Asked, tuple[int, ...]] = {}
    sight = ready(seen(actor))
    # the late by the earliest instant first: what is late then is late later on too, and is part of the whole list
    for one in sorted(dict.fromkeys(asked.values()), key=lambda each: (not each.filter.late, each.now)):
        parts = [_arm(arm, actor, one, sight) for arm in arms(actor, one.filter)]
        inside = next((of[each] for each in of if _inside(each, one) and min(of[each], default=-1) >= 0), None)
        of[one] = tuple(
            counting.place(part, late=inside is None and one.filter.late, within=inside[nth] if inside else None)
            for nth, part in enumerate(parts)
        )
    more = [_messages(actor)] if asked or page else []
    sql, values = counting.made([*more, _views(actor, page)] if page else more)
    width = len(counting.first)
    return Sum(sql, values, {one: tuple(p if p >= 0 else width - 1 - p for p in at) for one, at in of.items()})


def _inside(part: Asked, whole: Asked) -> bool:
    """Whether a list of late cases is part of another list, arm by arm."""
    if not part.filter.late or replace(part.filter, late=whole.filter.late) != whole.filter:
        return False
    return part.now <= whole.now if whole.filter.late else True


def _usual(asked: Mapping[str, Asked]) -> bool:
    """Whether nothing but whose, late and waiting narrows the lists: such statements come again with every page.

    A session keeps a plan of about a megabyte for each; what people put together themselves is planned when asked.
    """
    plain = Filter()
    return all(
        replace(one.filter, scope="all", which="open", late=False, waiting=False) == plain for one in asked.values()
    )


def take(actor: Actor, asked: Mapping[str, Asked], *, page: str = "") -> Tallies:
    """Counts every list asked for, each at most `MOST`; lists asked for twice are counted once.

    Arms never share a row, so a list is as long as its arms together.
    """
    if actor.user is None:
        return Tallies()
    made = statement(actor, asked, page=page)
    row: tuple[Any, ...] = ()
    if made.sql:
        with prepared() if _usual(asked) else nullcontext(), connection.cursor() as cursor:
            cursor.execute(made.sql, made.values)
            row = cursor.fetchone() or ()
    numbers = {one: sum(row[place] for place in places) for one, places in made.of.items()}
    counts = {one: Tally(min(n, MOST), n > MOST) for one, n in numbers.items()}
    views = tuple(_view(one, actor) for one in json.loads(row[-1])) if page else ()
    messages = int(row[-2 if page else -1]) if row else 0
    return Tallies({name: counts[one] for name, one in asked.items()}, messages, views)


def _view(row: dict[str, Any], actor: Actor) -> View:
    own = row["owner_id"] == str(actor.user)
    return View(uuid.UUID(row["id"]), row["name"], row["query"], own, row["unit_id"] is not None)
