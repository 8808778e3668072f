"""The one function that says when something is due, and its result that can explain itself.

Rules (STANDARDS §2.5, §4.3, §11; promise C3):

- Working days are counted from the next working day after the start; due at end of business of the last one.
- A period of no days ("即办件") is due at end of business of the day of the start, or of the next working day when the
  start lies after business.
- A day touched by a pause before its end of business is not counted; what remains is frozen and goes on with the next
  working day after the pause (our own reading, STANDARDS §16). A pause that begins after the due instant changes
  nothing, so it cannot bring a late case back into time.
- Calendar days are counted alike, every day; hours of work run only inside the slots of working days; hours run by
  the wall clock. For both sorts of hours a pause takes away exactly the time it lasts.
- An extension lengthens the period, whenever it was granted; whether it may be granted is not asked here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from huhang.kernel.errors import Invalid
from huhang.kernel.worktime.calendars import Calendar, Day
from huhang.kernel.worktime.pauses import Pause, merged, touching, without
from huhang.kernel.worktime.schedule import Schedule, Span
from huhang.kernel.worktime.trace import DayNote, Mark

MOST = 3650
"""Longest period, in its own unit; anything longer is a slip of the pen."""

_YEARS = range(1950, 2200)
_HORIZON = timedelta(days=366 * 40)
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


class Unit(StrEnum):
    """In what a period is measured."""

    WORKING_DAYS = "working_days"
    WORKING_HOURS = "working_hours"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"

    @property
    def in_days(self) -> bool:
        """Counted in whole days, due at end of business."""
        return self in (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS)

    @property
    def asks_calendar(self) -> bool:
        """Holidays and weekends matter to it."""
        return self in (Unit.WORKING_DAYS, Unit.WORKING_HOURS)


class Extension(NamedTuple):
    """More time, in the unit of the period, granted at an instant for a reason."""

    amount: int
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Deadline:
    """When something is due, and everything that led there.

    Args:
        due_at: the instant (UTC) before which it has to be done; None while the clock stands still.
        provisional: a date that was judged lies beyond the published holiday notices; compute again after importing.
        remaining_frozen: what is left while the clock stands still: days for periods in days, minutes (rounded up)
            for periods in hours; None when the clock runs.
        calendar_version: the tables of the judged dates, e.g. ``2026.1+2027.0`` (0: no notice known); empty when the
            unit does not ask the calendar.
        trace: one note a day, in order, from the start to the due day (or to the day of the open pause).
    """

    due_at: datetime | None
    provisional: bool
    remaining_frozen: int | None
    calendar_version: str
    trace: tuple[DayNote, ...]
    start: datetime
    amount: int
    unit: Unit
    extensions: tuple[Extension, ...]
    schedule: Schedule

    @property
    def total(self) -> int:
        """The period with its extensions."""
        return self.amount + sum(extension.amount for extension in self.extensions)


@dataclass(frozen=True)
class _Question:
    """What is asked, checked and put in order."""

    start: datetime
    amount: int
    total: int
    unit: Unit
    calendar: Calendar
    schedule: Schedule
    pauses: tuple[Pause, ...]

    @property
    def next_day(self) -> bool:
        """Counting begins on the day after the start, so the day of the start itself is not judged."""
        return self.unit.in_days and self.total > 0

    def note(
        self, day: Day, mark: Mark, number: int | None = None, minutes: int | None = None, pause: Pause | None = None
    ) -> DayNote:
        """The note for one day; what would not count either way cannot make a date provisional."""
        judged = self.unit.asks_calendar and not (mark == "start" and self.next_day)
        idle = mark == "pause" and not minutes
        return DayNote(
            date=day.date,
            mark=mark,
            number=number,
            minutes=minutes,
            kind=day.kind,
            name=day.name,
            table=day.tag if judged else "",
            reason=pause.reason if pause and mark == "pause" else "",
            extended=number is not None and number > self.amount,
            provisional=judged and not idle and day.provisional,
        )

    def counted(self, day: Day) -> Mark:
        """The mark of a day that counts."""
        return "makeup" if day.kind == "makeup" and self.unit.asks_calendar else "count"

    def skipped(self, day: Day) -> Mark | None:
        """The mark of a day the calendar takes out, or None."""
        if day.works or not self.unit.asks_calendar:
            return None
        return "holiday" if day.kind == "holiday" else "weekend"

    def stopping(self, day: date) -> Pause | None:
        """The pause that keeps a day from being counted: one that touches it before its end of business."""
        if not self.pauses:
            return None
        return touching(self.pauses, self.schedule.whole(day)[0], self.schedule.close_of(day))

    def after(self, day: date) -> date:
        """The next day, unless the pauses have pushed the date out of all reason."""
        if day - self.start.date() > _HORIZON:
            raise Invalid("暂停时间过长，推算超过四十年，请核对暂停的起止时间。")
        return day + _DAY


_Answer = tuple[datetime | None, int | None, list[DayNote]]


def due(
    *,
    start: datetime,
    amount: int,
    unit: Unit,
    calendar: Calendar,
    schedule: Schedule,
    pauses: Iterable[Pause] = (),
    extensions: Sequence[Extension] = (),
) -> Deadline:
    """When a period that began at ``start`` ends, by the rules at the head of this module.

    Args:
        start: the instant the clock began (aware).
        amount: length of the period in ``unit``; days may be 0 (same day), hours at least 1.
        pauses: in any order, overlapping as they like; an open one freezes the clock.
        extensions: added to ``amount``.

    Raises:
        Invalid: a length below its least or above `MOST`, a start outside 1950–2199, a pause that ends before it
            starts, or pauses that push the date more than forty years away.
    """
    unit = Unit(unit)
    total = _total(amount, unit, extensions)
    if start.tzinfo is None or start.year not in _YEARS:
        raise Invalid("起算时间不合常理：%(start)s", params={"start": start.isoformat()})
    start = start.astimezone(UTC)
    asked = _Question(start, amount, total, unit, calendar, schedule, merged(pauses, since=start))
    due_at, frozen, notes = _in_days(asked) if unit.in_days else _in_hours(asked)
    return Deadline(
        due_at=due_at,
        provisional=any(note.provisional for note in notes),
        remaining_frozen=frozen,
        calendar_version="+".join(sorted({note.table for note in notes if note.table})),
        trace=tuple(notes),
        start=start,
        amount=amount,
        unit=unit,
        extensions=tuple(extensions),
        schedule=schedule,
    )


def _total(amount: int, unit: Unit, extensions: Sequence[Extension]) -> int:
    least = 0 if unit.in_days else 1
    total = amount + sum(extension.amount for extension in extensions)
    if amount < least or any(extension.amount < 1 for extension in extensions) or total > MOST:
        raise Invalid(
            "期限（含延期）应在 %(least)s 至 %(most)s 之间，每次延期至少为 1。", params={"least": least, "most": MOST}
        )
    return total


def _in_days(asked: _Question) -> _Answer:
    schedule, calendar = asked.schedule, asked.calendar
    day = schedule.date_of(asked.start)
    notes: list[DayNote] = []
    if asked.next_day or asked.start >= schedule.close_of(day) or asked.skipped(calendar.kind_of(day)):
        notes.append(asked.note(calendar.kind_of(day), "start"))
        day += _DAY
    number = 0
    while True:
        known, pause = calendar.kind_of(day), asked.stopping(day)
        if pause and pause.end is None:
            return None, asked.total - number, [*notes, asked.note(known, "pause", pause=pause)]
        if skipped := asked.skipped(known):
            notes.append(asked.note(known, skipped))
        elif pause:
            notes.append(asked.note(known, "pause", pause=pause))
        elif number + 1 >= asked.total:
            return schedule.close_of(day), None, [*notes, asked.note(known, "due", min(number + 1, asked.total))]
        else:
            number += 1
            notes.append(asked.note(known, asked.counted(known), number))
        day = asked.after(day)


def _in_hours(asked: _Question) -> _Answer:
    need = left = timedelta(hours=asked.total)
    day = asked.schedule.date_of(asked.start)
    notes: list[DayNote] = []
    while True:
        known = asked.calendar.kind_of(day)
        before = need - left
        due_at, left = _spend(_free(asked, known), left)
        minutes = (need - left) // _MINUTE - before // _MINUTE
        if due_at:
            return due_at, None, [*notes, asked.note(known, "due", minutes=minutes)]
        pause = touching(asked.pauses, *asked.schedule.whole(day)) if asked.pauses else None
        if pause and asked.pauses[-1].end is None and asked.pauses[-1].start < asked.schedule.whole(day)[1]:
            notes.append(asked.note(known, "pause", minutes=minutes, pause=asked.pauses[-1]))
            return None, -(-left // _MINUTE), notes
        mark = "start" if not notes else asked.skipped(known) or (asked.counted(known) if minutes else "pause")
        notes.append(asked.note(known, mark, minutes=minutes, pause=pause))
        day = asked.after(day)


def _free(asked: _Question, known: Day) -> list[Span]:
    """The stretches of a day in which the clock of a period in hours runs."""
    if asked.skipped(known):
        return []
    spans = asked.schedule.spans(known.date) if asked.unit.asks_calendar else [asked.schedule.whole(known.date)]
    after_start = [(max(a, asked.start), b) for a, b in spans if b > asked.start]
    return [piece for span in after_start for piece in without(span, asked.pauses)]


def _spend(free: list[Span], left: timedelta) -> tuple[datetime | None, timedelta]:
    """Use up time; gives the instant at which nothing is left, or what is left."""
    for a, b in free:
        if b - a >= left:
            return a + left, timedelta()
        left -= b - a
    return None, left
