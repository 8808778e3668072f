"""Subjects that have a duty due or late, and where they lie: the layer of visits due on the map (A2, B2)."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.register.rounds import catalogue
from huhang.register.rounds.deriving import fetch, statement
from huhang.register.rounds.queries import Wanted, _where, now_open
from huhang.register.subjects.models import Subject

_OWING = """
WITH o AS MATERIALIZED (
    SELECT d.subject_id AS id, bool_or(d.state = 'late') AS late, min(d.last) AS last, count(*) AS n
    FROM ({duties}) d WHERE {where} GROUP BY d.subject_id
), p AS MATERIALIZED (
    SELECT o.id, o.late, o.last, o.n, s.name, s.address, s.unit_id, s.lon, s.lat
    FROM o JOIN subjects_subject s ON s.id = o.id
)
"""
_LISTED = """
SELECT p.id, p.name, p.address, p.unit_id, p.late, p.last, p.n, count(*) OVER () FROM p
ORDER BY p.late DESC, p.last, p.name, p.id LIMIT %(most)s
"""
_DOTS = """
SELECT p.id, p.name, p.lon, p.lat, p.late, 1 AS n, p.late::int AS bad FROM p WHERE (SELECT count(*) FROM p) <= %(most)s
UNION ALL
SELECT NULL, '', avg(p.lon), avg(p.lat), bool_or(p.late), count(*), count(*) FILTER (WHERE p.late) FROM p
WHERE (SELECT count(*) FROM p) > %(most)s GROUP BY floor(p.lon / %(side)s), floor(p.lat / %(side)s)
"""


@dataclass(frozen=True)
class Owing:
    """A subject with ``n`` duties open; ``late`` when one of them is, ``last`` the earliest day one was or is due."""

    id: uuid.UUID
    name: str
    address: str
    unit_id: uuid.UUID
    late: bool
    last: date
    n: int


@dataclass(frozen=True)
class Spot:
    """One of them by place, or with more than ``most`` of them a cell with ``n``, ``bad`` of which are late."""

    id: uuid.UUID | None
    name: str
    lon: float
    lat: float
    late: bool
    n: int
    bad: int


def listed(among: QuerySet[Subject], actor: Actor, now: datetime, *, most: int) -> tuple[list[Owing], int]:
    """Those of some subjects that owe something this actor sees, the late first; and how many there are."""
    rows = _read(_LISTED, among, actor, now, most=most)
    return [Owing(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def spots(among: QuerySet[Subject], actor: Actor, now: datetime, *, most: int, side: float) -> list[Spot]:
    """The same by place; more than ``most`` come as cells of ``side`` degrees. One statement."""
    return [Spot(*row) for row in _read(_DOTS, among, actor, now, most=most, side=side)]


def _read(told: str, among: QuerySet[Subject], actor: Actor, now: datetime, **values: Any) -> Sequence[tuple[Any, ...]]:
    codes = [code for code, of_code in catalogue.versions()[0].items() if not of_code[-1].of_units]
    if not codes or among.query.is_empty():
        return []
    span = now_open(now)
    where, more = _where(Wanted(span, open=True), actor)
    # a duty is done whoever may see by what, so it is read as the system; whom it may be about is the actor's to see
    with acting(SYSTEM, apart=False):
        asked = statement(span, now, codes=codes, among=_named(among))
        if asked is None:
            return []
        sql = _OWING.format(duties=asked[0], where=where) + told
        return fetch(sql, {**asked[1], **more, **values})[1]


def _named(among: QuerySet[Subject]) -> tuple[str, dict[str, Any]]:
    """The ids of a queryset as SQL whose values have names, as the statement of duties takes them."""
    try:
        sql, values = among.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # what was asked for cannot be, such as a class of no kind
        return "SELECT NULL::uuid WHERE false", {}
    n = count()
    named = re.sub(r"%(?:%|s)", lambda one: one[0] if one[0] == "%%" else f"%(among{next(n)})s", sql)
    return named, {f"among{i}": value for i, value in enumerate(values)}
