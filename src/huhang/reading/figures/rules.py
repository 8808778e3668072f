"""How a figure is said and compared: shares with their n, intervals, ranking, bands of remaining time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import sqrt
from typing import TypeVar

from huhang.cases.figures import Figure
from huhang.kernel.worktime import Calendar, Schedule

RANKED_FROM = 10
"""Units with fewer cases are listed, not ranked (STANDARDS §4.4)."""
_Z = 1.959964
T = TypeVar("T")


@dataclass(frozen=True)
class Value:
    """A counted figure: ``count`` of ``n``; ``median`` is in working days and only for figures with a span."""

    figure: Figure
    count: int
    n: int | None = None
    median: float | None = None

    @property
    def share(self) -> float | None:
        """The share, or nothing when there is nothing to share."""
        return self.count / self.n if self.n else None

    @property
    def ranks(self) -> bool:
        """Whether there are enough cases to compare this with another unit's."""
        return self.n is None or self.n >= RANKED_FROM

    @property
    def size(self) -> float | None:
        """What two values of one figure are compared by."""
        if self.figure.span:
            return self.median
        return float(self.count) if self.n is None else self.share


def wilson(count: int, n: int) -> tuple[float, float] | None:
    """The 95 % Wilson interval of a share; nothing for a share of nothing (STANDARDS §4.4)."""
    if n <= 0:
        return None
    p, z = count / n, _Z
    middle, spread = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = (middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n)
    return max(0.0, low), min(1.0, high)


def ranked(rows: Iterable[T], value: Callable[[T], Value], *, falling: bool) -> tuple[list[T], list[T]]:
    """Rows in order of a figure, and apart from them those with too few cases to be compared, in their first order."""
    all_rows = list(rows)
    few = [row for row in all_rows if not value(row).ranks]
    rest = [row for row in all_rows if value(row).ranks]
    known = [row for row in rest if value(row).size is not None]
    unknown = [row for row in rest if value(row).size is None]
    known.sort(key=lambda row: value(row).size or 0.0, reverse=falling)
    return known + unknown, few


BANDS = ("late_6", "late_2", "late_1", "today", "day_1", "day_3", "day_5", "beyond", "still")
"""Bands of remaining time: late by more than five working days, by two to five, by at most one; due today, on the next
working day, within three, within five, later; without a date because no clock counts."""


def edges(now: datetime, calendar: Calendar, schedule: Schedule) -> list[tuple[str, datetime]]:
    """The bands that have an end, with the first instant beyond each; due instants are half-open."""
    today = schedule.date_of(now)

    def start(day: date) -> datetime:
        return schedule.at(day, time())

    late = [("late_6", start(_back(today, 6, calendar))), ("late_2", start(_back(today, 2, calendar)))]
    just = (now + timedelta(microseconds=1)).astimezone(UTC)
    ahead = [
        (name, start(_ahead(today, count, calendar) + timedelta(days=1)))
        for name, count in (("today", 0), ("day_1", 1), ("day_3", 3), ("day_5", 5))
    ]
    return [*((name, min(end, just)) for name, end in late), ("late_1", just), *ahead]


def _back(day: date, count: int, calendar: Calendar) -> date:
    """The ``count``-th working day going back, ``day`` itself being the first if it is worked."""
    left = count
    while True:
        left -= calendar.kind_of(day).works
        if left == 0:
            return day
        day -= timedelta(days=1)


def _ahead(day: date, count: int, calendar: Calendar) -> date:
    for _ in range(count):
        day = calendar.next_working(day)
    return day
