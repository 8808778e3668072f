"""Rules of visits: the server's time, the quarter, and a catalogue that cannot ask for findings."""

import copy
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.conf import settings

from huhang.kernel.errors import Invalid
from huhang.kinds.visits import catalogue
from huhang.kinds.visits.rules import Rule, quarter_of, took_place
from tests.factories.city import NOW

RULE = Rule("default@1", {"default": 3, "park": 0}, 14, 31, 15, 92)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("device_at", "device_now", "wanted"),
    [
        (None, None, NOW),
        (NOW - 2 * HOUR, NOW, NOW - 2 * HOUR),
        (NOW + DAY - 2 * HOUR, NOW + DAY, NOW - 2 * HOUR),
        (NOW - DAY - 2 * HOUR, NOW - DAY, NOW - 2 * HOUR),
        (NOW - 2 * HOUR, None, NOW - 2 * HOUR),
        (NOW + DAY, None, NOW),
        (NOW + DAY, NOW, NOW),
    ],
)
def test_a_device_is_moved_by_how_far_its_clock_is_off(
    device_at: datetime | None, device_now: datetime | None, wanted: datetime
) -> None:
    assert took_place(device_at=device_at, device_now=device_now, now=NOW, back=RULE) == wanted


def test_a_visit_of_long_ago_is_refused_but_for_the_system() -> None:
    old = NOW - 31 * DAY
    with pytest.raises(Invalid):
        took_place(device_at=old, device_now=NOW, now=NOW, back=RULE)
    assert took_place(device_at=old, device_now=NOW, now=NOW, back=None) == old


def test_quarters_and_caps() -> None:
    days = [date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1), date(2026, 12, 31)]
    assert [quarter_of(day) for day in days] == ["2026Q1", "2026Q1", "2026Q2", "2026Q4"]
    assert (RULE.most("enterprise"), RULE.most("park")) == (3, 0)


def entry(kind: str, code: str = "") -> dict[str, Any]:
    for path in (Path(settings.HUHANG_CATALOG) / kind).glob("*.yaml"):
        for one in yaml.safe_load(path.read_text())["entries"]:
            if not code or one["code"] == code:
                return copy.deepcopy(one)
    raise AssertionError(kind)


@pytest.mark.parametrize(
    "words", ["消防检查有没有问题", "有无安全隐患", "去年受过处罚吗", "Any violation found", "Last penalty"]
)
def test_questions_of_inspections_and_penalties_are_refused(words: str) -> None:
    sheet = entry("visit_sheets")
    assert catalogue.check_sheet(sheet) == []
    for place in (sheet["questions"][0], sheet["questions"][0]["options"][0], sheet):
        worse, name = sheet, "text" if "text" in place else "name"
        before, place[name] = place[name], words
        assert any("走访不得代替检查" in says for says in catalogue.check_sheet(worse)), place
        place[name] = before
    purpose = entry("visit_purposes")
    assert catalogue.check_purpose({**purpose, "name": words})


@pytest.mark.parametrize(
    ("kind", "check", "spoilt"),
    [
        ("visit_rules", catalogue.check_rule, {"cap": {"enterprise": 3}}),
        ("visit_rules", catalogue.check_rule, {"cap": {"default": 3, "castle": 1}}),
        ("visit_rules", catalogue.check_rule, {"cap": {"default": -1}}),
        ("visit_rules", catalogue.check_rule, {"rate_days": 0}),
        ("visit_rules", catalogue.check_rule, {"name_en": ""}),
        ("visit_causes", catalogue.check_cause, {"counts": "yes"}),
        ("visit_causes", catalogue.check_cause, {"counts": False}),
        ("visit_causes", catalogue.check_cause, {"needs": "a word"}),
        ("visit_purposes", catalogue.check_purpose, {"order": "1"}),
        ("visit_conduct", catalogue.check_conduct, {"sort": "maybe"}),
        ("visit_conduct", catalogue.check_conduct, {"order": None, "code": "x" * 25}),
        ("visit_sheets", catalogue.check_sheet, {"questions": []}),
        ("visit_sheets", catalogue.check_sheet, {"questions": ["x"]}),
        (
            "visit_sheets",
            catalogue.check_sheet,
            {"questions": [{"code": "a", "kind": "x", "text": "a", "text_en": "a"}]},
        ),
        (
            "visit_sheets",
            catalogue.check_sheet,
            {"questions": [{"code": "a", "kind": "one", "text": "a", "text_en": "a", "options": [{"code": "b"}]}]},
        ),
        (
            "visit_sheets",
            catalogue.check_sheet,
            {"questions": [{"code": "a", "kind": "number", "text": "a", "text_en": "a", "most": "many"}]},
        ),
    ],
)
def test_the_checker_says_what_is_wrong(kind: str, check: Any, spoilt: dict[str, Any]) -> None:
    whole = entry(kind)
    assert check(whole) == []
    assert check({**whole, **spoilt})


def test_no_column_of_a_visit_can_hold_a_finding() -> None:
    """STANDARDS §15, 12: a service visit may not be used as an inspection."""
    names = {field.name for model in apps.get_app_config("visits").get_models() for field in model._meta.get_fields()}
    assert not {n for n in names if any(w in n for w in ("finding", "penalt", "violation", "hazard", "result"))}
