"""What ends by itself when a case ends: no supporting unit goes on working on what is over."""

from datetime import datetime

from huhang.cases.models import Assignment, Case, Clock, ClockPause


def end_supports(case: Case, *, now: datetime) -> list[str]:
    """Releases every open part of a supporting unit and stops its clock. Returns the units."""
    if "support" not in case.beside:
        return []
    parts = list(Assignment.objects.filter(case=case, role=Assignment.Role.SUPPORT, ended_at=None))
    for part in parts:
        end_support(part, status=Assignment.Status.RELEASED, why="case_ended", now=now)
    return [str(part.unit_id) for part in parts]


def end_support(part: Assignment, *, status: str, why: str, now: datetime) -> None:
    """Ends one part and its clock."""
    part.status, part.ended_at, part.ended_why = status, now, why
    part.save(update_fields=["status", "ended_at", "ended_why", "result"])
    stop_support_clock(part, now=now)


def stop_support_clock(part: Assignment, *, now: datetime) -> None:
    """Stops the clock of a part; an open pause ends with it."""
    if part.clock_id is None:
        return
    ClockPause.objects.filter(clock=part.clock_id, ended_at=None).update(ended_at=now)
    Clock.objects.filter(pk=part.clock_id, stopped_at=None).update(stopped_at=now)
