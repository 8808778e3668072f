"""Joint meetings that talked about a subject's matters, in the life of the subject (A1, L2)."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.cases.models import Case
from huhang.kinds.meetings.models import AgendaItem
from huhang.register.subjects import life
from huhang.register.units.queries import tree

SORT = "talked"


def sorts() -> list[tuple[str, Any]]:
    """One sort."""
    return [(SORT, gettext_lazy("会上议过"))]


def read(
    actor: Actor, subjects: Sequence[uuid.UUID], *, before: life.Mark | None, most: int, only: str
) -> Iterator[life.Happening]:
    """Items of agendas about the subject's cases, at the time of the meeting, where the actor sees the meeting."""
    meetings = visible_to(actor, Case.objects.filter(kind="meeting")).values("pk")
    rows = AgendaItem.objects.filter(about__subject__in=subjects, dropped_at=None, meeting__in=meetings)
    if before is not None:
        rows = rows.filter(meeting__meeting__meets_at__lte=before[0])
    found = rows.select_related("meeting__meeting").order_by("-meeting__meeting__meets_at", "-id")
    for item in found[: most + 5]:
        case = item.meeting
        happening = life.Happening(
            at=case.meeting.meets_at,
            key=f"t{item.pk.hex}",
            sort=SORT,
            title=case.title,
            text=item.topic,
            who=tree().label(case.unit_id),
            link=("case", case.number),
            open=case.is_open,
        )
        if before is None or happening.mark < before:
            yield happening


def register() -> None:
    """Declares the part in the life."""
    life.declare(life.Source("meetings", sorts, read))
