"""Unit × state × month: how many were received, where they stand now, and the ledger behind every number."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.base.journal import actions as journal
from huhang.cases.registry import kind_of, kinds
from huhang.cases.rules import Kind
from huhang.doors.frame.context import address
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Chip
from huhang.doors.supervision.matters import download
from huhang.doors.supervision.numbers import Column, Line, Numbers, drawn
from huhang.kernel.errors import Denied, Invalid
from huhang.reading.exports import Heading, Sheet
from huhang.reading.matters import tables
from huhang.reading.rules import LEDGER, MAIN
from huhang.reading.statistics.queries import Counts, Wanted, counted, within
from huhang.reading.statistics.rules import Months, Place, from_query, last_day, months, own_of, place_for, spans
from huhang.register.units.models import Unit
from huhang.register.units.queries import Node, tree

PERIODS = {
    "month": gettext_lazy("本月"),
    "quarter": gettext_lazy("本季度"),
    "year": gettext_lazy("今年"),
    "twelve": gettext_lazy("近 12 个月"),
    "all": gettext_lazy("全部年份"),
    "custom": gettext_lazy("自选"),
}
ACROSS = {"state": gettext_lazy("按状态"), "month": gettext_lazy("按月份")}
LEVELS = {"part": gettext_lazy("分局、支队"), "unit": gettext_lazy("各单位")}
WHICH = {"open": gettext_lazy("在办"), "ended": pgettext_lazy("statistics", "已结束")}
_WHICH_OF_LEDGER = {"open": "open", "ended": "closed"}


@dataclass(frozen=True)
class Asked:
    """One question. ``state`` narrows the table over months: a state, ``open``, ``ended``, or nothing."""

    actor: Actor
    kind: Kind
    months: Months
    place: Place
    across: str
    by: str
    state: str
    now: datetime
    problem: str = ""

    @property
    def query(self) -> dict[str, str]:
        """The parameters of an address that ask this again."""
        kept = {"kind": "" if self.kind.name == MAIN else self.kind.name, **self.months.query, **self.place.query}
        kept |= {"across": "" if self.across == "state" else self.across}
        kept |= {"by": self.by if len(_levels(self)) > 1 and self.by != "part" else "", "state": self.state}
        return {name: value for name, value in kept.items() if value}

    def here(self, **changes: Any) -> str:
        """This page, asked something else."""
        return f"{address('supervision:statistics')}?{urlencode(replace(self, **changes).query)}"

    @property
    def states(self) -> tuple[str, ...]:
        """The states counted; none is all of them."""
        if self.state in WHICH:
            return tuple(s.name for s in self.kind.states if s.final == (self.state == "ended"))
        return (self.state,) if self.state else ()


def _levels(asked: Asked) -> list[str]:
    """How far down rows may go: branches only where more than one of them is counted whole."""
    own = own_of(asked.actor)
    whole = own is None or (not own.units and len(own.branches) > 1)
    return ["part", "unit"] if whole and asked.place.unit is None else ["unit"]


def asked_of(request: HttpRequest) -> Asked:
    """What this request asks for; what it cannot mean is as if it had not been said.

    Raises:
        Missing: a kind that does not exist, or a unit that is not this actor's to count.
    """
    given, actor, now = request.GET, actor_of(request), timezone.now()
    kind = kind_of(given.get("kind", "") or MAIN)
    today = catalog.schedule().date_of(now)
    try:
        chosen, problem = from_query(given.dict(), today), ""
    except Invalid as wrong:
        chosen, problem = months("year", today), wrong.text
    across = "month" if given.get("across") == "month" else "state"
    state = given.get("state", "") if across == "month" else ""
    known = {*WHICH, *(s.name for s in kind.states)}
    place = place_for(actor, given.get("unit", ""))
    asked = Asked(actor, kind, chosen, place, across, "", state if state in known else "", now, problem)
    levels = _levels(asked)
    return replace(asked, by=given["by"] if given.get("by") in levels else levels[0])


def gather(asked: Asked) -> Numbers:
    """The table: one statement, one more for whoever may not count sensitive cases."""
    wanted = Wanted(asked.kind.name, asked.months, (asked.by, asked.across), asked.place, asked.states)
    found = counted(asked.actor, wanted)
    columns = _of_states(asked, found) if asked.across == "state" else _of_months(asked)
    if asked.across == "month":
        found = within(found, [(one.key, one.last) for one in columns])
    whole = Column("", _("合计"), _days(asked.months))
    return Numbers((whole, *columns), tuple(_lines(asked, found)), asked.across == "state", _ledger(asked))


def _days(chosen: Months) -> str:
    """Days of receipt as a list's address says them."""
    first, last = chosen.days
    return f"&until={last}" if chosen.name == "all" else f"&since={first}&until={last}"


def _of_states(asked: Asked, found: Counts) -> list[Column]:
    """The states some case is in, in the order of the kind; the open ones and the ended ones each summed up."""
    there = {state for _unit, state in found}
    days = _days(asked.months)
    each = [
        (Column(s.name, str(s.label), f"{days}&state={s.name}"), s.final) for s in asked.kind.states if s.name in there
    ]
    made: list[Column] = []
    for which, final in (("open", False), ("ended", True)):
        inside = [column for column, ends in each if ends == final]
        names = tuple(str(column.key) for column in inside)
        query = f"{days}&which={_WHICH_OF_LEDGER[which]}"
        made += [Column(which, str(WHICH[which]), query, sums=names), *(inside if len(inside) > 1 else ())]
    return made


def _of_months(asked: Asked) -> list[Column]:
    """The months, or years, of the period."""
    chosen = _since_first(asked)
    made = []
    for first, last in spans(chosen):
        label = f"{first:%Y-%m}" if first == last else f"{first.year}"
        made.append(Column(first, label, f"&since={first}&until={last_day(last)}", last=last))
    return made


def _since_first(asked: Asked) -> Months:
    """“All years” begin with the first year there is a case of."""
    if asked.months.name != "all":
        return asked.months
    found = counted(asked.actor, Wanted(asked.kind.name, asked.months, ("month",), asked.place, asked.states))
    first = min((month for (month,) in found), default=asked.months.last)
    return replace(asked.months, first=date(first.year, 1, 1))


def _lines(asked: Asked, found: Counts) -> Iterator[Line]:
    sums: dict[uuid.UUID, dict[Any, int]] = {}
    for (unit, column), n in found.items():
        sums.setdefault(unit, {})[column] = n
    for node in _units(asked, set(sums)):
        whole = asked.by == "part" and node.branch == node.id
        below = asked.here(place=Place(node.id), by="unit") if whole else ""
        label = _("%(unit)s本级") % {"unit": node.short} if _itself(asked, node) else node.short
        query = "" if asked.place.unit and not asked.place.is_branch else f"&{'branch' if whole else 'unit'}={node.id}"
        yield Line(label, below, query, sums.get(node.id, {}))


def _itself(asked: Asked, node: Node) -> bool:
    """Whether a row is what a bureau or branch holds itself, without the units below it."""
    return node.id == tree().root.id or (asked.by == "unit" and node.branch == node.id)


def _units(asked: Asked, found: set[uuid.UUID]) -> list[Node]:
    """The rows: units that stand today, and past ones that have cases; in order of code."""
    today, own, place = catalog.schedule().date_of(asked.now), own_of(asked.actor), asked.place
    inside = set(own.all_units) if own is not None else None

    def belongs(node: Node) -> bool:
        if place.unit is not None:
            return node.branch == place.unit if place.is_branch else node.id == place.unit
        if asked.by == "part" and node.level == Unit.Level.STATION and node.branch:
            return False
        return inside is None or node.id in inside

    nodes = tree().nodes.values()
    return [node for node in nodes if node.id in found or (belongs(node) and node.stands(today))]


def _ledger(asked: Asked) -> str:
    """The ledger of what the table counts; a cell adds its unit and column, and from which day to which."""
    query: dict[str, str] = {} if asked.kind.name == LEDGER.kind else {"kind": asked.kind.name}
    if own_of(asked.actor) is not None:
        query["scope"] = "unit"
    if asked.place.unit:
        query["branch" if asked.place.is_branch else "unit"] = str(asked.place.unit)
    if asked.state:
        query |= {"which": _WHICH_OF_LEDGER[asked.state]} if asked.state in WHICH else {"state": asked.state}
    return f"{address('desk:ledger')}?{urlencode(query)}"


def _crumbs(asked: Asked) -> list[tuple[str, str]]:
    node = asked.place.node
    if node is None:
        return []
    own = own_of(asked.actor)
    top = tree().root.short if own is None else _("我的单位")
    chain = [(top, asked.here(place=Place(), by="part"))]
    if node.branch and node.branch != node.id and (own is None or node.branch in own.branches):
        chain.append((tree().label(node.branch), asked.here(place=Place(node.branch))))
    return [*chain, (node.short, "")]


def _chips(words: Mapping[str, Any], asked: Asked, field: str) -> list[Chip]:
    on = getattr(asked, field)
    return [Chip(str(word), asked.here(**{field: name}), on=on == name) for name, word in words.items()]


def _periods(asked: Asked) -> list[Chip]:
    today = catalog.schedule().date_of(asked.now)
    return [
        Chip(str(word), asked.here(months=months(name, today)), on=asked.months.name == name)
        for name, word in PERIODS.items()
        if name != "custom"
    ]


def _states(asked: Asked) -> list[Chip]:
    if asked.across == "state":
        return []
    words = {"": _("全部状态"), **WHICH, **{s.name: s.label for s in asked.kind.states}}
    return _chips(words, asked, "state")


@require_safe
@officers(Perm.SEE)
def statistics_page(request: HttpRequest) -> HttpResponse:
    """The table, from the counts the database keeps."""
    asked = asked_of(request)
    found = gather(asked)
    export = f"{address('supervision:statistics_export')}?{urlencode(asked.query)}"
    chosen = [Chip(str(k.label), asked.here(kind=k, state=""), on=k is asked.kind) for k in kinds().values()]
    first, last = asked.months.first, asked.months.last
    context = {
        "asked": asked,
        "now": asked.now,
        "found": found,
        "drawn": drawn(found),
        "crumbs": _crumbs(asked),
        "periods": _periods(asked),
        "kinds": chosen if len(chosen) > 1 else [],
        "across": _chips({name: ACROSS[name] for name in ACROSS}, asked, "across"),
        "levels": _chips({n: LEVELS[n] for n in _levels(asked)}, asked, "by") if len(_levels(asked)) > 1 else [],
        "states": _states(asked),
        "first": f"{first:%Y-%m}" if asked.months.name != "all" else "",
        "last": f"{last:%Y-%m}",
        "kept": {k: v for k, v in asked.query.items() if k not in ("period", "from", "to")},
        "own_only": own_of(asked.actor) is not None,
        "export_url": export if allows(asked.actor, Perm.EXPORT) else "",
    }
    return render(request, "supervision/statistics.html", context, status=422 if asked.problem else 200)


@require_safe
@officers(Perm.SEE)
def statistics_export(request: HttpRequest) -> HttpResponse:
    """The table as a file; that it was taken stands in the journal.

    Raises:
        Denied: without the permission to export.
    """
    asked = asked_of(request)
    if not allows(asked.actor, Perm.EXPORT):
        raise Denied("您没有导出的权限。")
    form, found = "csv" if request.GET.get("form") == "csv" else "xlsx", gather(asked)
    first, last = asked.months.days
    heads = [(_("单位"), 24), *((column.label, 10) for column in found.columns)]
    heads += [(_("办结率"), 10)] if found.with_share else []
    rows = [found.cells(line) for line in (*found.lines, found.whole)]
    about = (
        (_("种类"), str(asked.kind.label)),
        (_("范围"), asked.place.node.short if asked.place.node else tree().root.short),
        (_("受理"), f"{first} – {last}"),
        (_("状态"), _state_words(asked)),
        (_("截至"), f"{catalog.schedule().local(asked.now):%Y-%m-%d %H:%M}"),
    )
    sheet = Sheet(_("统计"), tuple(Heading(*head) for head in heads), about)
    data = {"list": "statistics", "from": first, "to": last, "form": form, **asked.query}
    journal.write("figures.export", by=asked.actor, now=asked.now, data=data)
    return download(tables.written(form, sheet, rows), f"huhang-statistics-{last}", form)


def _state_words(asked: Asked) -> str:
    if not asked.state:
        return _("全部")
    return str(WHICH[asked.state] if asked.state in WHICH else asked.kind.state(asked.state).label)
