"""Instructions of a case, and those a supervisor still waits for."""

from datetime import datetime

from django.db.models import QuerySet

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.cases.models import Case
from huhang.kinds.requests.instructions.models import Instruction

BESIDE = "instruction"
_SHORT = 30


def open_of(case: Case) -> list[Instruction]:
    """Instructions not reported on; a case that has none beside it costs no statement."""
    if BESIDE not in case.beside:
        return []
    known: list[Instruction] | None = case.__dict__.get("_open_instructions")
    if known is None:
        rows = Instruction.objects.filter(case=case, ended_at__isnull=True).select_related("clock")
        known = case.__dict__["_open_instructions"] = list(rows.order_by("seq"))
    return known


def forget(case: Case) -> None:
    """Looks again at the next use; called after a change."""
    case.__dict__.pop("_open_instructions", None)


def open_choices(case: Case) -> list[tuple[str, str]]:
    """Open instructions to choose from."""
    return [(str(one.pk), f"{one.given_label}：{one.text[:_SHORT]}") for one in open_of(case)]


def all_of(case: Case) -> list[Instruction]:
    """Every instruction, oldest first."""
    if BESIDE not in case.beside:
        return []
    return list(Instruction.objects.filter(case=case).select_related("clock").order_by("seq"))


def why_not_end(case: Case) -> str | None:
    """Why the request may not be closed or merged now, or nothing."""
    return "局领导的批示还没有反馈，请先反馈。" if open_of(case) else None


def waiting(actor: Actor) -> QuerySet[Instruction]:
    """Instructions nobody reported on yet, in cases this actor sees: those with a date first, the earliest first."""
    rows = visible_to(actor, Instruction.objects.filter(ended_at__isnull=True), prefix="case__")
    return rows.select_related("case", "clock").order_by("clock__due_at", "given_at", "id")


def late(one: Instruction, now: datetime) -> bool:
    """Whether the time the leader gave is over."""
    return one.clock is not None and one.clock.due_at is not None and now >= one.clock.due_at
