"""What stands still: late cases branch by branch, and what waits for a decision. One statement each."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.cases.models import Case, ClockExtension
from huhang.cases.rules import Kind
from huhang.reading.figures.periods import Window as Span
from huhang.reading.figures.queries import cases, figure_of, rows
from huhang.reading.figures.scope import Scope

SHOWN = 50
"""Late cases shown of one branch; the rest is a link away."""
WAITING = 200
"""Pending decisions looked through at most."""


@dataclass(frozen=True)
class LateGroup:
    """A branch's late cases, the latest first; ``total`` counts all of them."""

    branch: uuid.UUID | None
    total: int
    cases: list[Case]


def late_by_branch(kind: Kind, actor: Actor, now: datetime, scope: Scope) -> list[LateGroup]:
    """Late cases grouped by branch, the branch with most of them first, each with its officer."""
    late = figure_of(kind, "late")
    nth = Window(RowNumber(), partition_by=[F("branch_id")], order_by=[F("due_at").asc(), F("id").asc()])
    many = Window(Count("pk"), partition_by=[F("branch_id")])
    found = (
        rows(kind, actor, late, Span(now, now, now), scope)
        .annotate(nth=nth, many=many)
        .filter(nth__lte=SHOWN)
        .select_related("officer")
        .defer("search", "folded", "body", "secret_digest")
        .order_by("-many", "branch_id", "nth")
    )
    groups: dict[uuid.UUID | None, LateGroup] = {}
    for case in found:
        told: Any = case
        groups.setdefault(case.branch_id, LateGroup(case.branch_id, told.many, [])).cases.append(case)
    return list(groups.values())


@dataclass(frozen=True)
class Decisions:
    """Cases with an extension this actor may decide, and cases whose appeal is being reviewed; oldest first."""

    extensions: list[Case]
    appeals: list[Case]


def decisions(kind: Kind, actor: Actor, scope: Scope) -> Decisions:
    """What waits for a decision. Nobody decides what they asked for themselves (STANDARDS §4.3)."""
    asked = ClockExtension.objects.filter(
        clock__case=OuterRef("pk"), clock__stopped_at__isnull=True, decided_at__isnull=True
    ).exclude(asked_by=actor.user)
    found = (
        cases(kind, actor, scope)
        .filter(is_open=True)
        .annotate(extension=Exists(asked))
        .filter(Q(extension=True) | Q(state="appealed"))
        .defer("search", "folded", "body", "secret_digest")
        .order_by("due_at", "id")[:WAITING]
    )
    listed = list(found)
    pending: list[Any] = [c for c in listed if c.state != "appealed"]
    mine = [c for c in pending if allows(actor, Perm.DECIDE_EXTENSION, c)]
    return Decisions(mine, [c for c in listed if c.state == "appealed"])
