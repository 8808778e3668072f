"""SAFEGUARDS 5: one submission, one case, whoever sends it again and however often at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.base.replies.models import Reply
from huhang.cases.models import Case
from tests.doors.api.callers import WORDS, caller
from tests.factories.city import City, make_city


@pytest.mark.django_db
def test_the_same_post_again_gives_the_same_answer_and_says_so(city: City) -> None:
    clerk = caller("clerk")
    first, again = (clerk.post("/requests", WORDS, key="one-and-the-same") for _ in range(2))
    assert (again.status_code, again.content, again["Location"]) == (201, first.content, first["Location"])
    assert first["Location"] == f"/api/v1/requests/{first.json()['number']}"
    assert (first.has_header("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (False, "true")
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_for_something_else_is_refused_and_another_sender_has_keys_of_their_own(city: City) -> None:
    clerk = caller("clerk")
    clerk.post("/requests", WORDS, key="one-and-the-same")
    other = clerk.post("/requests", {**WORDS, "body": "另一件事"}, key="one-and-the-same")
    assert (other.status_code, "Idempotency-Key" in other.json()["problems"]) == (422, True)
    assert caller("dispatcher").post("/requests", WORDS, key="one-and-the-same").status_code == 201
    assert Case.objects.count() == 2


@pytest.mark.django_db
def test_a_refused_post_leaves_its_key_free(city: City) -> None:
    clerk = caller("clerk")
    assert clerk.post("/requests", {**WORDS, "category": "ZZ"}, key="first-refused").status_code == 422
    assert clerk.post("/requests", WORDS, key="first-refused").status_code == 201


@pytest.mark.django_db
def test_a_move_sent_again_is_not_made_twice(city: City) -> None:
    made = caller("clerk").file()
    body = {"version": made["version"], "values": {"category": "PS-02", "nature": "help", "urgency": "0"}}
    path = f"/requests/{made['number']}/moves/classify"
    first, again = (caller("dispatcher").post(path, body, key="classify-once") for _ in range(2))
    assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)
    assert Case.objects.get(number=made["number"]).version == first.json()["version"]


@pytest.mark.django_db
def test_the_kept_answer_does_not_hold_the_secret_in_plain_text(city: City) -> None:
    made = caller("clerk").post("/requests", WORDS, key="one-and-the-same").json()
    assert made["secret"]
    assert made["secret"] not in Reply.objects.get().body


def test_fifty_at_once_with_one_key_make_one_case(own_database: str) -> None:
    with acting(SYSTEM):
        make_city()
    clerk = caller("clerk")

    def send(_: int) -> Any:
        try:
            return clerk.post("/requests", WORDS, key="fifty-at-once")
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=50) as threads:
        answers = list(threads.map(send, range(50)))
    assert {a.status_code for a in answers} == {201}
    assert len({a.content for a in answers}) == 1
    assert sum(not a.has_header("Idempotency-Replayed") for a in answers) == 1
    with acting(SYSTEM):
        assert Case.objects.count() == 1
