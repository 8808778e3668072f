"""C2: ordered rules, first match wins; what is wrong with them is said with file and place before they are loaded."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from huhang.kinds.requests.routing.checking import check_rule
from huhang.kinds.requests.routing.conditions import Facts, holds
from huhang.kinds.requests.routing.rules import decide
from tests.kinds.requests.routing_rules import (
    FRIDAY,
    HARBOUR,
    HERE,
    KNOWN,
    PORT,
    body,
    facts,
    rule,
    together,
)

pytestmark = pytest.mark.django_db  # units are asked of the unit tree, empty here
STATION = {"unit": {"area": "station"}}
NIGHT = FRIDAY.replace(hour=23)


@pytest.mark.parametrize(
    ("when", "asked", "expected"),
    [
        ({}, facts(), True),
        ({"words": {"any": ["停车", "违停"]}}, facts("门口违停"), True),
        ({"words": {"any": ["停车"]}}, facts("狗叫"), False),
        ({"words": {"any": ["ＡＢＣ"]}}, facts("abc路"), True),
        ({"words": {"all": ["停车", "夜间"]}}, facts("夜间停车"), True),
        ({"words": {"all": ["停车", "夜间"]}}, facts("白天停车"), False),
        ({"words": {"any": ["通行证"], "none": ["港澳"]}}, facts("港澳通行证"), False),
        ({"words": {"pattern": "(乱|违规)罚款"}}, facts("交警乱罚款"), True),
        ({"words": {"pattern": "(乱|违规)罚款"}}, facts("罚款"), False),
        ({"channel": ["web", "hotline"]}, facts(), True),
        ({"channel": ["web"]}, facts(), False),
        ({"nature": ["complaint"]}, facts(nature="complaint"), True),
        ({"nature": ["complaint"]}, facts(), False),
        ({"subject": ["enterprise"]}, facts(subject="enterprise"), True),
        ({"subject": ["none"]}, facts(), True),
        ({"subject": ["enterprise"]}, facts(), False),
        ({"category": ["TR-*"]}, facts(category="TR-02"), True),
        ({"category": ["TR-01"]}, facts(category="TR-02"), False),
        ({"category": ["TR-*"]}, facts(), False),
        ({"time": {"hours": "office"}}, facts(), True),
        ({"time": {"hours": "outside"}}, facts(received=NIGHT, office_hours=False), True),
        ({"time": {"hours": "office"}}, facts(received=NIGHT, office_hours=False), False),
        ({"time": {"weekdays": [5]}}, facts(), True),
        ({"time": {"weekdays": [6, 7]}}, facts(), False),
        ({"time": {"from": "2026-11-01", "until": "2026-11-20"}}, facts(), True),
        ({"time": {"from": "2026-11-21"}}, facts(), False),
        ({"time": {"until": "2026-11-19"}}, facts(), False),
        ({"area": {"units": ["3799010001"]}}, facts(lon=121.5, lat=37.5), True),
        ({"area": {"units": ["临港分局"]}}, facts(lon=121.5, lat=37.5), True),
        ({"area": {"units": ["3799010001"]}}, facts(lon=125.0, lat=37.5), False),
        ({"area": {"units": ["3799010001"]}}, facts(), False),
        ({"area": {"polygon": [[121, 37], [122, 37], [122, 38]]}}, facts(lon=121.9, lat=37.1), True),
        ({"area": {"polygon": [[121, 37], [122, 37], [122, 38]]}}, facts(lon=121.1, lat=37.9), False),
    ],
)
def test_a_condition_holds(when: dict[str, Any], asked: Facts, expected: bool) -> None:
    assert check_rule(body("R", 1, {"category": "TR-01"}, when)) == []
    assert holds(rule("R", 1, {"category": "TR-01"}, when), asked, HERE) is expected


def test_the_first_that_holds_speaks_and_the_next_other_one_is_the_runner_up() -> None:
    rules = [
        rule("B", 20, {"category": "PS-02"}, {"words": {"any": ["噪"]}}),
        rule("A", 10, {"category": "TR-01"}, {"words": {"any": ["渣土车"]}}),
        rule("A2", 15, {"category": "TR-01"}, {"words": {"any": ["车"]}}),
    ]
    told = decide(rules, facts("渣土车噪声"), HERE, KNOWN)
    assert told.category
    assert (told.category.rule.code, told.category.value) == ("A", "TR-01")
    assert told.next_category
    assert (told.next_category.rule.code, told.next_category.value) == ("B", "PS-02")
    assert decide(rules, facts("身份证"), HERE, KNOWN).category is None


def test_the_unit_goes_by_the_category_that_was_proposed_or_chosen() -> None:
    rules = [
        rule("C", 10, {"category": "PS-02"}, {"words": {"any": ["噪"]}}),
        rule("S", 20, STATION, {"category": ["PS-*"]}),
        rule("T", 30, {"unit": "3799010000"}, {"category": ["TR-*", "PS-*"]}),
    ]
    near = {"lon": 121.5, "lat": 37.5}
    told = decide(rules, facts("噪声", **near), HERE, KNOWN)
    assert told.unit
    assert told.unit.value == str(HARBOUR)
    assert told.next_unit
    assert told.next_unit.value == str(PORT)
    chosen = decide(rules, facts("噪声", category="TR-02", **near), HERE, KNOWN)
    assert chosen.category is None  # what a person chose is not argued with
    assert chosen.unit
    assert chosen.unit.value == str(PORT)
    nowhere = decide(rules, facts("噪声"), HERE, KNOWN)
    assert nowhere.unit
    assert nowhere.unit.value == str(PORT)


def test_a_county_without_an_area_of_its_own_is_found_by_its_stations() -> None:
    told = decide([rule("S", 1, {"unit": {"area": "county"}})], facts(lon=121.5, lat=37.5), HERE, KNOWN)
    assert told.unit
    assert told.unit.value == str(PORT)
    assert decide([rule("S", 1, {"unit": {"area": "county"}})], facts(lon=1, lat=1), HERE, KNOWN).unit is None


def test_a_rule_may_say_what_another_says() -> None:
    rules = [
        rule("A", 10, {"rule": "B"}, {"channel": ["hotline"]}),
        rule("B", 20, {"category": "HU-01"}, {"channel": ["web"]}),
    ]
    told = decide(rules, facts(), HERE, KNOWN)
    assert told.category
    assert (told.category.rule.code, told.category.value) == ("A", "HU-01")


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (rule("X", 1, {"unit": "3799010009"}), "已撤销"),
        (rule("X", 1, {"unit": "3799019999"}), "没有单位"),
        (rule("X", 1, {"category": "ZZ-01"}), "已停用或不存在"),
        (rule("X", 1, {"category": "TR-01"}, {"words": {"pattern": "("}}), "不能用"),
        (rule("X", 1, {"category": "TR-01"}, {"area": {"units": ["旧派出所"]}}), "已撤销"),
        (rule("X", 1, {"rule": "Y"}), "已停用或不存在"),
        (rule("X", 1, {"rule": "X"}), "成环"),
        (rule("X", 1, {"category": "TR-01"}, {"channel": 3}), "TypeError"),  # type: ignore[arg-type]
    ],
)
def test_a_rule_that_fails_is_named_and_the_next_one_is_asked(broken: Any, says: str) -> None:
    rules = [broken, rule("N", 5, {"category": "TR-02", "unit": "3799010000"})]
    told = decide(rules, facts("停车", lon=121.5, lat=37.5), HERE, KNOWN)
    assert told.category
    assert told.category.value == "TR-02"
    assert told.unit
    assert UUID(told.unit.value) == PORT
    assert [f.code for f in told.faults] == ["X"]
    assert says in told.faults[0].says


# -- what is refused before it is loaded


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "缺少 name"),
        ({"order": "first"}, "order"),
        ({"order": True}, "order"),
        ({"extra": 1}, "不认识 extra"),
        ({"when": []}, "when 应当是"),
        ({"when": {"weather": 1}}, "不认识 weather"),
        ({"when": {"channel": ["fax"]}}, "没有“fax”"),
        ({"when": {"channel": []}}, "不空的列表"),
        ({"when": {"subject": ["alien"]}}, "没有“alien”"),
        ({"when": {"words": {}}}, "words"),
        ({"when": {"words": {"some": ["a"]}}}, "不认识 some"),
        ({"when": {"words": {"any": "停车"}}}, "any 应当是"),
        ({"when": {"words": {"pattern": "("}}}, "正则式"),
        ({"when": {"words": {"pattern": "(a+)+b"}}}, "重复套着"),
        ({"when": {"words": {"pattern": r"(a)\1"}}}, "不能引用"),
        ({"when": {"words": {"pattern": "a*b*c*d"}}}, "最多 2 处"),
        ({"when": {"words": {"pattern": ""}}}, "pattern"),
        ({"when": {"time": {"hours": "lunch"}}}, "hours"),
        ({"when": {"time": {"weekdays": [0]}}}, "weekdays"),
        ({"when": {"time": {"from": "soon"}}}, "from"),
        ({"when": {"time": {"from": "2026-02-01", "until": "2026-01-01"}}}, "早于"),
        ({"when": {"time": {"moon": 1}}}, "不认识 moon"),
        ({"when": {"time": 5}}, "time"),
        ({"when": {"area": {"polygon": [[1, 2]]}}}, "三个坐标点"),
        ({"when": {"area": {"polygon": [[1, 2], [3, 4], "x"]}}}, "经度"),
        ({"when": {"area": {"polygon": [[200, 2], [3, 4], [5, 6]]}}}, "经度应在"),
        ({"when": {"area": {"units": [], "polygon": []}}}, "area"),
        ({"then": {}}, "then 要写明"),
        ({"then": None}, "缺少 then"),
        ({"then": {"state": "closed"}}, "不认识 state"),
        ({"then": {"rule": "B", "category": "TR-01"}}, "照另一条规则办"),
        ({"then": {"category": 5}}, "应当是代码"),
        ({"then": {"unit": {"area": "moon"}}}, "then.unit"),
        ({"when": {"words": {"all": ["港澳通行证"], "none": ["港澳"]}}}, "永远轮不到"),
        ({"when": {"words": {"any": ["港澳证", "港澳"], "none": ["港澳"]}}}, "永远轮不到"),
    ],
)
def test_a_bad_rule_is_refused_with_the_reason(change: dict[str, Any], says: str) -> None:
    problems = check_rule({**body("R", 1, {"category": "TR-01"}), **change})
    assert any(says in one for one in problems), problems


def test_rules_in_a_circle_are_refused_with_the_way_round() -> None:
    problems = together(
        body("A", 1, {"rule": "B"}),
        body("B", 2, {"rule": "C"}),
        body("C", 3, {"rule": "A"}),
        body("D", 4, {"rule": "A"}),
    )
    said = {p.code: p for p in problems}
    assert set(said) == {"A", "B", "C"}
    assert said["A"].file == "routing_rules/r.yaml"
    assert "A → B → C → A" in said["A"].says


def test_unknown_rules_and_categories_and_a_shared_order_are_refused() -> None:
    problems = together(
        body("A", 1, {"rule": "Z"}),
        body("B", 2, {"category": "ZZ-01"}),
        body("C", 2, {"unit": {"area": "station"}}, {"category": ["QQ-*"]}),
    )
    assert {(p.code, p.says.split("：")[0].split(" ")[0]) for p in problems} == {
        ("A", "then.rule"),
        ("B", "then.category"),
        ("C", "when.category"),
        ("C", "order"),
    }


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({}, {"channel": ["web"]}),
        ({"channel": ["web", "app"]}, {"channel": ["web"]}),
        ({"words": {"any": ["车"]}}, {"words": {"any": ["货车", "渣土车"]}}),
        ({"words": {"any": ["车"]}}, {"words": {"all": ["夜间", "货车"]}}),
        ({"words": {"all": ["夜间"]}}, {"words": {"all": ["夜间", "货车"]}, "channel": ["web"]}),
        ({"words": {"any": ["车"], "none": ["港澳"]}}, {"words": {"any": ["货车"], "none": ["港"]}}),
        ({"words": {"pattern": "a+"}}, {"words": {"pattern": "a+"}}),
        ({"category": ["TR-*"]}, {"category": ["TR-01", "TR-02"]}),
        ({"time": {"weekdays": [6, 7]}}, {"time": {"weekdays": [7], "hours": "outside"}}),
        ({"time": {"from": "2026-01-01"}}, {"time": {"from": "2026-02-01", "until": "2026-03-01"}}),
        ({"area": {"units": ["a", "b"]}}, {"area": {"units": ["b"]}}),
        ({"subject": ["enterprise", "project"]}, {"subject": ["project"]}),
    ],
)
def test_a_rule_that_can_never_fire_is_refused_and_names_the_one_before_it(
    earlier: dict[str, Any], later: dict[str, Any]
) -> None:
    unit = {"unit": {"area": "station"}}
    assert check_rule(body("A", 1, {"unit": "x"}, earlier)) == []
    problems = together(body("A", 1, {"category": "TR-01"}, earlier), body("B", 2, {"category": "TR-02"}, later))
    if "category" in earlier:  # such rules speak of units; the rest of the check is the same
        from huhang.kinds.requests.routing.covering import covers

        assert covers(rule("A", 1, unit, earlier), rule("B", 2, unit, later))
    assert [p.code for p in problems] == ["B"]
    assert "A" in problems[0].says
    assert "永远轮不到" in problems[0].says


@pytest.mark.parametrize(
    ("earlier", "later", "then"),
    [
        ({"channel": ["web"]}, {}, {"category": "TR-02"}),
        ({"words": {"any": ["货车"]}}, {"words": {"any": ["货车", "噪声"]}}, {"category": "TR-02"}),
        ({"words": {"any": ["车"], "none": ["港澳"]}}, {"words": {"any": ["货车"]}}, {"category": "TR-02"}),
        ({"time": {"hours": "office"}}, {"time": {"weekdays": [1]}}, {"category": "TR-02"}),
        ({}, {"channel": ["web"]}, {"unit": {"area": "station"}}),
    ],
)
def test_a_rule_that_can_still_fire_is_let_pass(
    earlier: dict[str, Any], later: dict[str, Any], then: dict[str, Any]
) -> None:
    assert together(body("A", 1, {"category": "TR-01"}, earlier), body("B", 2, then, later)) == []


def test_a_rule_by_place_shadows_nobody_because_it_may_find_nobody() -> None:
    assert together(body("A", 1, {"unit": {"area": "station"}}), body("B", 2, {"unit": {"area": "county"}})) == []


def test_a_pattern_on_a_long_text_is_answered_at_once() -> None:
    slow = rule("S", 1, {"category": "TR-01"}, {"words": {"pattern": "a*c*b$"}})
    began = datetime.now()
    assert not holds(slow, facts("ac" * 500_000), HERE)
    assert datetime.now() - began < timedelta(seconds=3)
