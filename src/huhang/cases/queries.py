"""What is due, what is running, and one page of any list of cases."""

from collections.abc import Iterable
from uuid import UUID

from huhang.base.catalog import queries as catalog
from huhang.base.statements import rows
from huhang.cases.models import Assignment, Case, Clock, ClockExtension, ClockPause, SupportWord
from huhang.kernel.worktime import Deadline, Extension, Pause, Unit, due


def running(case: Case, name: str) -> Clock | None:
    """The clock of a name that has not been stopped."""
    found = rows.some(Clock, case_id=case.pk, name=name, stopped_at=None, order="id")
    return found[0] if found else None


def testimony(
    clock: Clock, *, pauses: Iterable[Pause] | None = None, extensions: Iterable[Extension] | None = None
) -> Deadline:
    """The clock's due instant with its day-by-day explanation, computed from the events that count (C3)."""
    if pauses is None:
        pauses = [
            Pause(p.started_at, p.ended_at, p.reason)
            for p in rows.some(ClockPause, clock_id=clock.pk, order="started_at")
        ]
    if extensions is None:
        granted = rows.some(ClockExtension, clock_id=clock.pk, granted=True, order="decided_at")
        extensions = [Extension(e.amount, e.decided_at or e.asked_at, e.reason) for e in granted]
    return due(
        start=clock.started_at,
        amount=clock.amount,
        unit=Unit(clock.unit_of_time),
        calendar=catalog.calendar(),
        schedule=catalog.schedule(),
        pauses=tuple(pauses),
        extensions=tuple(extensions),
    )


def supports(case: Case) -> list[Assignment]:
    """Every part of a supporting unit with its clock, in order; a case without any asks nothing of the database."""
    if "support" not in case.beside:
        return []
    known: list[Assignment] | None = case.__dict__.get("_supports")
    if known is None:
        rows = Assignment.objects.filter(case=case, role=Assignment.Role.SUPPORT).select_related("clock")
        known = case.__dict__["_supports"] = list(rows.order_by("ordinal", "opened_at", "id"))
    return known


def support_words(case: Case) -> dict[UUID, list[SupportWord]]:
    """What was said in disputes over supporting units' tasks, by part, oldest first."""
    if "support" not in case.beside:
        return {}
    known: dict[UUID, list[SupportWord]] | None = case.__dict__.get("_support_words")
    if known is None:
        known = case.__dict__["_support_words"] = {}
        for word in SupportWord.objects.filter(case=case).order_by("at", "id"):
            known.setdefault(word.support_id, []).append(word)
    return known


def open_supports(case: Case) -> list[Assignment]:
    """Parts of supporting units that are not ended and over which nobody signed that the lead may go on."""
    return [part for part in supports(case) if part.ended_at is None and part.waived_at is None]
