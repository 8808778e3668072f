"""What the floors below say in Chinese is read in the reader's language (HOUSE §4.9)."""

from django.utils import translation

from huhang.base.files.rules import TAKEN, refused
from huhang.doors.frame.saying import say, say_hint, say_problems
from huhang.kernel.errors import Invalid, Missing


def test_a_refusal_is_said_in_the_readers_language():
    with translation.override("en"):
        assert say(Missing()) == "It was not found, or you may not see it."
    with translation.override("zh-hans"):
        assert say(Missing()) == "没有找到，或者您无权查看。"


def test_places_are_filled_after_translating():
    with translation.override("en"):
        assert say(Invalid("最多 %(most)s 个字。", params={"most": 40})) == "At most 40 characters."


def test_a_problem_kept_beside_its_field_is_translated_when_shown():
    kept = Invalid(
        problems={"title": Invalid("最多 %(most)s 个字。", params={"most": 40}).text, "body": "请填写这一项。"}
    )
    with translation.override("en"):
        assert say_problems(kept.problems) == {"title": "At most 40 characters.", "body": "Please fill this in."}


def test_a_sentence_within_a_sentence_is_translated_too():
    with translation.override("en"):
        hint = say_hint(refused("文件是空的。", code="empty"))
        assert say(TAKEN) in hint
        assert "图片" not in hint
