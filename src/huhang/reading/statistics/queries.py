"""The sums: one statement over the counts, and one more for whoever may not count sensitive cases but has some."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.db import connection

from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases.counts.walls import month
from huhang.reading.statistics.rules import EVERYTHING, Months, Place, own_of

COLUMNS: Mapping[str, tuple[str, str]] = {
    "unit": ("unit", "unit_id"),
    "branch": ("branch", "branch_id"),
    "part": ("coalesce(branch, unit)", "coalesce(branch_id, unit_id)"),
    "state": ("state", "state"),
    "month": ("month", month("received_at")),
}
"""What can be counted by, as a column of the counts and of the cases; a ``part`` is a branch, or a unit without one."""

Counts = dict[tuple[Any, ...], int]


@dataclass(frozen=True)
class Wanted:
    """What is counted: a kind of case, received in these months, somewhere, in these states; by which columns."""

    kind: str
    months: Months
    by: tuple[str, ...]
    place: Place = EVERYTHING
    states: tuple[str, ...] = ()


def counted(actor: Actor, wanted: Wanted, *, spelled: bool = False) -> Counts:
    """How many by the values of the columns asked for; what has none is left out.

    Args:
        spelled: the values as text, in order, a month as ``2026-11``: thousands of them are put together in a program's
            answer.

    Raises:
        Missing: this actor sees no cases by a post.
    """
    found = _rows(*_kept(actor, wanted, spelled))
    if not actor.sees_sensitive:
        for key, n in _rows(*_own_sensitive(actor, wanted, spelled)).items():
            found[key] = found.get(key, 0) + n
    return found


def _rows(sql: str, values: Sequence[Any]) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return {row[:-1]: int(row[-1]) for row in cursor.fetchall()}


def _kept(actor: Actor, wanted: Wanted, spelled: bool) -> tuple[str, list[Any]]:
    where, values = _narrowed(actor, wanted, "unit", "branch")
    calm = "" if actor.sees_sensitive else " AND NOT sensitive"
    columns = ", ".join(_column(name, COLUMNS[name][0], spelled) for name in wanted.by)
    return (
        f"SELECT {columns}, sum(n) FROM cases_counted WHERE kind = %s AND month BETWEEN %s AND %s{where}{calm}"  # noqa: S608
        f" GROUP BY {_places(wanted)} HAVING sum(n) <> 0{f' ORDER BY {_places(wanted)}' if spelled else ''}",
        [wanted.kind, wanted.months.first, wanted.months.last, *values],
    )


def _own_sensitive(actor: Actor, wanted: Wanted, spelled: bool) -> tuple[str, list[Any]]:
    """Sensitive cases that bear one's own name are seen, and so counted, by whoever sees no others."""
    where, values = _narrowed(actor, wanted, "unit_id", "branch_id")
    columns = ", ".join(_column(name, COLUMNS[name][1], spelled) for name in wanted.by)
    schedule, (first, last) = catalog.schedule(), wanted.months.days
    span = [schedule.at(first, time()), schedule.at(last + timedelta(days=1), time())]
    return (
        f"SELECT {columns}, count(*) FROM cases_case WHERE sensitive AND (officer_id = %s OR taken_by_id = %s)"  # noqa: S608
        f" AND kind = %s AND received_at >= %s AND received_at < %s{where} GROUP BY {_places(wanted)}",
        [actor.user, actor.user, wanted.kind, *span, *values],
    )


def _column(name: str, column: str, spelled: bool) -> str:
    if not spelled:
        return column
    return f"left(({column})::text, 7)" if name == "month" else f"({column})::text"


def _places(wanted: Wanted) -> str:
    return ", ".join(str(nth) for nth in range(1, len(wanted.by) + 1))


def _narrowed(actor: Actor, wanted: Wanted, unit: str, branch: str) -> tuple[str, list[Any]]:
    parts: list[str] = []
    values: list[Any] = []
    own = own_of(actor)
    if own is not None:
        held = [(unit, own.units), (branch, own.branches)]
        parts.append(f"({' OR '.join(f'{column} = ANY (%s)' for column, _ in held)})")
        values += [list(ids) for _, ids in held]
    if wanted.place.unit:
        parts.append(f"{branch if wanted.place.is_branch else unit} = %s")
        values.append(wanted.place.unit)
    if wanted.states:
        parts.append("state = ANY (%s)")
        values.append(list(wanted.states))
    return "".join(f" AND {part}" for part in parts), values


def by_column(found: Counts, place: int) -> dict[Any, int]:
    """The sums by one of the columns counted by."""
    sums: dict[Any, int] = {}
    for key, n in found.items():
        sums[key[place]] = sums.get(key[place], 0) + n
    return sums


def within(found: Counts, spans: Sequence[tuple[date, date]]) -> Counts:
    """Counts by something and month, as counts by something and the span (its first month) the month lies in."""
    starts = {}
    for first, last in spans:
        at = first
        while at <= last:
            starts[at] = first
            at = (at + timedelta(days=31)).replace(day=1)
    sums: Counts = {}
    for (key, at), n in found.items():
        sums[key, starts[at]] = sums.get((key, starts[at]), 0) + n
    return sums
