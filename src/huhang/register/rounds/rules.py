"""What a recurring duty is: whom it concerns, who owes it, its periods in working time, what counts as done (B2)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from huhang.kernel.worktime import Calendar, Schedule

WEEK, MONTH, QUARTER, AFTER = "week", "month", "quarter", "after"
PERIODS = (WEEK, MONTH, QUARTER)
WHO = ("owes", "liaison", "unit", "anyone")
"""Who may have done it: whoever holds one of the lines that owe it, whoever answers for the subject in any line,
anybody of the subject's unit or of the branch above it, anybody."""
DUE, DONE, LATE, EXCUSED = "due", "done", "late", "excused"
STATES = (DUE, DONE, LATE, EXCUSED)
POSTED = "posted"
"""Beside the lines of the plan: whoever is posted in a police post (B4)."""
RECORD = "record"
"""The sort of what an officer writes down here, without a record of its own elsewhere."""
FIRST, LAST = date(2015, 1, 1), date(2100, 1, 1)
"""No duty begins before or after: days beyond are a slip of the pen."""


@dataclass(frozen=True)
class Way:
    """One way of doing a duty: a record of a sort, as rooms declare them (`declaring`).

    Attributes:
        tags: the record has one of these tags (a visit: its purpose); none means any.
        roles: a contact in one of these roles was met; none means whoever.
        who: one of `WHO`.
        least: so many subjects took part at least (a symposium).
    """

    sort: str
    tags: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    who: str = "anyone"
    least: int = 0


@dataclass(frozen=True)
class Rule:
    """A duty in one version. It concerns subjects of ``kinds`` (with one of ``flags``, if named), or units of
    ``units``; ``lines`` owe it in this order, for a unit whoever holds one of ``roles`` there.

    ``grace`` and ``remind`` count working days: after the end of a period before it is late, and before the end when it
    is reminded of. A period with fewer than ``least_days`` working days is not owed at all (a holiday week). A rule
    with ``after`` has no calendar period: each record of that sort gives ``within`` working days. ``purpose`` is
    what a visit made for it is for, filled in when its form is opened.
    """

    code: str
    version: int
    since: date
    name: str
    name_en: str
    about: str
    about_en: str
    period: str
    ways: tuple[Way, ...]
    kinds: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    grace: int = 0
    remind: int = 3
    least_days: int = 1
    after: str = ""
    within: int = 0
    purpose: str = ""

    @property
    def of_units(self) -> bool:
        """Whether units owe it as such and no subject is concerned."""
        return bool(self.units)

    @property
    def by_hand(self) -> bool:
        """Whether an officer may write down here that it was done."""
        return any(way.sort == RECORD for way in self.ways)


@dataclass(frozen=True)
class Period:
    """One period of a rule. ``day`` is its first day and with rule and subject its key; ``last`` the last working day.

    What counts was done in [``start``, ``finish``); until ``deadline`` it may be made good. ``prior`` is the start of
    the period before, ``zone`` that period's deadline: what was done before ``zone`` may have been its.
    """

    rule: Rule
    day: date
    last: date
    start: datetime
    finish: datetime
    deadline: datetime
    prior: datetime | None = None
    zone: datetime | None = None
    prior_day: date | None = None
    subject: UUID | None = None


def first_of(unit: str, day: date) -> date:
    """The first day of the week, month or quarter a day lies in."""
    if unit == WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1, month=day.month if unit == MONTH else (day.month - 1) // 3 * 3 + 1)


def next_of(unit: str, first: date) -> date:
    """The first day of the next period, given the first day of one."""
    if unit == WEEK:
        return first + timedelta(days=7)
    months = first.year * 12 + first.month - 1 + (1 if unit == MONTH else 3)
    return date(months // 12, months % 12 + 1, 1)


def firsts(unit: str, since: date, until: date) -> Iterator[date]:
    """First days of the periods that begin in [``since``, ``until``)."""
    day = first_of(unit, since)
    while day < since:
        day = next_of(unit, day)
    while day < until:
        yield day
        day = next_of(unit, day)


def starts(versions: Sequence[Rule], until: date) -> list[tuple[Rule, date]]:
    """Every period that begins before a day, with the version it keeps.

    A period that runs when a new version comes into force is lived through under the old one; the new one begins with
    its first whole period after that, so that no day is owed twice.

    Args:
        versions: the versions of one rule in order, ``since`` being the day each comes into force.
    """
    found: list[tuple[Rule, date]] = []
    free = date.min
    for n, rule in enumerate(versions):
        end = versions[n + 1].since if n + 1 < len(versions) else until
        begun = [(rule, day) for day in firsts(rule.period, max(rule.since, free), min(end, until))]
        found += begun
        if begun:
            free = next_of(rule.period, begun[-1][1])
    return found


def periods(
    versions: Sequence[Rule], *, since: datetime, until: datetime, calendar: Calendar, schedule: Schedule
) -> list[Period]:
    """The periods of a rule that touch [``since``, ``until``), each knowing the one before it."""
    begun = starts(versions, schedule.date_of(until) + timedelta(days=1))
    found: list[Period] = []
    before: Period | None = None
    for rule, day in begun:
        made = _period(rule, day, calendar, schedule, before)
        if made is None:
            continue
        if made.start < until and made.deadline > since:
            found.append(made)
        before = made
    return found


def _period(rule: Rule, day: date, calendar: Calendar, schedule: Schedule, before: Period | None) -> Period | None:
    end = next_of(rule.period, day)
    if calendar.works_between(day, end) < rule.least_days:
        return None
    start = schedule.at(day, time())
    touches = before is not None and before.deadline > start
    return Period(
        rule,
        day,
        last_working(end - timedelta(days=1), calendar),
        start,
        schedule.at(end, time()),
        _deadline(end, rule.grace, calendar, schedule),
        before.start if before is not None and touches else None,
        before.deadline if before is not None and touches else None,
        before.day if before is not None and touches else None,
    )


def after(rule: Rule, day: date, calendar: Calendar, schedule: Schedule) -> Period:
    """What a record of a day gives rise to: from the day after it, for so many working days."""
    first = day + timedelta(days=1)
    last = day
    for _n in range(rule.within):
        last = calendar.next_working(last)
    end = last + timedelta(days=1)
    return Period(
        rule,
        day,
        last,
        schedule.at(first, time()),
        schedule.at(end, time()),
        _deadline(end, rule.grace, calendar, schedule),
    )


def _deadline(end: date, grace: int, calendar: Calendar, schedule: Schedule) -> datetime:
    """Midnight after the last day of grace; ``end`` is the first day that is no longer in the period."""
    last = end - timedelta(days=1)
    for _n in range(grace):
        last = calendar.next_working(last)
    return schedule.at(last + timedelta(days=1), time())


def last_working(day: date, calendar: Calendar) -> date:
    """The day itself if it is worked, else the last working day before it."""
    while not calendar.kind_of(day).works:
        day -= timedelta(days=1)
    return day


def reminded_from(rule: Rule, last: date, start: datetime, calendar: Calendar, schedule: Schedule) -> datetime:
    """From when on a duty is reminded of: the morning so many working days before its last, never before it began."""
    day = last
    for _n in range(rule.remind):
        day = last_working(day - timedelta(days=1), calendar)
    return max(schedule.at(day, time()), start)


def coverage(done: int, owed: int, excused: int) -> float | None:
    """Done out of owed without what was excused; nothing where nothing was to be done (HOUSE §2.7)."""
    whole = owed - excused
    return done / whole if whole > 0 else None


def rule_of(version: int, body: Mapping[str, Any]) -> Rule:
    """The rule of a catalogue entry that passed `problems`."""
    concerns, owes = body["concerns"], body["owes"]
    return Rule(
        code=str(body["code"]),
        version=version,
        since=day_of(body["since"]) or date.max,
        name=str(body["name"]),
        name_en=str(body["name_en"]),
        about=str(body["about"]),
        about_en=str(body["about_en"]),
        period=str(body.get("period", AFTER)),
        ways=tuple(
            Way(
                str(way["sort"]),
                tuple(way.get("tags", ())),
                tuple(way.get("roles", ())),
                str(way.get("who", "anyone")),
                int(way.get("least", 0)),
            )
            for way in body["done"]
        ),
        kinds=tuple(concerns.get("kinds", ())),
        flags=tuple(concerns.get("flags", ())),
        units=tuple(concerns.get("units", ())),
        lines=tuple(owes.get("lines", ())),
        roles=tuple(owes.get("roles", ())),
        grace=int(body.get("grace", 0)),
        remind=int(body.get("remind", 3)),
        least_days=int(body.get("least_days", 1)),
        after=str(body.get("after", "")),
        within=int(body.get("within", 0)),
        purpose=str(body.get("purpose", "")),
    )


def day_of(said: Any) -> date | None:
    if isinstance(said, date):
        return said
    try:
        return date.fromisoformat(str(said))
    except ValueError:
        return None


def replaced(rule: Rule, since: date) -> Rule:
    """The rule as it counts from another day."""
    return replace(rule, since=since)
