"""C6: what fits a question, what is hidden in free text, and how many answers may be shown."""

import random
from typing import Any

import pytest

from huhang.kernel.errors import Invalid
from huhang.kernel.identifiers import hide_numbers
from huhang.kernel.identifiers.found import HIDDEN
from huhang.kinds.requests.surveying.catalogue import check_rules, check_sheet
from huhang.kinds.requests.surveying.rules import checked, ranked, released

TWO = [{"code": "a", "name": "甲", "name_en": "A"}, {"code": "b", "name": "乙", "name_en": "B"}]
QUESTIONS: list[dict[str, Any]] = [
    {"code": "good", "kind": "scale", "required": True},
    {"code": "one", "kind": "one", "options": TWO},
    {"code": "many", "kind": "many", "options": TWO},
    {"code": "rank", "kind": "rank", "options": TWO},
    {"code": "times", "kind": "number", "most": 9},
    {"code": "wish", "kind": "text", "most": 20},
]


def test_what_was_answered_is_kept_and_what_was_left_out_is_not() -> None:
    given = {"good": "4", "one": "a", "many": ["b", "a"], "rank": ["b"], "times": "0", "wish": ""}
    assert checked(QUESTIONS, given) == {"good": 4, "one": "a", "many": ["a", "b"], "rank": ["b"], "times": 0}


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({}, "answers.good"),
        ({"good": "6"}, "answers.good"),
        ({"good": "3", "one": ["a"]}, "answers.one"),
        ({"good": "3", "one": "c"}, "answers.one"),
        ({"good": "3", "many": "a"}, "answers.many"),
        ({"good": "3", "many": ["a", "a"]}, "answers.many"),
        ({"good": "3", "rank": ["a", "x"]}, "answers.rank"),
        ({"good": "3", "times": "10"}, "answers.times"),
        ({"good": "3", "times": "²"}, "answers.times"),
        ({"good": "3", "wish": "字" * 21}, "answers.wish"),
        ({"good": "3", "name": "王"}, "answers.name"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_question(given: dict[str, Any], where: str) -> None:
    with pytest.raises(Invalid) as wrong:
        checked(QUESTIONS, given)
    assert list(wrong.value.problems) == [where]


def test_nothing_answered_is_no_answer() -> None:
    with pytest.raises(Invalid):
        checked(QUESTIONS[1:], {"wish": "  "})


def test_places_of_a_ranking_begin_at_one_and_leave_none_out() -> None:
    assert ranked({"a": "2", "b": "1", "c": ""}) == ["b", "a"]
    for wrong in ({"a": "2"}, {"a": "1", "b": "1"}, {"a": "x"}):
        with pytest.raises(Invalid):
            ranked(wrong)


NUMBERS = (
    *("13800000001", "138 0000 0001", "１３８００００００01", "+86-138-0000-0001", "0535-6123456", "6123456"),
    *("37060219800101001X", "3706 0219 8001 0100 16", "6222 0212 3456 7890 123"),
    *(
        "37060219800101001X",
        "3706 0219 8001 0100 16",
        "6222 0212 3456 7890 123",
        "鲁F12345",
        "鲁F·D12345",
        "a.b@x.com.cn",
    ),
)


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_that_lead_to_somebody_are_hidden(number: str) -> None:
    said = hide_numbers(f"请联系{number}，谢谢")
    assert said.removeprefix("请联系").removeprefix("+") == f"{HIDDEN}，谢谢"


def test_dates_amounts_and_places_stay() -> None:
    said = "2026-11-20 晚10点，3号门到5号门，1018家企业，2026年1月3日起，110、12345"
    assert hide_numbers(said) == said


def test_what_is_shown_never_changes_by_fewer_than_the_least() -> None:
    chance = random.Random(38)
    for _round in range(300):
        shown = waiting = 0
        while chance.random() > 0.02:
            waiting += 1
            taken = released(waiting, shown, over=False, least=5)
            assert taken == 0 or taken >= 5
            shown, waiting = shown + taken, waiting - taken
        last = released(waiting, shown, over=True, least=5)
        assert last == 0 or last >= 5
        assert last == waiting or (shown == 0 and waiting < 5)


def _sheet(**changes: Any) -> dict[str, Any]:
    words = {"text": "问", "text_en": "Ask"}
    question = {"code": "q", "kind": "one", **words, "options": TWO, **changes}
    return {"name": "n", "name_en": "n", "purpose": "p", "purpose_en": "p", "order": 1, "questions": [question]}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "stars"}, "kind"),
        ({"default": "a"}, "默认"),
        ({"options": TWO[:1]}, "options"),
        ({"options": [TWO[0], TWO[0]]}, "code"),
        ({"kind": "class"}, "正好 5 项"),
        ({"kind": "number"}, "most"),
        ({"kind": "text", "of": "x"}, "of"),
        ({"text": ""}, "text"),
        ({"code": "a.b"}, "不含点"),
    ],
)
def test_a_faulty_questionnaire_is_said_to_be_one(changes: dict[str, Any], says: str) -> None:
    assert check_sheet(_sheet()) == []
    assert any(says in one for one in check_sheet(_sheet(**changes)))


def test_faulty_rules_are_said_to_be_faulty() -> None:
    good = {"least": 5, "opens": 3, "per_place": 30, "similar": 0.3, "portion": 100, "most": 20000}
    assert check_rules(good) == []
    assert check_rules({**good, "least": 1, "similar": 0})
