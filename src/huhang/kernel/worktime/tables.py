"""One year of holidays and make-up days as a published notice lays it down, and the table it is kept in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from huhang.kernel.errors import Invalid

FESTIVALS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
"""What every yearly notice arranges (全国年节及纪念日放假办法)."""

_DAY = timedelta(days=1)
_LONGEST = 15
"""Days; no holiday has been longer than ten, so a longer span is a slip of the pen."""


@dataclass(frozen=True)
class Year:
    """What the notice for one year changes against the plain Monday-to-Friday week.

    Args:
        year: the year in the notice's title; late-December days of the year before may belong to it.
        version: rises when the table is corrected or the State Council amends the notice.
        source: the notice, so that a person can look it up.
        off: days without work, weekend days inside a holiday included, with the holiday's name.
        work: weekend days that are worked (补班), with the holiday they make up for.
    """

    year: int
    version: int
    source: str
    off: Mapping[date, str] = field(hash=False)
    work: Mapping[date, str] = field(hash=False)

    @property
    def tag(self) -> str:
        """Year and version as printed beside a counted day, e.g. ``2026.1``."""
        return f"{self.year}.{self.version}"


def year_of(table: Mapping[str, Any]) -> Year:
    """Read one table of the shape kept in ``catalog/calendars``.

    ``{year, version, source, holidays: [{name, first, last, work: [...]}]}``; a holiday of one day needs no ``last``.

    Raises:
        Invalid: with the holiday and what is wrong with it.
    """
    try:
        year, version, source = int(table["year"]), int(table["version"]), str(table["source"])
        holidays = [(str(h["name"]), h) for h in table["holidays"]]
    except (KeyError, TypeError, ValueError) as why:
        raise Invalid("节假日表缺少或写错了 year、version、source 或 holidays：%(why)s", params={"why": why}) from why
    off: dict[date, str] = {}
    work: dict[date, str] = {}
    for name, holiday in holidays:
        if "first" in holiday:
            for day in _span(year, name, holiday):
                put(off, day, name, place=name)
        for value in holiday.get("work") or ():
            put(work, _date(value, name), name, place=name)
    return Year(year, version, source, off, work)


def table_of(year: Year) -> dict[str, Any]:
    """The table of a year, ready to be written as YAML and read back by `year_of`."""
    worked: dict[str, list[date]] = {}
    for day, name in sorted(year.work.items()):
        worked.setdefault(name, []).append(day)
    holidays: list[dict[str, Any]] = [
        {"name": name, "first": first, "last": last, "work": worked.pop(name, [])}
        for name, first, last in _runs(year.off)
    ]
    holidays += [{"name": name, "work": days} for name, days in worked.items()]
    return {
        "code": f"cn-{year.year}",
        "version": year.version,
        "year": year.year,
        "source": year.source,
        "holidays": holidays,
    }


def validate(year: Year) -> list[str]:
    """Everything doubtful about a year, as Chinese sentences; empty when it can be put to use."""
    problems = []
    for day in sorted({*year.off, *year.work}):
        if day.year != year.year and (day.year, day.month) != (year.year - 1, 12):
            problems.append(f"{day:%Y-%m-%d} 不属于 {year.year} 年的通知（只可以涉及上一年 12 月下旬）。")
        if day in year.off and day in year.work:
            problems.append(f"{day:%Y-%m-%d} 既列为放假又列为上班。")
        if not (year.off.get(day) or year.work.get(day)):
            problems.append(f"{day:%Y-%m-%d} 没有写明是哪个节日。")
    problems += [
        f"{day:%Y-%m-%d} 是星期{'一二三四五'[day.weekday()]}，本来就上班，不应列为补班。"
        for day in sorted(year.work)
        if day.weekday() < 5
    ]
    names = "、".join(year.off.values())
    if missing := [name for name in FESTIVALS if name not in names]:
        problems.append(f"没有列出：{'、'.join(missing)}。")
    return problems


def put(into: dict[date, str], day: date, name: str, *, place: str) -> None:
    """Enter one day, once.

    Raises:
        Invalid: the day is already there; ``place`` tells where it was said again.
    """
    if day in into:
        raise Invalid("%(day)s 写了两次：%(place)s", params={"day": day.isoformat(), "place": place})
    into[day] = name


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from ``first`` to ``last``, both included."""
    while first <= last:
        yield first
        first += _DAY


def _span(year: int, name: str, holiday: Mapping[str, Any]) -> Iterator[date]:
    first = _date(holiday.get("first"), name)
    last = _date(holiday.get("last") or first, name)
    if not 0 <= (last - first).days < _LONGEST:
        raise Invalid("%(year)s 年%(name)s的起止日期不对。", params={"year": year, "name": name})
    return days_between(first, last)


def _runs(days: Mapping[date, str]) -> Iterator[tuple[str, date, date]]:
    """Unbroken stretches of one holiday, in order."""
    run: tuple[str, date, date] | None = None
    for day, name in sorted(days.items()):
        if run and run[0] == name and run[2] + _DAY == day:
            run = (name, run[1], day)
            continue
        if run:
            yield run
        run = (name, day, day)
    if run:
        yield run


def _date(value: object, name: str) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Invalid("%(name)s：%(value)s 不是日期。", params={"name": name, "value": value}) from None
