"""SAFEGUARDS 5: one submission, one effect; the others get its answer."""

from datetime import timedelta

import pytest

from huhang.base.replies.actions import KEPT, Answer, expire, once
from huhang.base.replies.models import Reply
from huhang.kernel.errors import Invalid
from tests.factories.city import NOW

pytestmark = pytest.mark.django_db


def test_the_second_submission_gets_the_first_ones_answer_and_does_nothing() -> None:
    done: list[int] = []

    def work() -> Answer:
        done.append(1)
        return Answer(201, "made", "/x")

    first = once("k", who="a", content="c", now=NOW, work=work)
    again = once("k", who="a", content="c", now=NOW, work=work)
    assert (first.again, again.again, again.status, again.body, again.location) == (False, True, 201, "made", "/x")
    assert done == [1]


def test_another_content_under_the_same_key_is_refused() -> None:
    once("k", who="a", content="c", now=NOW, work=lambda: Answer(201))
    with pytest.raises(Invalid, match="幂等键"):
        once("k", who="a", content="other", now=NOW, work=lambda: Answer(201))


def test_keys_of_two_senders_never_meet() -> None:
    assert not once("k", who="a", content="c", now=NOW, work=lambda: Answer(201)).again
    assert not once("k", who="b", content="c", now=NOW, work=lambda: Answer(201)).again


def test_work_that_fails_leaves_the_key_free() -> None:
    def fails() -> Answer:
        raise Invalid("不行")

    with pytest.raises(Invalid, match="不行"):
        once("k", who="a", content="c", now=NOW, work=fails)
    assert not once("k", who="a", content="c", now=NOW, work=lambda: Answer(201)).again


def test_old_answers_are_forgotten() -> None:
    once("old", who="a", content="c", now=NOW - KEPT - timedelta(seconds=1), work=lambda: Answer(201))
    once("new", who="a", content="c", now=NOW, work=lambda: Answer(201))
    assert expire(now=NOW) == 1
    assert Reply.objects.count() == 1
