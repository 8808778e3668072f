"""What a recurring duty is: whom it concerns, who owes it, its periods in working time, what counts as done (B2)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
_MOST_DAYS = 120
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
        since=_day(body["since"]) or date.max,
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


def _day(said: Any) -> date | None:
    if isinstance(said, date):
        return said
    try:
        return date.fromisoformat(str(said))
    except ValueError:
        return None


@dataclass(frozen=True)
class Known:
    """What a rule may name that no catalogue says: kinds of subjects and units, roles of posts."""

    kinds: frozenset[str]
    units: frozenset[str]
    posts: frozenset[str]


def problems(body: Mapping[str, Any], known: Known) -> list[str]:
    """What is wrong with one entry by itself; what it names of other entries is checked by `together`."""
    says = [
        f"缺少 {name}" for name in ("name", "name_en", "about", "about_en", "source", "source_en") if not body.get(name)
    ]
    since = _day(body.get("since"))
    if since is None or not FIRST <= since < LAST:
        says.append("since 应当是 2015 到 2100 年间的日期，如 2026-01-01：从这天起的周期按这一版")
    says += _period_problems(body)
    concerns = body.get("concerns")
    owes = body.get("owes")
    if not isinstance(concerns, dict) or not isinstance(owes, dict):
        return [*says, "concerns（管谁）和 owes（谁的职责）都要写"]
    says += _named("concerns.kinds", concerns.get("kinds", []), known.kinds)
    says += _named("concerns.units", concerns.get("units", []), known.units)
    says += _named("owes.roles", owes.get("roles", []), known.posts)
    if bool(concerns.get("units")) == bool(concerns.get("kinds") or concerns.get("flags")):
        says.append("concerns 要么写主体（kinds、flags），要么写单位（units），写其中一样")
    if concerns.get("units") and not owes.get("roles"):
        says.append("单位的职责要写 owes.roles：由单位里哪些岗位承担")
    if not concerns.get("units") and not owes.get("lines"):
        says.append("主体的职责要写 owes.lines：由哪条责任线承担，写在前面的优先")
    return says + _way_problems(body.get("done"), of_units=bool(concerns.get("units")))


def _period_problems(body: Mapping[str, Any]) -> list[str]:
    says = []
    if body.get("after"):
        if body.get("period"):
            says.append("有 after 的职责从那件事算起，不再写 period")
        if not _whole(body.get("within"), 1, _MOST_DAYS):
            says.append(f"within 应当是 1 到 {_MOST_DAYS} 个工作日")
    elif body.get("period") not in PERIODS:
        says.append(f"period 应当是 {'、'.join(PERIODS)} 之一")
    for name, most in (("grace", 15), ("remind", 30), ("least_days", 5)):
        if name in body and not _whole(body[name], 0, most):
            says.append(f"{name} 应当是 0 到 {most} 之间的整数")
    if body.get("period") == WEEK and isinstance(body.get("grace"), int) and body["grace"] > 4:
        says.append("每周的职责宽限最多 4 个工作日，不然会和下一周的混在一起")
    return says


def _way_problems(ways: Any, *, of_units: bool) -> list[str]:
    if not isinstance(ways, list) or not ways:
        return ["done 要写明怎样算做到"]
    says = []
    for n, way in enumerate(ways, start=1):
        if not isinstance(way, dict) or not way.get("sort"):
            says.append(f"done 第 {n} 条没有 sort")
            continue
        if way.get("who", "anyone") not in WHO:
            says.append(f"done 第 {n} 条的 who 应当是 {'、'.join(WHO)} 之一")
        if of_units and way.get("who", "anyone") != "anyone":
            says.append(f"done 第 {n} 条：单位的职责不看由谁做的，who 不用写")
        if "least" in way and not _whole(way["least"], 0, 1000):
            says.append(f"done 第 {n} 条的 least 应当是 0 到 1000 之间的整数")
        for name in ("tags", "roles"):
            if not isinstance(way.get(name, []), list):
                says.append(f"done 第 {n} 条的 {name} 应当是一列")
    return says


def _named(name: str, said: Any, known: Iterable[str]) -> list[str]:
    if not isinstance(said, list):
        return [f"{name} 应当是一列"]
    strange = [str(one) for one in said if one not in set(known)]
    return [f"{name} 用了没有的：{'、'.join(strange)}"] if strange else []


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two entries ask the same of the same subjects in the same sort of period: one of them is too much."""
    if one.get("period") != other.get("period") or one.get("after") != other.get("after"):
        return False
    a, b = one.get("concerns", {}), other.get("concerns", {})
    for name in ("kinds", "flags", "units"):
        if bool(a.get(name)) != bool(b.get(name)) or (a.get(name) and not set(a[name]) & set(b[name])):
            return False
    return bool(_asked(one) & _asked(other))


def _asked(body: Mapping[str, Any]) -> set[tuple[str, str]]:
    ways = [way for way in body.get("done", ()) if way.get("sort") != RECORD]
    return {(str(way.get("sort")), tag) for way in ways for tag in way.get("tags") or ("",)}


def replaced(rule: Rule, since: date) -> Rule:
    """The rule as it counts from another day."""
    return replace(rule, since=since)
