"""What a meeting is about, and what should be talked about next."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.cases.models import Case
from huhang.cases.registry import kinds
from huhang.kinds.meetings.models import AgendaItem, Decision

EACH = 15
"""So many cases of each sort of trouble are proposed."""


@dataclass
class Proposal:
    """An open case somebody should talk about, and why."""

    case: uuid.UUID
    number: str
    title: str
    why: list[str]


def items(meeting: Case) -> list[AgendaItem]:
    """What stands on the agenda, in order; fetched once for a case object."""
    known: list[AgendaItem] | None = meeting.__dict__.get("_agenda")
    if known is None:
        rows = AgendaItem.objects.filter(meeting=meeting, dropped_at=None)
        known = meeting.__dict__["_agenda"] = list(rows.order_by("place", "id"))
    return known


def decisions(meeting: Case) -> dict[uuid.UUID, list[Decision]]:
    """What was decided, by item, oldest first."""
    found: dict[uuid.UUID, list[Decision]] = {}
    for row in Decision.objects.filter(meeting=meeting).order_by("at", "id"):
        found.setdefault(row.item_id, []).append(row)
    return found


def proposals(actor: Actor, now: datetime, *, without: uuid.UUID | None = None) -> list[Proposal]:
    """Open cases of every kind that their kind calls troubled, most reasons first; not those on a coming agenda.

    Args:
        without: a meeting whose own items are not proposed to it again.
    """
    found: dict[uuid.UUID, Proposal] = {}
    for kind in kinds().values():
        for trouble in kind.troubles:
            rows = visible_to(actor, Case.objects.filter(trouble.where(now), kind=kind.name, is_open=True))
            for pk, number, title in rows.order_by("due_at", "id").values_list("pk", "number", "title")[:EACH]:
                made = found.setdefault(pk, Proposal(pk, number, title, []))
                made.why.append(str(trouble.label))
    taken = AgendaItem.objects.filter(about__in=list(found), dropped_at=None, meeting__state="convened")
    for pk in set(taken.values_list("about_id", flat=True)):
        found.pop(pk, None)
    return sorted(found.values(), key=lambda one: (-len(one.why), one.number))


def said(one: Proposal) -> str:
    """A proposal in one line."""
    return f"{one.number} {one.title}（{_('、').join(one.why)}）"


def seen_cases(meeting: Case, actor: Actor) -> dict[uuid.UUID, str]:
    """The numbers of the agenda's cases that this actor may see, by id; the others stay words."""
    wanted = [item.about_id for item in items(meeting)]
    rows = visible_to(actor, Case.objects.filter(pk__in=wanted))
    return dict(rows.values_list("pk", "number"))
