"""One page gathered: figures of the day, units, in and out, remaining time, categories, cards. Seven statements."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huhang.base.catalog import queries as catalog
from huhang.doors.frame.rules import percent_words, thousands_words, weekday_words
from huhang.doors.supervision.asking import UNCLASSIFIED, Asked, language, rows_url
from huhang.doors.supervision.chart import Chart, draw
from huhang.doors.supervision.showing import Cell, cell, words
from huhang.kernel.worktime import remaining, say_remaining
from huhang.kinds.cards.rules import LEVELS
from huhang.reading.figures import queries, stuck
from huhang.reading.figures.cards import out_by_unit
from huhang.reading.figures.periods import Period, Window, period
from huhang.reading.figures.queries import Ask, DayFlow, OpenCell, UnitRow
from huhang.reading.figures.rules import BANDS, Value, ranked
from huhang.reading.figures.scope import Scope
from huhang.register.units.models import Unit
from huhang.register.units.queries import tree

FIRST = ("received", "in_hand", "on_time", "late", "pace", "redone", "solved", "satisfied")
"""Columns of the table of units."""
MORE = (
    "answered",
    "closed",
    "finished",
    "late_revisit",
    "waiting",
    "returned",
    "transferred",
    "withdrawn",
    "merged",
    "revisited",
    "reached",
    "unreached",
    "rated",
    "excluded",
    "satisfied_all",
    "ever_bad",
    "bad",
    "rectified",
    "rectified_in_time",
    "rectify_revisited",
)
"""Columns of the further table, one click away."""

SHOWN = 10
"""Categories of the heat table shown at once; the others are one click away."""

PERIODS = {
    "today": gettext_lazy("今天"),
    "week": gettext_lazy("近 7 天"),
    "month": gettext_lazy("本月"),
    "quarter": gettext_lazy("本季度"),
    "year": gettext_lazy("今年"),
    "custom": gettext_lazy("自选"),
}

BAND_WORDS = {
    "late_6": gettext_lazy("超期 5 个工作日以上"),
    "late_2": gettext_lazy("超期 2–5 个工作日"),
    "late_1": gettext_lazy("超期 1 个工作日内"),
    "today": gettext_lazy("今天到期"),
    "day_1": gettext_lazy("下一个工作日到期"),
    "day_3": gettext_lazy("2–3 个工作日内"),
    "day_5": gettext_lazy("4–5 个工作日内"),
    "beyond": gettext_lazy("5 个工作日以后"),
    "still": gettext_lazy("没有在计时"),
}


@dataclass(frozen=True)
class Fig:
    """One of the five large numbers."""

    label: str
    text: str
    small: str
    note: str
    url: str
    tone: str = ""


@dataclass(frozen=True)
class Line:
    """A unit's line; ``url`` opens the units below it."""

    label: str
    url: str
    first: tuple[Cell, ...]
    more: tuple[Cell, ...]


@dataclass(frozen=True)
class Head:
    """A column's heading: what it counts, and the address that sorts by it."""

    name: str
    label: str
    about: str
    url: str
    on: bool = False


@dataclass(frozen=True)
class Table:
    """The units: those in order, those with too few cases apart, and all together."""

    heads: tuple[Head, ...]
    more_heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    few: tuple[Line, ...]
    whole: Line
    sorted_by: str
    source: tuple[UnitRow, ...] = ()


@dataclass(frozen=True)
class Bar:
    """A band of remaining time."""

    label: str
    n: int
    share: float
    url: str
    late: bool


@dataclass(frozen=True)
class Heat:
    """Open cases by category and unit."""

    heads: tuple[str, ...]
    lines: tuple[tuple[str, tuple[Cell, ...]], ...]
    rest: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True)
class CardsOut:
    """Supervision cards of one level that are out, and those nobody has answered yet."""

    level: str
    n: int
    unanswered: int
    url: str


@dataclass(frozen=True)
class Board:
    """Everything on the page."""

    figs: tuple[Fig, ...]
    table: Table
    days: tuple[DayFlow, ...]
    day_lines: tuple[tuple[DayFlow, str, str], ...]
    chart: Chart
    bars: tuple[Bar, ...]
    heat: Heat
    cards: tuple[CardsOut, ...] = ()
    decisions: stuck.Decisions = field(default_factory=lambda: stuck.Decisions([], []))

    @property
    def any_cards(self) -> bool:
        """Whether any card is out at all."""
        return any(one.n for one in self.cards)


def gather(asked: Asked, sort: str = "") -> Board:
    """The page; ``sort`` is the name of a column, with a minus before it for falling order."""
    kind, actor, now, scope = asked.kind, asked.actor, asked.now, asked.scope
    figs, pace = headline(asked)
    days = queries.flow(kind, actor, now, scope)
    cells = queries.open_grid(kind, actor, now, scope)
    return Board(
        figs=figs,
        table=table(asked, pace, sort),
        days=tuple(days),
        day_lines=tuple(_day_line(day, scope) for day in days),
        chart=draw(days, catalog.calendar()),
        bars=bars(cells, asked),
        heat=heat(cells, asked),
        cards=cards_out(asked),
        decisions=stuck.decisions(kind, actor, scope),
    )


def cards_out(asked: Asked) -> tuple[CardsOut, ...]:
    """Cards out by level, the gravest first (D2): one statement."""
    found = out_by_unit(asked.actor, asked.scope)
    return tuple(
        CardsOut(
            level,
            sum(one.n for one in found if one.level == level),
            sum(one.unanswered for one in found if one.level == level),
            asked.here("cards", level=level),
        )
        for level in LEVELS[::-1]
    )


@dataclass(frozen=True)
class UnitBoard:
    """The table of units alone."""

    table: Table


def gather_units(asked: Asked, sort: str = "") -> UnitBoard:
    """The page of units: two statements."""
    pace = queries.figure(asked.kind, asked.actor, "pace", asked.window, asked.scope)
    return UnitBoard(table(asked, pace, sort))


def _day_line(day: DayFlow, scope: Scope) -> tuple[DayFlow, str, str]:
    one = Period("custom", day.day, day.day)
    return day, rows_url("received", one, scope), rows_url("closed", one, scope)


def headline(asked: Asked) -> tuple[tuple[Fig, ...], Value]:
    """The five figures, and the median over all units for the table: two statements."""
    schedule, today_date = catalog.schedule(), catalog.schedule().date_of(asked.now)
    today, year = period("today", today_date), period("year", today_date)
    week, at = timedelta(days=7), today.window(asked.now, schedule)
    before = Window(at.since - week, asked.now - week, asked.now)

    def ask(name: str, window: Window) -> Ask:
        return Ask(queries.figure_of(asked.kind, name), window)

    asks = {
        "today": ask("received", at),
        "before": ask("received", before),
        "late": ask("late", at),
        "pace": ask("pace", asked.window),
        "satisfied": ask("satisfied", asked.window),
        "rated": ask("rated", asked.window),
        "unreached": ask("unreached", asked.window),
    }
    told, oldest = queries.measure(asked.kind, asked.actor, asks, asked.scope)
    finished = queries.ended(asked.kind, asked.actor, "finished", year.window(asked.now, schedule), asked.scope)
    name = str(PERIODS[asked.period.name])
    link = asked.scope
    difference = told["today"].count - told["before"].count
    weekday = weekday_words(today_date, "en" if language() == "en" else "zh")
    finish, small = words(finished, 1)
    late_note = _("没有超期的")
    if oldest is not None:
        left = remaining(asked.now, oldest, catalog.calendar(), schedule)
        late_note = _("最久%(time)s") % {"time": say_remaining(left, language())}
    figs = (
        Fig(
            _("今日受理"),
            thousands_words(told["today"].count),
            _("件"),
            _("较上周同日同时（%(day)s） %(n)+d") % {"day": weekday, "n": difference},
            rows_url("received", today, link),
        ),
        Fig(_("今年办结率"), finish, small, _("今年受理的里，已经办结的"), rows_url("finished", year, link)),
        Fig(
            _("超期未结"),
            thousands_words(told["late"].count),
            _("件"),
            late_note,
            asked.here("late"),
            "bad" if told["late"].count else "good",
        ),
        Fig(
            _("办理用时中位 · %(period)s") % {"period": name},
            words(told["pace"])[0],
            _("个工作日"),
            f"n={thousands_words(told['pace'].n)}",
            rows_url("pace", asked.period, link),
        ),
        Fig(
            _("回访满意 · %(period)s") % {"period": name},
            words(told["satisfied"], 1)[0],
            f"n={thousands_words(told['satisfied'].n)}",
            _satisfaction_note(told["rated"], told["unreached"]),
            rows_url("satisfied", asked.period, link),
        ),
    )
    return figs, told["pace"]


def _satisfaction_note(rated: Value, unreached: Value) -> str:
    return _("评价率 %(rate)s（%(n)s/%(all)s），另有 %(un)s 件联系不上，单列") % {
        "rate": percent_words(rated.count, rated.n, 0),
        "n": thousands_words(rated.count),
        "all": thousands_words(rated.n),
        "un": thousands_words(unreached.count),
    }


def table(asked: Asked, pace: Value, sort: str = "") -> Table:
    """Units one level down, in order of a column: one statement. Without one, the most late come first."""
    names = (*FIRST, *MORE)
    rows = queries.by_unit(asked.kind, asked.actor, names, asked.window, asked.scope)
    falling, by = (sort.startswith("-"), sort.lstrip("-")) if sort.lstrip("-") in names else (True, "late")
    order, few = _ordered(rows, by, falling=falling)
    most = {name: max([0, *(row.values[name].count for row in rows)]) for name in names}

    def line(row: UnitRow) -> Line:
        first, more = (
            tuple(cell(row.values[n], asked.period, row.scope, most[n]) for n in group) for group in (FIRST, MORE)
        )
        below = replace(asked, scope=row.scope).here(asked.page) if row.scope.level == Unit.Level.BRANCH else ""
        return Line(row.label, below if not row.scope.own and row.scope != asked.scope else "", first, more)

    def head(name: str) -> Head:
        told = queries.figure_of(asked.kind, name)
        turned = "" if by == name and falling else "-"
        return Head(name, str(told.label), str(told.about), asked.here(asked.page, sort=turned + name), by == name)

    label = str(queries.figure_of(asked.kind, by).label)
    heads, more_heads = tuple(map(head, FIRST)), tuple(map(head, MORE))
    whole = UnitRow(_("合计"), asked.scope, {name: _sum(rows, name, pace) for name in names})
    lines = tuple(map(line, order)), tuple(map(line, few))
    return Table(heads, more_heads, *lines, line(whole), label, (*order, *few, whole))


def _sum(rows: Sequence[UnitRow], name: str, pace: Value) -> Value:
    """A figure over all rows; a median is no sum and comes from the statement over all cases."""
    if name == pace.figure.name:
        return pace
    told = [row.values[name] for row in rows]
    figure = told[0].figure
    return Value(figure, sum(v.count for v in told), sum(v.n or 0 for v in told) if figure.of else None)


def _ordered(rows: Sequence[UnitRow], by: str, *, falling: bool) -> tuple[list[UnitRow], list[UnitRow]]:
    """In order of a share or median only where there are enough cases; a mere count compares nobody."""

    def value(row: UnitRow) -> Value:
        told = row.values[by]
        counts = told.figure.better == "low" and not told.figure.span
        return Value(told.figure, told.count) if counts else told

    return ranked(rows, value, falling=falling)


def bars(cells: Sequence[OpenCell], asked: Asked) -> tuple[Bar, ...]:
    """How much time the open cases have left."""
    counts: Counter[str] = Counter()
    for one in cells:
        counts[one.band] += one.n
    most = max([1, *counts.values()])
    return tuple(
        Bar(
            str(BAND_WORDS[name]),
            counts[name],
            100 * counts[name] / most,
            rows_url("in_hand", asked.period, asked.scope, left=name),
            name.startswith("late"),
        )
        for name in BANDS
    )


def heat(cells: Sequence[OpenCell], asked: Asked) -> Heat:
    """Open cases by category (a line) and unit (a column), the fullest first; late ones beside the number."""
    open_, late, by_category, units = Counter[tuple[str, object]](), Counter[tuple[str, object]](), Counter[str](), []
    for one in cells:
        open_[one.category, one.unit] += one.n
        late[one.category, one.unit] += one.n if one.band.startswith("late") else 0
        by_category[one.category] += one.n
        if one.unit not in units:
            units.append(one.unit)
    units.sort(key=lambda unit: tree()[unit].code if unit else "")
    most = max([1, *late.values()])

    def made(category: str, unit: object) -> Cell:
        n, behind = open_[category, unit], late[category, unit]
        if not n:
            return Cell("")
        place = _place(asked.scope, unit)
        url = rows_url("in_hand", asked.period, place, category=category or UNCLASSIFIED)
        shade = f"bad-{-(-5 * behind // most)}" if behind else ""
        return Cell(thousands_words(n), _("超 %(n)d") % {"n": behind} if behind else "", url, shade)

    lines = tuple(
        (_category(asked, category), tuple(made(category, unit) for unit in units))
        for category, _n in by_category.most_common()
    )
    return Heat(tuple(_unit_label(asked.scope, unit) for unit in units), lines[:SHOWN], lines[SHOWN:])


def _category(asked: Asked, category: str) -> str:
    return asked.kind.category_label(category, 0) if category else _("未归类")


def _own(scope: Scope, unit: object) -> bool:
    return unit is None or (unit == scope.unit and scope.level == Unit.Level.BRANCH)


def _place(scope: Scope, unit: object) -> Scope:
    return Scope(scope.unit, own=True) if _own(scope, unit) else Scope(unit)  # type: ignore[arg-type]


def _unit_label(scope: Scope, unit: object) -> str:
    if _own(scope, unit):
        return _("%(unit)s本级") % {"unit": (scope.node or tree().root).short}
    return tree().label(unit)  # type: ignore[arg-type]
