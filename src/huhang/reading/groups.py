"""A list counted by one of its columns, a unit, a state, a category: one statement, honest about where it ended."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.cases.models import Case
from huhang.reading import search
from huhang.reading.rules import Filter
from huhang.reading.scopes import Arm, arms, conditions, found, narrowed
from huhang.reading.wheres import Statement

MOST = 10_000
"""Counting stops after so many rows of each part of the list; the answer says so."""

COLUMNS: Mapping[str, Any] = {
    "unit": _("主办单位"),
    "branch": _("分局、支队"),
    "state": _("状态"),
    "category": _("类别"),
    "channel": _("渠道"),
    "urgency": _("紧急程度"),
    "officer": _("承办人"),
}
"""What a list can be grouped by: names of the filter, so that every group leads to exactly its rows."""

FIELDS = {"unit": "unit_id", "branch": "branch_id", "officer": "officer_id"}


@dataclass(frozen=True)
class Groups:
    """How many by value, most first; ``over`` says that counting stopped and the numbers are of the first rows only."""

    counts: tuple[tuple[Any, int], ...] = ()
    over: bool = False


def field_of(column: str) -> str:
    """The column of the case row behind a grouping."""
    return FIELDS.get(column, column)


def _arm(arm: Arm, actor: Actor, asked: Filter, now: datetime, column: str) -> Statement:
    where = conditions(actor, asked, now) & arm.where
    if arm.each:
        where &= Q(**{f"{arm.each}__in": arm.values})
    rows = visible_to(actor, Case.objects.filter(where))
    if arm.found is not None:
        query, likes = search.words(asked.q) if asked.q else (None, None)
        rows = rows.filter(found(query, likes, MOST + 1, arm.found | narrowed(actor, asked, now)))
    sql, params = rows.order_by().values_list(field_of(column))[: MOST + 1].query.sql_with_params()
    return sql, list(params)


def count_by(actor: Actor, asked: Filter, column: str, *, now: datetime) -> Groups:
    """Counts a list by a column of `COLUMNS`.

    Raises:
        Invalid: what is searched for cannot be searched.
    """
    parts = [_arm(arm, actor, asked, now, column) for arm in arms(actor, asked)]
    if not parts:
        return Groups()
    sql = " UNION ALL ".join(f"({part})" for part, _params in parts)
    whole = (
        f"SELECT value, count(*) FROM (SELECT * FROM ({sql}) AS parts(value) LIMIT %s) AS counted(value)"  # noqa: S608
        " GROUP BY value ORDER BY 2 DESC, 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(whole, [value for _sql, params in parts for value in params] + [MOST + 1])
        rows = tuple((value, count) for value, count in cursor.fetchall())
    return Groups(rows, sum(count for _value, count in rows) > MOST)


def narrowed_to(asked: Filter, column: str, value: Any) -> Filter | None:
    """The same list with only one group; none where the filter cannot say it (no officer, no category yet)."""
    if value in (None, ""):
        return None
    changed: dict[str, Any] = {column: value if isinstance(value, uuid.UUID | int) else str(value)}
    return replace(asked, **changed)
