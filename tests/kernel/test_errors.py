"""Refusals say what to do and carry one status each."""

import pytest

from huhang.kernel import errors


def test_every_refusal_has_its_own_status_and_code():
    kinds = [
        errors.Missing,
        errors.Denied,
        errors.Conflict,
        errors.Invalid,
        errors.TooMany,
        errors.Unavailable,
        errors.Refusal,
    ]
    assert len({kind.status for kind in kinds}) == len({kind.code for kind in kinds}) == len(kinds)
    assert [kind.status for kind in kinds] == [404, 403, 409, 422, 429, 503, 400]


def test_the_message_is_filled_with_its_params():
    refusal = errors.Conflict("已被 %(who)s 修改。", hint="请刷新。", params={"who": "另一位同事"})
    assert refusal.text == str(refusal) == "已被 另一位同事 修改。"
    assert refusal.hint == "请刷新。"


def test_a_message_without_params_may_hold_a_percent_sign():
    assert errors.Refusal("完成 100%。").text == "完成 100%。"


def test_missing_and_denied_have_a_sentence_of_their_own():
    assert "没有找到" in errors.Missing().text
    assert "权限" in errors.Denied().text


def test_an_invalid_field_stands_among_the_problems():
    assert errors.Invalid("太长。", field="title").problems == {"title": "太长。"}


def test_a_given_problem_of_that_field_is_kept():
    assert errors.Invalid("不对。", field="title", problems={"title": "空。"}).problems == {"title": "空。"}


def test_an_invalid_without_a_field_has_no_problems():
    assert errors.Invalid().problems == {}


def test_too_many_says_when_to_come_back():
    assert errors.TooMany("请稍后再试。", retry_after=30).retry_after == 30


def test_refusals_are_caught_as_one_family():
    with pytest.raises(errors.Refusal):
        raise errors.Unavailable("数据库没有响应，请稍后再试。")


def test_a_problem_of_a_field_remembers_how_to_be_said_in_another_language():
    problem = errors.Invalid("最多 %(most)s 个字。", field="title", params={"most": 40}).problems["title"]
    assert problem == "最多 40 个字。"
    assert isinstance(problem, errors.Sentence)
    assert (problem.message, problem.params) == ("最多 %(most)s 个字。", {"most": 40})
