"""The answer clock as its person sees it: what is left, one square a day, and why it is this date (C3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case, Clock
from huhang.cases.queries import running, testimony
from huhang.doors.frame.parts import Day, Left
from huhang.doors.hall.showing import language
from huhang.kernel.worktime import (
    DayNote,
    Deadline,
    Pause,
    Unit,
    explain,
    remaining,
    say_amount,
    say_remaining,
    used_fraction,
)

MARKS = {"makeup": "count makeup", "weekend": "rest"}


@dataclass(frozen=True)
class Told:
    """A running clock for a page; ``frozen`` instead of ``left`` while it waits for the person."""

    due_at: datetime | None
    provisional: bool
    left: Left | None
    frozen: str
    days: Sequence[Day]
    why: Sequence[str]


def answer_clock(case: Case, now: datetime) -> Told | None:
    """The clock until the answer; none once it has been answered. Three statements."""
    clock = running(case, "answer")
    if clock is None:
        return None
    pauses = [Pause(p.started_at, p.ended_at, p.reason) for p in clock.pauses.order_by("started_at")]
    told = testimony(clock, pauses=pauses)
    return Told(
        due_at=told.due_at,
        provisional=told.provisional,
        left=_left(clock, told, pauses, now) if told.due_at else None,
        frozen="" if told.due_at else _frozen(told),
        days=_days(told, now),
        why=explain(told, language()),
    )


def left_of(case: Case, now: datetime) -> Left | None:
    """What is left of a case by its own row, for lists; nothing while it waits or after it ended."""
    if case.due_at is None or not case.is_open:
        return None
    rest = remaining(now, case.due_at, catalog.calendar(), catalog.schedule())
    said = say_remaining(rest, language())
    return Left(said, case.due_at, late=rest.late, soon=not rest.working_days, provisional=case.due_provisional)


def _left(clock: Clock, told: Deadline, pauses: Sequence[Pause], now: datetime) -> Left:
    assert told.due_at is not None
    calendar, schedule = catalog.calendar(), catalog.schedule()
    rest = remaining(now, told.due_at, calendar, schedule, told.unit)
    used = used_fraction(clock.started_at, told.due_at, now, calendar, schedule, unit=told.unit, pauses=pauses)
    return Left(
        say_remaining(rest, language()),
        told.due_at,
        fraction=used,
        late=rest.late,
        soon=not rest.late and not rest.working_days,
        provisional=told.provisional,
    )


def _frozen(told: Deadline) -> str:
    left: Any = told.remaining_frozen or 0
    if told.unit in (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS):
        return _("计时已暂停，还剩 %(left)s，等您补充后继续。") % {"left": say_amount(left, told.unit, language())}
    return _("计时已暂停，还剩 %(left)d 分钟，等您补充后继续。") % {"left": left}


def _days(told: Deadline, now: datetime) -> list[Day]:
    today = told.schedule.date_of(now)
    return [_day(note, today) for note in told.trace]


def _day(note: DayNote, today: date) -> Day:
    mark = MARKS.get(note.mark, str(note.mark))
    if note.mark == "due" and note.date < today:
        mark += " late"
    if note.date == today:
        mark += " today"
    number = str(note.number) if note.number is not None else ""
    return Day(mark, note.date, number, f"{note.date.month}/{note.date.day}")
