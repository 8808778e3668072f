"""Periods in days of the house, and how they stand in an address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from huhang.kernel.errors import Invalid
from huhang.kernel.worktime import Schedule

NAMES = ("today", "week", "month", "quarter", "year", "custom")
LONGEST = 366 * 5
"""Days of the longest period of one's own choice."""


@dataclass(frozen=True)
class Window:
    """Instants ``[since, until)`` of a period, and the present instant for what holds now."""

    since: datetime
    until: datetime
    now: datetime


@dataclass(frozen=True)
class Period:
    """Days from ``first`` to ``last``, both included."""

    name: str
    first: date
    last: date

    def window(self, now: datetime, schedule: Schedule) -> Window:
        """The period as instants, from local midnight to local midnight."""
        return Window(schedule.at(self.first, time()), schedule.at(self.last + timedelta(days=1), time()), now)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of an address that give this period again."""
        if self.name != "custom":
            return {"period": self.name}
        return {"period": "custom", "from": self.first.isoformat(), "to": self.last.isoformat()}


def period(name: str, today: date) -> Period:
    """A named period that ends today; a week is seven days.

    Raises:
        Invalid: no such period.
    """
    first = {
        "today": today,
        "week": today - timedelta(days=6),
        "month": today.replace(day=1),
        "quarter": today.replace(month=today.month - (today.month - 1) % 3, day=1),
        "year": today.replace(month=1, day=1),
    }.get(name)
    if first is None:
        raise Invalid("没有这个时段，请从列出的时段里选。", field="period")
    return Period(name, first, today)


def last_quarter(today: date) -> tuple[date, date]:
    """The first and last day of the quarter before this one."""
    first = today.replace(month=today.month - (today.month - 1) % 3, day=1)
    last = first - timedelta(days=1)
    return last.replace(month=last.month - 2, day=1), last


def custom(first: date, last: date) -> Period:
    """Days of one's own choice.

    Raises:
        Invalid: ends before it starts, or is longer than five years.
    """
    if last < first:
        raise Invalid("结束日期早于开始日期，请改正。", field="to")
    if (last - first).days >= LONGEST:
        raise Invalid("一次最多看五年，请缩短时段。", field="to")
    if first.year < 2000 or last.year > 2100:
        raise Invalid("请填 2000 年到 2100 年之间的日期。", field="from")
    return Period("custom", first, last)


def from_query(values: Mapping[str, str], today: date, usual: str = "month") -> Period:
    """The period an address asks for.

    Raises:
        Invalid: not a period, or not dates.
    """
    name = values.get("period") or usual
    if name != "custom":
        return period(name, today)
    return custom(_day(values, "from"), _day(values, "to"))


def _day(values: Mapping[str, str], name: str) -> date:
    try:
        return date.fromisoformat(values.get(name) or "")
    except ValueError:
        raise Invalid("请按 2026-11-21 这样填起止日期。", field=name) from None
