"""Working time as one line of minutes, so that a delay is an addition."""

from bisect import bisect_left, bisect_right
from datetime import date, datetime, timedelta

from huhang.kernel.worktime import Calendar, Deadline, Extension, Pause, Schedule, Unit, due

DayKey = tuple[date, int, Unit]


class Office:
    """When offices work between two dates, and when something is due."""

    def __init__(self, calendar: Calendar, schedule: Schedule, first: date, last: date) -> None:
        self.calendar, self.schedule = calendar, schedule
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        self._before: list[float] = []
        total, day = 0.0, first
        while day <= last:
            if calendar.kind_of(day).works:
                for a, b in schedule.spans(day):
                    self._starts.append(a)
                    self._ends.append(b)
                    self._before.append(total)
                    total += (b - a).total_seconds() / 60
            day += timedelta(days=1)
        self._known: dict[DayKey, Deadline] = {}

    def minute(self, at: datetime) -> float:
        """Working minutes since the first day up to an instant."""
        i = max(0, bisect_right(self._starts, at) - 1)
        inside = min(at, self._ends[i]) - self._starts[i]
        return self._before[i] + max(0.0, inside.total_seconds() / 60)

    def at(self, minute: float) -> datetime:
        """The instant at which so many working minutes have passed."""
        i = max(0, bisect_left(self._before, minute) - 1)
        return self._starts[i] + timedelta(seconds=round((minute - self._before[i]) * 60))

    def later(self, at: datetime, minutes: float) -> datetime:
        """An instant in office hours, so many working minutes after another and always after it."""
        found = self.at(self.minute(at) + max(minutes, 0.2))
        return found if found > at else at + timedelta(seconds=30)

    def due(
        self,
        start: datetime,
        amount: int,
        unit: Unit,
        pauses: tuple[Pause, ...] = (),
        extensions: tuple[Extension, ...] = (),
    ) -> Deadline:
        """When a period ends. Whole days from one date all end alike, so they are worked out once."""
        plain = unit.in_days and amount > 0 and not pauses and not extensions
        key = (self.schedule.date_of(start), amount, unit)
        if plain and key in self._known:
            return self._known[key]
        told = due(
            start=start,
            amount=amount,
            unit=unit,
            calendar=self.calendar,
            schedule=self.schedule,
            pauses=pauses,
            extensions=extensions,
        )
        if plain:
            self._known[key] = told
        return told
