"""The kernel's working time as an expression of the database, so that a median over many cases is one statement."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Aggregate, FloatField, Func
from django.db.models.expressions import Combinable

from huhang.kernel.worktime import Calendar, Schedule

_FIRST_YEARS = 3
"""Calendar years before the period that the table of days covers; an earlier start counts from its first day."""


class WorkingSeconds(Func):
    """Working seconds from a fixed day to an instant: those of whole days from a table, the rest from the day's slots.

    The difference of two of them is `kernel.worktime.working_time` in seconds (held together by a test).
    """

    def __init__(self, instant: Any, *, until: datetime, calendar: Calendar, schedule: Schedule) -> None:
        super().__init__(instant, output_field=FloatField())
        self.schedule = schedule
        self.first = date(schedule.date_of(until).year - _FIRST_YEARS, 1, 1)
        self.days = (schedule.date_of(until) - self.first).days + 1
        self.table = _running(self.first, self.days, calendar, schedule)

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        instant, given = compiler.compile(self.source_expressions[0])
        local = f"timezone(%s, {instant})"
        here = [self.schedule.zone, *given]
        day = f"greatest(1, least(%s, ({local})::date - %s::date + 1))"
        day_params = [self.days, *here, self.first]
        slot = f"greatest(0, extract(epoch from least(({local})::time, %s::time) - %s::time))"
        slots = " + ".join([slot] * len(self.schedule.slots))
        slot_params = [p for a, b in self.schedule.slots for p in (*here, b, a)]
        at, after = f"(%s::int[])[{day}]", f"(%s::int[])[{day} + 1]"
        sql = f"({at} + CASE WHEN {after} > {at} THEN {slots} ELSE 0 END)::float8"
        taken = [self.table, *day_params]
        return sql, [*taken, *taken, *taken, *slot_params]


def _running(first: date, days: int, calendar: Calendar, schedule: Schedule) -> str:
    """Working seconds before each day, as an array literal of ``days`` + 1 numbers."""
    whole, total, out = int(schedule.day_length.total_seconds()), 0, ["0"]
    for i in range(days):
        total += whole if calendar.kind_of(first + timedelta(days=i)).works else 0
        out.append(str(total))
    return "{" + ",".join(out) + "}"


def working_days(start: str, end: str, *, until: datetime, calendar: Calendar, schedule: Schedule) -> Combinable:
    """Working days between two columns; one day is a full day of slots."""
    last = WorkingSeconds(end, until=until, calendar=calendar, schedule=schedule)
    first = WorkingSeconds(start, until=until, calendar=calendar, schedule=schedule)
    return (last - first) / schedule.day_length.total_seconds()


class Median(Aggregate):
    """The middle value; between two middle ones, halfway."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()
    name = "Median"
