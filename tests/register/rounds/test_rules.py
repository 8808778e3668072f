"""B2: periods in working time, versions of a running rule, and a catalogue that refuses what cannot be meant."""

import copy
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from huhang.base.catalog.rules import Sheet
from huhang.kernel.worktime import Calendar, Schedule
from huhang.register.rounds import catalogue, rules
from huhang.register.rounds.rules import Rule, Way

SCHEDULE = Schedule()
CALENDAR = Calendar.from_tables(
    [yaml.safe_load(path.read_text()) for path in sorted(Path(settings.HUHANG_CATALOG).glob("calendars/*.yaml"))]
)
FILE = yaml.safe_load((Path(settings.HUHANG_CATALOG) / "recurring_duties" / "rules.yaml").read_text())["entries"]


def rule(period: str = "month", version: int = 1, since: date = date(2026, 1, 1), **more: Any) -> Rule:
    words = dict.fromkeys(("name", "name_en", "about", "about_en"), "x")
    return Rule("r", version, since, period=period, ways=(Way("visit"),), kinds=("project",), **words, **more)


def between(*versions: Rule, since: str, until: str) -> list[rules.Period]:
    return rules.periods(
        versions,
        since=datetime.fromisoformat(since).replace(tzinfo=UTC),
        until=datetime.fromisoformat(until).replace(tzinfo=UTC),
        calendar=CALENDAR,
        schedule=SCHEDULE,
    )


def test_a_month_ends_with_its_last_working_day_and_its_grace_in_working_days() -> None:
    (one,) = between(rule(grace=3), since="2026-10-20", until="2026-10-25")
    assert (one.day, one.last) == (date(2026, 10, 1), date(2026, 10, 30))
    assert SCHEDULE.date_of(one.deadline) == date(2026, 11, 5)  # Monday to Wednesday are the grace
    assert (one.prior_day, SCHEDULE.date_of(one.zone or one.start)) == (date(2026, 9, 1), date(2026, 10, 11))


def test_a_week_without_working_days_is_not_owed() -> None:
    days = [one.day for one in between(rule("week"), since="2026-09-21", until="2026-10-20")]
    golden = [day for day in days if CALENDAR.works_between(day, rules.next_of("week", day)) == 0]
    assert golden == []
    assert len(days) >= 4


def test_a_running_period_keeps_its_version_and_no_day_is_owed_twice() -> None:
    old, new = rule("month"), rule("week", 2, date(2026, 11, 11))
    found = between(old, new, since="2026-11-01", until="2026-12-20")
    told = [(one.rule.version, one.day) for one in found]
    assert told[0] == (1, date(2026, 11, 1))
    assert told[1] == (2, date(2026, 12, 7))  # the first whole week after the month that still ran
    assert all(a.finish <= b.start for a, b in pairwise(found))


def test_a_quarter_and_the_days_after_a_record() -> None:
    (one,) = between(rule("quarter"), since="2026-11-20", until="2026-11-21")
    assert (one.day, one.last) == (date(2026, 10, 1), date(2026, 12, 31))
    made = rules.after(rule("after", after="training", within=5, grace=1), date(2026, 11, 20), CALENDAR, SCHEDULE)
    assert (made.last, SCHEDULE.date_of(made.deadline)) == (date(2026, 11, 27), date(2026, 12, 1))


def test_reminding_begins_working_days_before_the_last() -> None:
    (one,) = between(rule(remind=5), since="2026-11-20", until="2026-11-21")
    assert SCHEDULE.date_of(rules.reminded_from(one.rule, one.last, one.start, CALENDAR, SCHEDULE)) == date(
        2026, 11, 23
    )


def test_nothing_owed_is_no_share() -> None:
    assert rules.coverage(0, 0, 0) is None
    assert rules.coverage(0, 2, 2) is None
    assert rules.coverage(3, 5, 1) == 0.75


def test_what_ships_is_in_order() -> None:
    assert [catalogue.check(copy.deepcopy(body)) for body in FILE] == [[]] * len(FILE)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"since": "soon"}, "since"),
    ({"since": "0001-01-01"}, "2015"),
    ({"period": "year"}, "period"),
    ({"after": "training", "within": 5}, "不再写 period"),
    ({"period": None, "after": "training", "within": 0}, "within"),
    ({"grace": 40}, "grace"),
    ({"period": "week", "grace": 5}, "每周"),
    ({"name_en": ""}, "name_en"),
    ({"concerns": {"kinds": ["castle"]}}, "castle"),
    ({"concerns": {"kinds": "project"}}, "一列"),
    ({"concerns": {}}, "写其中一样"),
    ({"concerns": {"kinds": ["project"], "units": ["county"]}}, "写其中一样"),
    ({"concerns": {"units": ["county"]}, "owes": {}}, "owes.roles"),
    ({"owes": {}}, "owes.lines"),
    ({"owes": {"lines": ["officer"], "roles": ["king"]}}, "king"),
    ({"owes": None}, "都要写"),
    ({"done": []}, "怎样算做到"),
    ({"done": [{"tags": ["needs"]}]}, "没有 sort"),
    ({"done": [{"sort": "visit", "who": "me"}]}, "who"),
    ({"done": [{"sort": "visit", "least": -1}]}, "least"),
    ({"done": [{"sort": "visit", "roles": "head"}]}, "roles"),
    (
        {"concerns": {"units": ["county"]}, "owes": {"roles": ["chief"]}, "done": [{"sort": "x", "who": "unit"}]},
        "不用写",
    ),
    ({"code": "x" * 41}, "code"),
]


@pytest.mark.parametrize(("change", "says"), WRONG, ids=[says for _change, says in WRONG])
def test_a_rule_that_cannot_be_meant_is_refused_with_its_reason(change: dict[str, Any], says: str) -> None:
    body = {**copy.deepcopy(FILE[0]), **change}
    assert any(says in one for one in catalogue.check(body))


def _sheets(*bodies: dict[str, Any]) -> list[Sheet]:
    named = [
        ("liaison_plan", "default", {"lines": {"officer": {}, "station_chief": {}}}),
        ("contact_roles", "head", {}),
        ("contact_roles", "legal", {}),
        *(("visit_purposes", code, {}) for code in ("return", "around", "progress")),
        ("subject_classes", "city", {}),
    ]
    sheets = [Sheet(kind, code, 1, body, "f") for kind, code, body in named]
    return [*sheets, *(Sheet("recurring_duties", b["code"], b["version"], b, "f") for b in bodies)]


def test_names_that_are_not_there_and_the_same_duty_twice_stop_a_load() -> None:
    # bad input: an unknown class, an unknown line, role, purpose or sort; overlapping rules
    assert catalogue.together(_sheets(*FILE)) == []
    base = copy.deepcopy(FILE[0])
    strange = [
        {"concerns": {"kinds": ["project"], "flags": ["castle"]}},
        {"owes": {"lines": ["nobody"]}},
        {"done": [{"sort": "dance"}]},
        {"done": [{"sort": "visit", "roles": ["king"]}]},
        {"done": [{"sort": "visit", "tags": ["tea"]}]},
        {"purpose": "tea"},
    ]
    for change in strange:
        assert len(catalogue.together(_sheets({**base, **change}))) == 1, change
    (twice,) = catalogue.together(_sheets(base, {**base, "code": "again"}))
    assert "重了" in twice.says
    for other in ({"period": "week"}, {"concerns": {"kinds": ["park"]}}, {"concerns": {"flags": ["city"]}}):
        assert catalogue.together(_sheets(base, {**base, "code": "other", **other})) == []
