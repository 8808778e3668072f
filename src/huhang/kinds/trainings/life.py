"""Sessions in the life of everybody they were for: the first subject's stands on the case itself (A1, B5)."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.kinds.trainings.models import Host
from huhang.register.subjects import belongings, life
from huhang.register.units.queries import tree

SORT = "trained"


def sorts() -> list[tuple[str, Any]]:
    """One sort."""
    return [(SORT, gettext_lazy("参加的讲座演练"))]


def read(
    actor: Actor, subjects: Sequence[uuid.UUID], *, before: life.Mark | None, most: int, only: str
) -> Iterator[life.Happening]:
    """Sessions held for several subjects, in the life of the second and later ones, where the actor sees them."""
    seen = visible_to(actor, Case.objects.filter(kind="training")).values("pk")
    rows = Host.objects.filter(subject__in=subjects, case__in=seen).exclude(case__subject=F("subject"))
    if before is not None:
        rows = rows.filter(case__received_at__lte=before[0])
    kind = kind_of("training")
    for host in rows.select_related("case").order_by("-case__received_at", "-id")[: most + 5]:
        case = host.case
        happening = life.Happening(
            at=case.received_at,
            key=f"s{host.pk.hex}",
            sort=SORT,
            title=f"{kind.label} {case.number}",
            text=f"{case.title} · {kind.state(case.state).label}",
            who=tree().label(case.unit_id),
            link=("case", case.number),
            open=case.is_open,
        )
        if before is None or happening.mark < before:
            yield happening


def register() -> None:
    """Declares the part in the life, what goes along at a merge, and that a session is a way of having been seen."""
    life.declare(life.Source("trainings", sorts, read))
    twice = "EXISTS (SELECT 1 FROM trainings_host o WHERE o.case_id = r.case_id AND o.subject_id = %(to)s)"
    belongings.declare("trainings_host", unless=twice)
    life.declare_meeting(
        "training",
        "SELECT h.subject_id, c.answered_at AS at FROM trainings_host h JOIN cases_case c ON c.id = h.case_id"
        " WHERE c.kind = 'training' AND c.answered_at IS NOT NULL AND c.state <> 'dropped'",
    )
