"""The working-day calendar: what kind of day a date is, which notice says so, and whether that may still change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any, Literal, NamedTuple

from huhang.kernel.worktime.tables import Year, year_of

Kind = Literal["work", "weekend", "holiday", "makeup"]

_OPEN_FROM = (12, 25)
"""Month and day from which the next year's notice may still move days (it did in 2018-12-29 and 2022-12-31)."""


class Day(NamedTuple):
    """A date as the calendar knows it.

    ``name`` is the holiday a day off or a make-up day belongs to. ``year`` and ``version`` are the table that decided;
    version 0 means that no notice for that year is known.
    """

    date: date
    kind: Kind
    name: str
    year: int
    version: int
    provisional: bool

    @property
    def works(self) -> bool:
        """Whether the offices work: ordinary and make-up working days."""
        return self.kind in ("work", "makeup")

    @property
    def tag(self) -> str:
        """The deciding table, e.g. ``2026.1``."""
        return f"{self.year}.{self.version}"


@dataclass(frozen=True)
class Calendar:
    """Dated holiday tables, one a year; the later notice wins where two speak of one day.

    Dates beyond the published tables follow Monday to Friday and are marked provisional: the calendar never raises
    and never pretends to know (STANDARDS §11, trap 4).
    """

    years: tuple[Year, ...] = ()
    _days: dict[date, Day] = field(default_factory=dict, init=False, repr=False, compare=False)
    _counts: dict[int, list[int]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def from_tables(cls, tables: Iterable[Mapping[str, Any]]) -> "Calendar":
        """Build from the tables of ``catalog/calendars``; of two versions of a year the higher is kept.

        Raises:
            Invalid: a table cannot be read.
        """
        calendar = cls()
        for table in tables:
            calendar = calendar.with_year(year_of(table))
        return calendar

    def with_year(self, year: Year) -> "Calendar":
        """This calendar with one more year, as after importing a notice; an older version never replaces a newer."""
        known = {y.year: y for y in self.years}
        if year.year not in known or known[year.year].version <= year.version:
            known[year.year] = year
        return Calendar(tuple(known[number] for number in sorted(known)))

    @cached_property
    def version(self) -> str:
        """All tables in use, e.g. ``2025.1+2026.2``: stored with every date computed from them."""
        return "+".join(year.tag for year in self.years)

    def kind_of(self, day: date) -> Day:
        """What kind of day this is and who says so."""
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = self._judge(day)
        return known

    def works_between(self, first: date, end: date) -> int:
        """Number of working days in ``[first, end)``; nothing when ``end`` is not after ``first``."""
        if end <= first:
            return 0
        whole = sum(self._count(year)[-1] for year in range(first.year, end.year))
        return whole + self._before(end) - self._before(first)

    def next_working(self, day: date) -> date:
        """The first working day after ``day``."""
        day += timedelta(days=1)
        while not self.kind_of(day).works:
            day += timedelta(days=1)
        return day

    def _judge(self, day: date) -> Day:
        if said := self._said.get(day):
            return said
        table = self._tables.get(day.year)
        open_end = (day.month, day.day) >= _OPEN_FROM and day.year + 1 not in self._tables
        kind: Kind = "work" if day.weekday() < 5 else "weekend"
        return Day(day, kind, "", day.year, table.version if table else 0, table is None or open_end)

    @cached_property
    def _tables(self) -> dict[int, Year]:
        return {year.year: year for year in self.years}

    @cached_property
    def _said(self) -> dict[date, Day]:
        said: dict[date, Day] = {}
        for year in sorted(self.years, key=lambda y: y.year):
            for day, name in year.off.items():
                said[day] = Day(day, "holiday", name, year.year, year.version, False)
            for day, name in year.work.items():
                said[day] = Day(day, "makeup", name, year.year, year.version, False)
        return said

    def _before(self, day: date) -> int:
        """Working days of the year before ``day``."""
        return self._count(day.year)[day.timetuple().tm_yday - 1]

    def _count(self, year: int) -> list[int]:
        """Running count of the year's working days: item ``i`` covers its first ``i`` days."""
        counts = self._counts.get(year)
        if counts is None:
            first = date(year, 1, 1)
            length = date(year, 12, 31).timetuple().tm_yday
            works = (self.kind_of(first + timedelta(days=i)).works for i in range(length))
            counts = self._counts[year] = list(accumulate(works, initial=0))
        return counts
