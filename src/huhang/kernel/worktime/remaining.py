"""How much time is left or overrun, for rows and bars: cheap, without walking through the days.

Precise meaning: working time is time inside the slots of working days. A "working day" of remaining or overrun time is
one full day of slots (7 h 30 min by default), so with a due instant at end of business the days are the working days
after today and the rest is what is left of today. Periods in calendar days or hours are told in wall-clock time, a day
being 24 hours. Parts of a minute are dropped on both sides of the due instant.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from huhang.kernel.worktime.calendars import Calendar
from huhang.kernel.worktime.deadline import Unit
from huhang.kernel.worktime.pauses import Pause, merged
from huhang.kernel.worktime.schedule import Schedule
from huhang.kernel.worktime.trace import Language

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


class Remaining(NamedTuple):
    """Time left before the due instant, or time since it when ``late``.

    ``working_days`` are full days of working time (of 24 hours when ``wall``), ``minutes`` the rest.
    """

    late: bool
    working_days: int
    minutes: int
    wall: bool = False


def is_late(at: datetime, due_at: datetime) -> bool:
    """Whether something done at this instant is late: due instants are half-open, so at 17:30:00 it is."""
    return at >= due_at


def remaining(
    now: datetime, due_at: datetime, calendar: Calendar, schedule: Schedule, unit: Unit = Unit.WORKING_DAYS
) -> Remaining:
    """Time left or overrun at ``now``, in the time the unit of the period is measured in."""
    first, last = min(now, due_at), max(now, due_at)
    wall = not unit.asks_calendar
    time = last - first if wall else working_time(first, last, calendar, schedule)
    days, rest = divmod(time, _DAY if wall else schedule.day_length)
    return Remaining(is_late(now, due_at), days, rest // _MINUTE, wall)


def say_remaining(left: Remaining, language: Language = "zh") -> str:
    """``剩 2 个工作日 3 小时``, ``剩 3 小时 20 分``, ``超期 1 天 2 小时``.

    With whole days minutes are left out. An overrun counts 天 of working time, unless the period ran by the wall clock.
    """
    hours, minutes = divmod(left.minutes, 60)
    parts = []
    if left.working_days:
        parts.append(_say_days(left, language))
    if hours:
        parts.append(f"{hours} h" if language == "en" else f"{hours} 小时")
    if minutes and not left.working_days:
        parts.append(f"{minutes} min" if language == "en" else f"{minutes} 分")
    if language == "en":
        return f"{' '.join(parts) or 'less than 1 min'} {'late' if left.late else 'left'}"
    said = f" {' '.join(parts)}" if parts else "不足 1 分"
    return f"{'超期' if left.late else '剩'}{said}"


def elapsed_working_days(a: datetime, b: datetime, calendar: Calendar, schedule: Schedule) -> int:
    """Working days after the date of ``a`` up to and including the date of ``b``; negative when ``b`` is earlier.

    The counterpart of `due`: from the start to the due instant it gives the number of working days of the period. A day
    counts from its first minute, so the first working day past a limit is 1 (STANDARDS §14).
    """
    if b < a:
        return -elapsed_working_days(b, a, calendar, schedule)
    return calendar.works_between(schedule.date_of(a) + _DAY, schedule.date_of(b) + _DAY)


def working_time(a: datetime, b: datetime, calendar: Calendar, schedule: Schedule) -> timedelta:
    """Working time in ``[a, b)``; nothing when ``b`` is not after ``a``."""
    if b <= a:
        return timedelta()
    first, last = schedule.date_of(a), schedule.date_of(b)
    whole = calendar.works_between(first, last) * schedule.day_length
    return whole + _worked(b, last, calendar, schedule) - _worked(a, first, calendar, schedule)


def used_fraction(
    start: datetime,
    due_at: datetime,
    now: datetime,
    calendar: Calendar,
    schedule: Schedule,
    *,
    unit: Unit = Unit.WORKING_DAYS,
    pauses: Iterable[Pause] = (),
) -> float:
    """Share of the period used up at ``now``, 0 to 1, for the thin bar; time inside pauses is not part of it."""
    stops = merged(pauses, since=start)

    def running(until: datetime) -> timedelta:
        time = _measured(start, until, calendar, schedule, unit)
        for pause in stops:
            end = until if pause.end is None else min(pause.end, until)
            time -= _measured(pause.start, end, calendar, schedule, unit)
        return time

    whole = running(due_at)
    if now >= due_at or not whole:
        return float(now >= due_at)
    return running(max(now, start)) / whole


def _measured(a: datetime, b: datetime, calendar: Calendar, schedule: Schedule, unit: Unit) -> timedelta:
    if b <= a:
        return timedelta()
    return working_time(a, b, calendar, schedule) if unit.asks_calendar else b - a


def _worked(at: datetime, day: date, calendar: Calendar, schedule: Schedule) -> timedelta:
    """Working time of its date ``day`` that lies before an instant."""
    time = timedelta()
    if calendar.kind_of(day).works:
        for start, end in schedule.spans(day):
            if at > start:
                time += min(at, end) - start
    return time


def _say_days(left: Remaining, language: Language) -> str:
    if language == "zh":
        return f"{left.working_days} {'天' if left.wall or left.late else '个工作日'}"
    word = "day" if left.wall else "working day"
    return f"{left.working_days} {word}{'' if left.working_days == 1 else 's'}"
