"""D2: from a date to a level, and thresholds that cannot be loaded wrong."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from huhang.kernel.worktime import Calendar, Schedule
from huhang.kinds.cards.catalogue import check
from huhang.kinds.cards.rules import LEVELS, RANK, ladder_of

BODY = yaml.safe_load(Path("catalog/card_thresholds/default.yaml").read_text(encoding="utf-8"))["entries"][0]
LADDER, CALENDAR, SCHEDULE = ladder_of(BODY), Calendar(), Schedule()
DUE = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
"""Friday 17:30 in Shanghai."""
LONG_BEFORE = DUE - timedelta(days=20)


def level(day: int, hour: int = 2, *, start: datetime = LONG_BEFORE) -> str:
    return LADDER.by_clock(DUE, start, datetime(2026, 11, day, hour, tzinfo=UTC), CALENDAR, SCHEDULE)


def test_the_defaults_of_the_standard() -> None:
    """STANDARDS §14: blue ≤ 2 working days left, yellow due today or 1–2 over, orange 3–4, red from 5 on."""
    told = {17: "", 18: "blue", 19: "blue", 20: "yellow", 21: "yellow", 22: "yellow", 23: "yellow", 24: "yellow"}
    told |= {25: "orange", 26: "orange", 27: "red", 30: "red"}
    assert {day: level(day) for day in told} == told
    assert level(20, 10) == "yellow"  # half an hour past


def test_a_short_period_is_not_warned_of_on_the_day_it_begins() -> None:
    two_days = datetime(2026, 11, 18, 2, tzinfo=UTC)
    assert [level(day, start=two_days) for day in (18, 19, 20, 23, 25)] == ["", "", "yellow", "yellow", "orange"]
    same_day = datetime(2026, 11, 20, 1, tzinfo=UTC)
    assert level(20, 2, start=same_day) == ""
    assert level(20, 10, start=same_day) == "yellow"


def test_a_clock_that_stands_still_has_no_level() -> None:
    assert LADDER.by_clock(None, LONG_BEFORE, DUE, CALENDAR, SCHEDULE) == ""


def test_the_edges_of_a_query_are_the_levels_of_the_rule() -> None:
    """HOUSE §2.3: the colour as a condition of the database and as a function are one thing."""
    for step in range(0, 30 * 24, 7):
        now = datetime(2026, 11, 5, tzinfo=UTC) + timedelta(hours=step)
        edges = LADDER.edges(now, CALENDAR, SCHEDULE)
        by_edge = next((name for name in reversed(LEVELS) if edges[name] > DUE), "")
        assert by_edge == LADDER.by_clock(DUE, LONG_BEFORE, now, CALENDAR, SCHEDULE), now


def test_levels_rise_and_never_fall_while_time_passes() -> None:
    ranks = [RANK.get(level(1 + n // 24, n % 24), 0) for n in range(30 * 24 - 24)]
    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2, 3, 4}


def wrong(**changes: Any) -> list[str]:
    body = deepcopy(BODY)
    for path, value in changes.items():
        level_, key = path.split("__")
        body["levels"][level_][key] = value
    return check(body)


def test_what_is_loaded_is_right() -> None:
    assert check(BODY) == []


@pytest.mark.parametrize(
    ("changes", "say"),
    [
        ({"yellow__from": -1}, "重叠"),
        ({"orange__from": 4}, "空了 1 天"),
        ({"yellow__unanswered": "yellow"}, "圈"),
        ({"yellow__unanswered": "orange", "orange__unanswered": "yellow"}, "yellow → orange → yellow"),
        ({"orange__unanswered": "blue"}, "更轻"),
        ({"red__to": 9}, "没有上限"),
        ({"blue__to": -3}, "比 from 还早"),
        ({"blue__from": "两天"}, "整数"),
        ({"blue__answer": {"amount": 0, "unit": "working_days"}}, "amount"),
        ({"blue__answer": {"amount": 1, "unit": "weeks"}}, "unit"),
        ({"blue__unanswered": "purple"}, "四级之一"),
    ],
)
def test_thresholds_that_overlap_gape_or_go_in_circles_are_told_in_a_sentence(
    changes: dict[str, Any], say: str
) -> None:
    told = wrong(**changes)
    assert told
    assert any(say in sentence for sentence in told), told


def test_missing_parts_are_told() -> None:
    assert check({"code": "default", "version": 2})[-1].startswith("levels")
    assert any("dissatisfied" in say for say in check({**BODY, "dissatisfied": {"times": 1, "level": "red"}}))
    assert any("dissatisfied" in say for say in check({**BODY, "dissatisfied": None}))
