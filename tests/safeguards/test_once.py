"""SAFEGUARDS 5, 7: one submission is one case, however often it is sent; nothing accepted is lost."""

import json
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.journal.models import Entry
from huhang.base.people.admission import AdmissionMiddleware
from huhang.cases.models import Case, Step
from tests.doors.api.callers import WORDS, Caller, caller
from tests.factories.city import City, make_city
from tests.plugins.figures import figure

KEYS, AT_ONCE = int(os.environ.get("HUHANG_SENT_KEYS", "40")), int(os.environ.get("HUHANG_AT_ONCE", "10"))
FORM = {"channel": "hotline", "nature": "help", "urgency": "0", "body": WORDS["body"], "phone": WORDS["phone"]}


@pytest.fixture
def city(own_database: str) -> City:
    with acting(SYSTEM):
        return make_city()


def signed_in(city: City, who: str = "clerk") -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    return client


def counted() -> tuple[int, int, int]:
    """Cases, first steps, and opening rows of the journal."""
    with acting(SYSTEM):
        opened = Entry.objects.filter(action="request.open").count()
        return Case.objects.count(), Step.objects.filter(seq=1).count(), opened


def test_keys_sent_many_times_at_once_are_as_many_cases_as_keys(city: City) -> None:
    program, cookies, told = caller("clerk"), signed_in(city).cookies, dict[int, set[str]]()
    received = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    lock, codes = threading.Lock(), set[int]()

    def send(nth: int) -> None:
        key = nth % KEYS
        try:
            if key % 2:
                answer: Any = program.post("/requests", {**WORDS, "title": f"第{key}件"}, key=f"key-number-{key}")
                number = answer.json().get("number", "")
            else:
                client = Client(raise_request_exception=False)
                client.cookies = cookies
                sent = {**FORM, "title": f"第{key}件", "received_at": received, "idempotency_key": f"form-number-{key}"}
                answer = client.post("/desk/requests/new/", sent)
                # its own number comes first; a receipt may name similar requests below it (C6)
                own = re.search(r"HS-\w{4}-\w{4}", answer.headers.get("Location", "") + answer.content.decode())
                number = own[0] if own else ""
            with lock:
                codes.add(answer.status_code)
                told.setdefault(key, set()).add(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=AT_ONCE) as threads:
        list(threads.map(send, [key for key in range(KEYS) for _ in range(AT_ONCE)]))
    assert codes <= {200, 201, 302, 303}, codes
    assert all(len(numbers - {""}) <= 1 for numbers in told.values()), told
    made, first, opened = counted()
    assert (made, first, opened) == (KEYS, KEYS, KEYS)
    figure(5, f"{KEYS} keys × {AT_ONCE} posts at once through API and form: {made} cases")
    figure(7, f"submitted {KEYS} = cases {made} = first steps {first} = journal {opened}")


def test_the_same_key_with_another_body_is_refused_with_422(city: City) -> None:
    program, client = caller("clerk"), signed_in(city)
    for nth in range(5):
        assert program.post("/requests", WORDS, key=f"other-body-{nth}").status_code == 201
        assert program.post("/requests", {**WORDS, "body": "另一件"}, key=f"other-body-{nth}").status_code == 422
    received = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    sent = {**FORM, "received_at": received, "idempotency_key": "form-other-body"}
    assert client.post("/desk/requests/new/", sent).status_code < 400
    assert client.post("/desk/requests/new/", {**sent, "body": "另一件事"}).status_code == 422
    assert counted()[0] == 6


def test_a_reply_lost_after_the_commit_is_given_again_with_the_same_number(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, real = caller("clerk"), AdmissionMiddleware.__call__
    numbers = []
    for nth in range(5):
        with monkeypatch.context() as crash:
            crash.setattr(AdmissionMiddleware, "__call__", _dies_after(real))
            assert program.post("/requests", WORDS, key=f"lost-reply-{nth}").status_code == 500
        with acting(SYSTEM):
            written = Case.objects.order_by("-id").values_list("number", flat=True)[0]
        again = program.post("/requests", WORDS, key=f"lost-reply-{nth}")
        assert (again.status_code, again.json()["number"]) == (201, written)
        numbers.append(written)
    assert counted() == (5, 5, 5)
    figure(5, f"{len(set(numbers))} replies lost after the commit, each retry told the same number")


def _dies_after(real: Any) -> Any:
    def call(self: Any, request: Any) -> Any:
        real(self, request)
        raise RuntimeError("the machine went away after the commit")

    return call


def test_a_move_sent_twice_at_once_is_one_step(city: City) -> None:
    program = caller("clerk")
    made = program.file()
    dispatcher: Caller = caller("dispatcher")
    body = json.dumps({"version": made["version"], "values": {"category": "PS-02", "nature": "help", "urgency": "0"}})

    def send(_nth: int) -> int:
        try:
            path = f"/requests/{made['number']}/moves/classify"
            return int(dispatcher.post(path, body, key="one-move-only").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as threads:
        assert set(threads.map(send, range(8))) == {200}
    with acting(SYSTEM):
        assert Step.objects.filter(case__number=made["number"]).count() == 2
