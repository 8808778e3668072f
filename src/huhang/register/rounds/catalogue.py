"""This room's catalogue entry: recurring duties in versions, checked one by one and together."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import combinations
from typing import Any

from django.utils.translation import get_language

from huhang.base.access.rules import ROLES
from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.base.catalog.models import Entry
from huhang.base.catalog.rules import Problem, Sheet
from huhang.register.liaisons.catalogue import PLAN
from huhang.register.rounds import checking, declaring, rules
from huhang.register.rounds.checking import Known
from huhang.register.rounds.rules import Period, Rule, rule_of
from huhang.register.subjects.catalogue import CLASSES
from huhang.register.subjects.catalogue import ROLES as CONTACTS
from huhang.register.subjects.models import Subject
from huhang.register.units.models import Unit

DUTIES = "recurring_duties"
_CODE = 40


def known() -> Known:
    """What a rule may name."""
    return Known(frozenset(Subject.Kind.values), frozenset(Unit.Kind.values), frozenset(ROLES))


def check(body: dict[str, Any]) -> list[str]:
    """What is wrong with a duty by itself."""
    says = checking.problems(body, known())
    if len(str(body.get("code", ""))) > _CODE:
        says.append(f"code 最长 {_CODE} 个字符")
    return says


def together(sheets: Sequence[Sheet]) -> list[Problem]:
    """What is wrong with the duties among the other entries: names there are not, and the same asked twice."""
    codes: dict[str, set[str]] = defaultdict(set)
    for sheet in sheets:
        codes[sheet.kind].add(sheet.code)
    lines = {rules.POSTED, *(line for s in sheets if s.kind == PLAN for line in s.body.get("lines", {}))}
    mine = [s for s in sheets if s.kind == DUTIES and not check(s.body)]
    found = []
    for sheet in mine:
        concerns, owes = sheet.body["concerns"], sheet.body["owes"]
        asked: list[tuple[str, list[Any], Collection[str]]] = [
            ("concerns.flags", concerns.get("flags", []), codes[CLASSES]),
            ("owes.lines", owes.get("lines", []), lines),
        ]
        sorts = [way["sort"] for way in sheet.body["done"]]
        asked.append(("sort", [*sorts, *filter(None, [sheet.body.get("after")])], declaring.sorts()))
        if purpose := sheet.body.get("purpose"):
            asked.append(("purpose", [purpose], codes[declaring.tags_of("visit")]))
        for way in sheet.body["done"]:
            asked.append(("done.roles", way.get("roles", []), codes[CONTACTS]))
            if kind := declaring.tags_of(way["sort"]):
                asked.append(("done.tags", way.get("tags", []), codes[kind]))
        found += [
            Problem(sheet.file, sheet.code, f"{name} 用了没有的：{'、'.join(strange)}")
            for name, named, there in asked
            if (strange := [str(one) for one in named if one not in there])
        ]
    newest = {sheet.code: sheet for sheet in sorted(mine, key=lambda s: s.version)}
    found += [
        Problem(b.file, b.code, f"和“{a.body['name']}”重了：同样的主体、同样的周期、同样的做法，请并成一条")
        for a, b in combinations(newest.values(), 2)
        if checking.overlap(a.body, b.body)
    ]
    return found


def register() -> None:
    """Makes the kind of entry known to the catalogue."""
    registry.register(DUTIES, check)
    registry.register_whole(DUTIES, together)


_held: tuple[Any, dict[str, list[Rule]], dict[str, date]] | None = None


def versions() -> tuple[Mapping[str, list[Rule]], Mapping[str, date]]:
    """Every rule's versions in order, each from the day it counts, and the days on which rules were given up.

    The first version counts from the day it says, so that a register begun earlier has its past; a later one not before
    it was loaded: nobody is late by a rule there was not.
    """
    global _held
    snapshot = catalog.snapshot()
    if _held is None or _held[0] is not snapshot:
        schedule = snapshot.schedule
        found: dict[str, list[Rule]] = defaultdict(list)
        ended: dict[str, date] = {}
        for entry in Entry.objects.filter(kind=DUTIES).order_by("code", "version"):
            rule = rule_of(entry.version, entry.body)
            since = max(rule.since, schedule.date_of(entry.loaded_at)) if found[rule.code] else rule.since
            found[rule.code].append(rules.replaced(rule, since))
            if entry.withdrawn_at is None:
                ended.pop(rule.code, None)
            else:
                ended[rule.code] = schedule.date_of(entry.withdrawn_at)
        _held = snapshot, dict(found), ended
    return _held[1], _held[2]


def rule(code: str, version: int = 0) -> Rule | None:
    """A rule in one version, or in its newest; none when there is none."""
    of_code = versions()[0].get(code, [])
    return next((one for one in reversed(of_code) if not version or one.version == version), None)


def standing() -> list[Rule]:
    """The newest version of every rule that is not given up, in the order of the catalogue's names."""
    found, ended = versions()
    return [of_code[-1] for code, of_code in found.items() if code not in ended]


def concerns(kind: str, flags: Collection[str]) -> bool:
    """Whether any duty that comes by the calendar concerns a subject of this kind with these classes."""
    return any(
        not rule.of_units
        and not rule.after
        and (not rule.kinds or kind in rule.kinds)
        and (not rule.flags or set(flags) & set(rule.flags))
        for rule in standing()
    )


def periods(since: datetime, until: datetime) -> dict[str, list[Period]]:
    """Rule → its calendar periods that touch [``since``, ``until``); rules that go by records have none."""
    found, ended = versions()
    calendar, schedule = catalog.calendar(), catalog.schedule()
    told = {}
    for code, of_code in found.items():
        if of_code[-1].after:
            continue
        last = min(until, schedule.at(ended[code], time())) if code in ended else until
        known = rules.periods(of_code, since=since, until=until, calendar=calendar, schedule=schedule)
        told[code] = [one for one in known if one.start < last]
    return told


def raised(code: str, day: date) -> Period | None:
    """What a record of a day gives rise to by the version in force then; none before the first or after the last."""
    found, ended = versions()
    if code in ended and day >= ended[code]:
        return None
    of_code = [one for one in found.get(code, []) if one.since <= day and one.after]
    return rules.after(of_code[-1], day, catalog.calendar(), catalog.schedule()) if of_code else None


def longest() -> timedelta:
    """No duty is open for longer than this after it began."""
    return timedelta(days=260)


def name_of(rule: Rule) -> str:
    """What a rule is called in the reader's language."""
    return rule.name_en if (get_language() or "").startswith("en") else rule.name


def about(rule: Rule) -> str:
    """What a rule asks, in a sentence."""
    return rule.about_en if (get_language() or "").startswith("en") else rule.about
