"""Counting: every number from `counted`, every list behind a number from the same condition. One statement each."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Case as Choose
from django.db.models import CharField, Count, Min, Q, QuerySet, Sum, When
from django.db.models import Value as Constant
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases.figures import Figure
from huhang.cases.models import Case
from huhang.cases.rules import Kind
from huhang.kernel.errors import Missing
from huhang.reading.figures.periods import Window
from huhang.reading.figures.rules import BANDS, Value, edges
from huhang.reading.figures.scope import Scope
from huhang.reading.figures.worktime import Median, working_days
from huhang.register.units.models import Unit
from huhang.register.units.queries import tree


def figure_of(kind: Kind, name: str) -> Figure:
    """The figure of a name.

    Raises:
        Missing: the kind declares none of this name.
    """
    found = next((f for f in kind.figures if f.name == name), None)
    if found is None:
        raise Missing("没有这个数字，请从页面上点开。")
    return found


def counted(kind: Kind, figure: Figure, window: Window) -> Q:
    """The condition of a figure: its own, within the period, within the figure it is a share of."""
    if figure.of:  # the wider condition first: the dearer one is then asked of fewer cases
        whole = figure_of(kind, figure.of)
        within = counted(kind, whole, window)
        return within & (_inside(figure, window) if whole.instant != figure.instant else Q()) & figure.where(window.now)
    return _inside(figure, window) & figure.where(window.now)


def _inside(figure: Figure, window: Window) -> Q:
    if not figure.instant:
        return Q()
    return Q(**{f"{figure.instant}__gte": window.since, f"{figure.instant}__lt": window.until})


def cases(kind: Kind, actor: Actor, scope: Scope) -> QuerySet[Case]:
    """The cases of a kind in a scope that this actor may see."""
    return visible_to(actor, Case.objects.filter(scope.where, kind=kind.name))


def _near(since: Any) -> Q:
    """Every case any figure since an instant could count: open, or closed since, or received since.

    Whatever was answered since then is still open or was closed since, so three indexes reach all of it.
    """
    return Q(is_open=True) | Q(closed_at__gte=since) | Q(received_at__gte=since)


@dataclass(frozen=True)
class Ask:
    """A figure over a period."""

    figure: Figure
    window: Window


Place = tuple[str, Window]
Counts = dict[Any, dict[str, Any]]


def _needed(kind: Kind, asks: Iterable[Ask]) -> dict[Place, str]:
    """Every figure and period that has to be counted, once each, with the name of its column."""
    wanted: dict[Place, str] = {}
    for ask in asks:
        for name in filter(None, (ask.figure.name, ask.figure.of)):
            wanted.setdefault((name, ask.window), f"c{len(wanted)}")
    return wanted


def _counts(kind: Kind, actor: Actor, asks: Iterable[Ask], scope: Scope, column: str, **more: Any) -> Counts:
    """Counts by the values of a column: one statement."""
    asked = list(asks)
    wanted = _needed(kind, asked)
    plain: dict[str, Any] = dict(more)
    for (name, window), key in wanted.items():
        plain[key] = _number(kind, figure_of(kind, name), window)
    for ask in asked:
        if ask.figure.span:
            plain[f"{wanted[ask.figure.name, ask.window]}_median"] = _median(kind, ask)
    since = min(ask.window.since for ask in asked)
    found = cases(kind, actor, scope).filter(_near(since)).values(column).annotate(**plain)
    return {row[column]: row for row in found}


def _number(kind: Kind, figure: Figure, window: Window) -> Count | Sum:
    """What a figure comes to among the rows it counts: how many, how many different ones, or how much in all."""
    of_these = counted(kind, figure, window)
    if figure.total:
        return Sum(figure.total, filter=of_these, default=0)
    return Count(figure.each, distinct=True, filter=of_these) if figure.each else Count("pk", filter=of_these)


def _median(kind: Kind, ask: Ask) -> Median:
    assert ask.figure.span is not None
    time = working_days(
        *ask.figure.span, until=ask.window.until, calendar=catalog.calendar(), schedule=catalog.schedule()
    )
    return Median(time, filter=counted(kind, ask.figure, ask.window))


def _values(kind: Kind, asks: Mapping[str, Ask], row: Mapping[str, Any]) -> dict[str, Value]:
    wanted = _needed(kind, asks.values())

    def value(ask: Ask) -> Value:
        key, of = wanted[ask.figure.name, ask.window], ask.figure.of
        n = (row.get(wanted[of, ask.window]) or 0) if of else None
        return Value(ask.figure, row.get(key) or 0, n, row.get(f"{key}_median"))

    return {name: value(ask) for name, ask in asks.items()}


def measure(kind: Kind, actor: Actor, asks: Mapping[str, Ask], scope: Scope) -> tuple[dict[str, Value], Any]:
    """Several figures over several periods, and the oldest due instant among the late cases: one statement."""
    now = next(iter(asks.values())).window.now
    oldest = Min("due_at", filter=Q(is_open=True, due_at__lte=now))
    counts = _counts(kind, actor, asks.values(), scope, "kind", oldest_due=oldest)
    row = counts.get(kind.name, {})
    return _values(kind, asks, row), row.get("oldest_due")


def figure(kind: Kind, actor: Actor, name: str, window: Window, scope: Scope | None = None) -> Value:
    """One figure over a period in a scope."""
    asks = {"one": Ask(figure_of(kind, name), window)}
    return measure(kind, actor, asks, scope or Scope())[0]["one"]


_ENDED = """
SELECT coalesce(sum(n) FILTER (WHERE NOT is_open), 0), coalesce(sum(n), 0) FROM (
    SELECT is_open, n FROM cases_counted WHERE kind = %s AND month BETWEEN %s AND %s AND {place}
    UNION ALL SELECT is_open, -1 FROM cases_case
    WHERE kind = %s AND received_at >= %s AND received_at < %s AND {place_id}
) AS received
"""


def ended(kind: Kind, actor: Actor, name: str, window: Window, scope: Scope) -> Value:
    """How many of the cases received since the beginning of a month have ended, from the counts the database keeps.

    The month the window ends in is counted whole and what was received after the window taken off again. Who sees more
    cases than the counts of a scope tell, or fewer, is answered from the cases themselves.
    """
    told = figure_of(kind, name)
    if not actor.sees_sensitive or not (actor.everything or scope.unit):
        return figure(kind, actor, name, window, scope)
    schedule = catalog.schedule()
    first, last = schedule.date_of(window.since), schedule.date_of(window.until - timedelta(microseconds=1))
    last = last.replace(day=1)
    beyond = schedule.at((last + timedelta(days=31)).replace(day=1), time())
    column, unit = scope.place
    here = f"{column} IS NOT DISTINCT FROM %s" if column else "%s::uuid IS NULL"
    here_id = f"{column}_id IS NOT DISTINCT FROM %s" if column else "%s::uuid IS NULL"
    sql = _ENDED.format(place=here, place_id=here_id)
    with connection.cursor() as cursor:
        cursor.execute(sql, [kind.name, first, last, unit, kind.name, window.until, beyond, unit])
        count, n = cursor.fetchone()
    return Value(told, int(count), int(n))


@dataclass(frozen=True)
class UnitRow:
    """A unit's figures, by name, and the scope that opens exactly its cases."""

    label: str
    scope: Scope
    values: dict[str, Value]


def by_unit(kind: Kind, actor: Actor, names: Iterable[str], window: Window, scope: Scope) -> list[UnitRow]:
    """Figures of every unit one level below a scope, in order of code; units without a case stand in it too."""
    asks = {name: Ask(figure_of(kind, name), window) for name in names}
    column = "branch_id" if scope.level == Unit.Level.BUREAU else "unit_id"
    found = _counts(kind, actor, asks.values(), scope, column)
    return [
        UnitRow(label, part, _values(kind, asks, found.get(key, {})))
        for key, label, part in _parts(scope, window, set(found))
    ]


def _parts(scope: Scope, window: Window, found: set[Any]) -> list[tuple[Any, str, Scope]]:
    """What a scope falls into: the units below that stand in the period or have cases, and what it holds itself."""
    units, day = tree(), catalog.schedule().date_of(window.now)
    top = scope.node or units.root
    if scope.own or scope.level >= Unit.Level.STATION:
        key = None if scope.level == Unit.Level.BUREAU else scope.unit
        return [(key, top.short, scope)]
    if scope.level == Unit.Level.BUREAU:
        below = [n for n in units.nodes.values() if n.level == Unit.Level.BRANCH]
        own_key: uuid.UUID | None = None
    else:
        below = [n for n in units.nodes.values() if n.branch == scope.unit and n.id != scope.unit]
        own_key = scope.unit
    rows: list[tuple[Any, str, Scope]] = [(n.id, n.short, Scope(n.id)) for n in below if n.id in found or n.stands(day)]
    if own_key in found:
        rows.append((own_key, _("%(unit)s本级") % {"unit": top.short}, Scope(scope.unit, own=True)))
    return rows


LISTED = (
    "id",
    "kind",
    "number",
    "title",
    "state",
    "from_label",
    "unit_id",
    "branch_id",
    "category",
    "category_version",
    "channel",
    "received_at",
    "due_at",
    "due_from",
    "due_provisional",
    "waiting",
    "is_open",
    "answered_at",
    "closed_at",
)


def rows(
    kind: Kind, actor: Actor, figure: Figure, window: Window, scope: Scope, narrowed: Q | None = None
) -> QuerySet[Case]:
    """Exactly the cases a figure counted."""
    return cases(kind, actor, scope).filter(narrowed or Q()).filter(counted(kind, figure, window))


@dataclass(frozen=True)
class DayFlow:
    """What came in and what was closed on a day."""

    day: date
    received: int
    closed: int


def flow(kind: Kind, actor: Actor, now: Any, scope: Scope, days: int = 30) -> list[DayFlow]:
    """In and out, day by day up to today: one statement."""
    schedule = catalog.schedule()
    last = schedule.date_of(now)
    first = last - timedelta(days=days - 1)
    since, until = schedule.whole(first)[0], schedule.whole(last)[1]
    window = Window(since, until, now)

    def each(name: str) -> QuerySet[Any]:
        asked = figure_of(kind, name)
        day = TruncDate(asked.instant, tzinfo=ZoneInfo(schedule.zone))
        found = cases(kind, actor, scope).filter(counted(kind, asked, window)).annotate(day=day, way=Constant(name))
        return found.values("way", "day").annotate(n=Count("pk")).values_list("way", "day", "n")

    found = {(way, day): n for way, day, n in each("received").union(each("closed"), all=True)}
    spread = (first + timedelta(days=i) for i in range(days))
    return [DayFlow(day, found.get(("received", day), 0), found.get(("closed", day), 0)) for day in spread]


def band(now: Any) -> Any:
    """The band of remaining time of a case, as an expression."""
    ends = [
        When(due_at__lt=end, then=Constant(name)) for name, end in edges(now, catalog.calendar(), catalog.schedule())
    ]
    return Choose(
        When(due_at__isnull=True, then=Constant("still")), *ends, default=Constant("beyond"), output_field=CharField()
    )


def in_band(name: str, now: Any) -> Q:
    """The cases of one band; the same instants as `band`.

    Raises:
        Missing: no such band.
    """
    if name not in BANDS:
        raise Missing("没有这个数字，请从页面上点开。")
    if name == "still":
        return Q(due_at__isnull=True)
    ends = edges(now, catalog.calendar(), catalog.schedule())
    names = [one for one, _end in ends]
    place = names.index(name) if name in names else len(ends)
    until = Q(due_at__lt=ends[place][1]) if place < len(ends) else Q(due_at__isnull=False)
    return until & Q(due_at__gte=ends[place - 1][1]) if place else until


@dataclass(frozen=True)
class OpenCell:
    """Open cases of a unit, a category and a band of remaining time."""

    unit: uuid.UUID | None
    category: str
    band: str
    n: int


def open_grid(kind: Kind, actor: Actor, now: Any, scope: Scope) -> list[OpenCell]:
    """Open cases by unit, category and remaining time: one statement for the distribution and the heat table."""
    column = "branch_id" if scope.level == Unit.Level.BUREAU else "unit_id"
    found = (
        cases(kind, actor, scope)
        .filter(is_open=True)
        .annotate(band=band(now))
        .values(column, "category", "band")
        .annotate(n=Count("pk"))
    )
    return [OpenCell(row[column], row["category"], row["band"], row["n"]) for row in found]
