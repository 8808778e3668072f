"""Working time that can explain itself: dated calendars, daily slots, deadlines with pauses and extensions.

Pure arithmetic (HOUSE §2.3, promise C3; rules of STANDARDS §2.5, §4.3, §11). Nothing here reads a clock, a file or a
database; instants go in aware and come out in UTC, days are counted in the zone of the schedule.
"""

from huhang.kernel.worktime.calendars import Calendar, Day
from huhang.kernel.worktime.deadline import Deadline, Extension, Unit, due
from huhang.kernel.worktime.explain import explain, say_amount
from huhang.kernel.worktime.notices import read_holiday_cn, read_notice
from huhang.kernel.worktime.pauses import Pause
from huhang.kernel.worktime.remaining import (
    Remaining,
    elapsed_working_days,
    is_late,
    remaining,
    say_remaining,
    used_fraction,
    working_time,
)
from huhang.kernel.worktime.schedule import Schedule, in_window
from huhang.kernel.worktime.tables import Year, table_of, validate, year_of
from huhang.kernel.worktime.trace import DayNote, Language, Mark

__all__ = [
    "Calendar",
    "Day",
    "DayNote",
    "Deadline",
    "Extension",
    "Language",
    "Mark",
    "Pause",
    "Remaining",
    "Schedule",
    "Unit",
    "Year",
    "due",
    "elapsed_working_days",
    "explain",
    "in_window",
    "is_late",
    "read_holiday_cn",
    "read_notice",
    "remaining",
    "say_amount",
    "say_remaining",
    "table_of",
    "used_fraction",
    "validate",
    "working_time",
    "year_of",
]
