"""The pages of supervision; thin: the address in, figures out."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.queries import allows
from huhang.base.access.rules import Perm
from huhang.doors.frame.gates import officers
from huhang.doors.frame.parts import Chip, DueGroup, Ledger
from huhang.doors.supervision import instructions
from huhang.doors.supervision.asking import Asked, asked_of, narrowing, rows_url
from huhang.doors.supervision.board import BAND_WORDS, PERIODS, Board, UnitBoard, gather, gather_units
from huhang.doors.supervision.listing import columns, line, sheet
from huhang.reading.figures import queries, stuck
from huhang.reading.figures.rules import RANKED_FROM
from huhang.reading.figures.scope import Scope, supervised
from huhang.reading.rules import MAIN
from huhang.register.units.models import Unit
from huhang.register.units.queries import tree


def crumbs(asked: Asked) -> list[tuple[str, str]]:
    """The way from the widest scope down to this one: label and address, the last without an address."""
    tops = supervised(asked.actor)
    chain: list[Scope] = [Scope()] if None in tops or tree().root.id in tops else []
    node = asked.scope.node
    if node is not None:
        if node.branch and node.branch != node.id and (chain or node.branch in tops):
            chain.append(Scope(node.branch))
        chain.append(Scope(node.id))
    found = [((one.node or tree().root).short, replace(asked, scope=one).here(asked.page)) for one in chain]
    if asked.scope.own:
        found.append((_("本级"), ""))
    return [*found[:-1], (found[-1][0], "")]


def _periods(asked: Asked) -> list[Chip]:
    scope = asked.scope.query
    chips = []
    for name, label in PERIODS.items():
        if name == "custom":
            continue
        url = "?" + urlencode({"period": name, **scope})
        chips.append(Chip(str(label), url, on=asked.period.name == name))
    return chips


def tops(asked: Asked) -> list[Chip]:
    """Other branches this actor supervises by further posts."""
    tops = [top for top in supervised(asked.actor) if top is not None]
    if len(tops) < 2:
        return []
    return [
        Chip(tree().label(t), replace(asked, scope=Scope(t)).here(asked.page), on=asked.scope.unit == t) for t in tops
    ]


def _context(asked: Asked, board: Board | UnitBoard) -> dict[str, Any]:
    return {
        "asked": asked,
        "now": asked.now,
        "board": board,
        "cards_url": asked.here("cards"),
        "crumbs": crumbs(asked),
        "periods": _periods(asked),
        "tops": tops(asked),
        "period_name": PERIODS[asked.period.name],
        "few_under": RANKED_FROM,
        "print_url": asked.here("print"),
        "late_url": asked.here("late"),
        "export_url": asked.here("export") if allows(asked.actor, Perm.EXPORT) else "",
        "back_url": asked.here(),
    }


@require_safe
@officers(Perm.SUPERVISE)
def overview(request: HttpRequest) -> HttpResponse:
    """Where is it stuck? One page."""
    asked = asked_of(request)
    context = _context(asked, gather(asked, request.GET.get("sort", "")))
    context["instructions"] = instructions.waiting(asked)
    return render(request, "supervision/overview.html", context, status=422 if asked.problem else 200)


@require_safe
@officers(Perm.SUPERVISE)
def units_page(request: HttpRequest) -> HttpResponse:
    """The units with every figure there is."""
    asked = asked_of(request, "units")
    context = _context(asked, gather_units(asked, request.GET.get("sort", "")))
    return render(request, "supervision/units.html", context, status=422 if asked.problem else 200)


@require_safe
@officers(Perm.SUPERVISE)
def print_page(request: HttpRequest) -> HttpResponse:
    """The same on paper."""
    asked = asked_of(request)
    context = _context(asked, gather(asked, request.GET.get("sort", "")))
    return render(request, "supervision/print.html", context, status=422 if asked.problem else 200)


@require_safe
@officers(Perm.SUPERVISE)
def rows_page(request: HttpRequest) -> HttpResponse:
    """Exactly the cases behind a number."""
    asked = asked_of(request)
    figure = queries.figure_of(asked.kind, request.GET.get("figure", ""))
    where, kept = narrowing(request.GET, asked.now)
    more = {} if asked.kind.name == MAIN else {"kind": asked.kind.name}
    rows = queries.rows(asked.kind, asked.actor, figure, asked.window, asked.scope, where)
    page = sheet(rows, figure, request.GET)
    lines = [line(asked.kind, case, asked.now) for case in page.cases]
    context = {
        "asked": asked,
        "now": asked.now,
        "figure": figure,
        "total": page.total,
        "narrowed": _narrowed(asked, kept),
        "crumbs": crumbs(asked),
        "period_name": PERIODS[asked.period.name] if figure.instant else "",
        "ledger": Ledger(columns(card=bool(more)), [DueGroup("", lines)] if lines else [], str(figure.label)),
        "older_url": page.older,
        "newer_url": page.newer,
        "whole": _whole(asked, figure.of, kept | more),
        "back_url": asked.here(asked.page),
    }
    return render(request, "supervision/rows.html", context, status=422 if asked.problem else 200)


def _narrowed(asked: Asked, kept: dict[str, str]) -> list[str]:
    said = []
    if "category" in kept:
        code = kept["category"]
        said.append(_("未归类") if code == "-" else asked.kind.category_label(code, 0))
    if "left" in kept:
        said.append(str(BAND_WORDS[kept["left"]]))
    return said


def _whole(asked: Asked, name: str, kept: dict[str, str]) -> tuple[str, str] | None:
    """The figure a share is a share of: label and address."""
    if not name:
        return None
    return str(queries.figure_of(asked.kind, name).label), rows_url(name, asked.period, asked.scope, **kept)


@require_safe
@officers(Perm.SUPERVISE)
def late_page(request: HttpRequest) -> HttpResponse:
    """Late cases branch by branch, the latest first."""
    asked = asked_of(request)
    found = stuck.late_by_branch(asked.kind, asked.actor, asked.now, asked.scope)
    groups, more = [], []
    for group in found:
        label = tree().label(group.branch) or _("%(unit)s本级") % {"unit": tree().root.short}
        groups.append(DueGroup(label, [line(asked.kind, c, asked.now) for c in group.cases], group.total, late=True))
        if group.total > len(group.cases):
            place = asked.scope if asked.scope.level == Unit.Level.STATION else _branch_scope(group.branch)
            more.append(Chip(label, rows_url("late", asked.period, place), count=group.total))
    shown = tuple(c for c in columns() if c.key != "closed")
    context = {
        "asked": asked,
        "now": asked.now,
        "total": sum(group.total for group in found),
        "more": more,
        "crumbs": crumbs(asked),
        "ledger": Ledger(shown, groups, _("超期未结")),
        "back_url": asked.here(),
    }
    return render(request, "supervision/late.html", context)


def _branch_scope(branch: Any) -> Scope:
    return Scope(branch) if branch else Scope(own=True)
