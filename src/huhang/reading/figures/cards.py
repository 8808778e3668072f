"""Cards out: by unit and level, and which they are. One statement each, over the live cards alone."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.cases.models import Case
from huhang.kinds.cards.rules import LEVELS
from huhang.reading.figures.scope import Scope
from huhang.register.units.models import Unit
from huhang.register.units.queries import tree

SHOWN = 50
"""Cards of one level listed at once; the rest is a link away."""


def _live(actor: Actor, scope: Scope) -> QuerySet[Case]:
    return visible_to(actor, Case.objects.filter(scope.where, kind="card", is_open=True))


@dataclass(frozen=True)
class OutCell:
    """Live cards of a unit and a level, and how many of them nobody has answered yet."""

    unit: uuid.UUID | None
    level: str
    n: int
    unanswered: int


def out_by_unit(actor: Actor, scope: Scope) -> list[OutCell]:
    """Live cards by the unit one level below the scope, and level."""
    column = "branch_id" if scope.level == Unit.Level.BUREAU else "unit_id"
    rows = _live(actor, scope).values(column, "category")
    rows = rows.annotate(n=Count("pk"), unanswered=Count("pk", filter=Q(state="issued")))
    return [OutCell(row[column], row["category"], row["n"], row["unanswered"]) for row in rows.order_by()]


def by_unit(scope: Scope, cells: list[OutCell]) -> Iterator[tuple[str, Scope, dict[str, int]]]:
    """A line a unit in order of code: its name, the scope that opens exactly its cards, and its numbers by level."""
    known, found = tree(), dict.fromkeys(one.unit for one in cells)
    for unit in sorted(found, key=lambda u: known[u].code if u else ""):
        own = unit is None or (unit == scope.unit and scope.level == Unit.Level.BRANCH)
        place = scope if scope.own else Scope(scope.unit, own=True) if own else Scope(unit)
        name = (scope.node or known.root).short if own else known.label(unit)
        label = _("%(unit)s本级") % {"unit": name} if own else name
        yield label, place, {one.level: one.n for one in cells if one.unit == unit}


def out(actor: Actor, scope: Scope, *, level: str = "", state: str = "") -> list[tuple[str, int, list[Case]]]:
    """Live cards level by level, the gravest first and in it the oldest: level, how many, and the first `SHOWN`."""
    nth = Window(RowNumber(), partition_by=[F("category")], order_by=[F("received_at").asc(), F("id").asc()])
    rows = _live(actor, scope).filter(*([Q(category=level)] if level else []), *([Q(state=state)] if state else []))
    found: Any = (
        rows.annotate(nth=nth, many=Window(Count("pk"), partition_by=[F("category")]))
        .filter(nth__lte=SHOWN)
        .select_related("officer")
        .defer("search", "folded", "body", "secret_digest")
        .order_by("category", "nth")
    )
    groups: dict[str, list[Any]] = {}
    for case in found:
        groups.setdefault(case.category, []).append(case)
    return [(name, groups[name][0].many, groups[name]) for name in LEVELS[::-1] if name in groups]
