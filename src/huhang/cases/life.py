"""Cases in the life of a subject: its own, and those under one of its own, such as a card or a duty (A1)."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.cases.models import Case
from huhang.cases.registry import kind_of, kinds
from huhang.register.subjects import belongings, life
from huhang.register.units.queries import tree

SHOWN = ("pk", "number", "kind", "state", "is_open", "title", "unit_id", "received_at")


def sorts() -> list[tuple[str, Any]]:
    """Every kind of case is a sort of its own."""
    return [(kind.name, kind.label) for kind in kinds().values()]


def read(
    actor: Actor, subjects: Sequence[uuid.UUID], *, before: life.Mark | None, most: int, only: str
) -> Iterator[life.Happening]:
    """Cases by the time of receipt, as far as the actor may see them."""
    own = Case.objects.filter(subject__in=subjects).values("pk")
    under = Case.objects.filter(parent__in=own).values("pk")  # apart: “or” over a join would meet every case there is
    rows = visible_to(actor, Case.objects.filter(pk__in=own.union(under)))
    if only:
        rows = rows.filter(kind=only)
    if before is not None:
        at, key = before
        rows = rows.filter(Q(received_at__lt=at) | Q(received_at=at, number__lt=key))
    for case in rows.only(*SHOWN).order_by("-received_at", "-number")[:most]:
        kind = kind_of(case.kind)
        yield life.Happening(
            at=case.received_at,
            key=case.number,
            sort=case.kind,
            title=f"{kind.label} {case.number}",
            text=f"{case.title} · {kind.state(case.state).label}",
            who=tree().label(case.unit_id),
            link=("case", case.number),
            open=case.is_open,
        )


def register() -> None:
    """Declares cases as part of a subject's life, and as something that goes along when two subjects are one."""
    life.declare(life.Source("cases", sorts, read))
    belongings.declare("cases_case")
