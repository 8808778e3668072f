"""Everything that goes wrong is told as a problem, in the language asked for, and nothing is half-written."""

import json
import re
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from huhang.base.journal.models import Entry
from huhang.cases.models import Case, Comment
from huhang.doors.api.openapi import document
from tests.doors.api.callers import WORDS, Caller, caller
from tests.factories.city import City

pytestmark = pytest.mark.django_db

FORGED = "hht_" + "A" * 64


def is_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, (answer.status_code, answer.content.decode())
    assert answer["Content-Type"] == "application/problem+json"
    body = dict(answer.json())
    assert (body["type"], body["status"]) == (f"/api/v1/problems/{code}", status)
    assert body["title"]
    assert body["detail"]
    return body


def test_every_operation_asks_who_you_are(city: City) -> None:
    """SAFEGUARDS 1."""
    for path, methods in document()["paths"].items():
        here = (
            path.removeprefix("/api/v1").replace("{year}", "2026").replace("{attachment}", str(city.units["port"].pk))
        )
        here = here.replace("{number}", "HS-7QK4-2M9D").replace("{move}", "sign")
        here = re.sub(r"\{\w+\}", str(city.units["port"].pk), here)  # whatever else an address names is an id
        for method in methods:
            for token in ("", FORGED):
                answer = Caller(token).raw(method.upper(), here, "{}", "application/json")
                is_problem(answer, 401, "unauthenticated")
                assert answer["WWW-Authenticate"].startswith("Bearer")
                assert ("invalid_token" in answer["WWW-Authenticate"]) is bool(token)


def test_a_session_counts_for_nothing_here(city: City, client: Client) -> None:
    client.force_login(city.users["handler"], backend="huhang.base.people.backends.Officers")
    is_problem(client.get("/api/v1/me"), 401, "unauthenticated")


def test_a_foreign_request_and_a_missing_one_answer_the_same_to_the_byte(city: City) -> None:
    """SAFEGUARDS 2."""
    number = caller("clerk").file()["number"]
    stranger = caller("other_handler")
    for tail in ("", "/steps", "/clocks", "/proposal", "/comments", "/attachments"):
        said = {stranger.get(f"/requests/{n}{tail}").content for n in (number, "HS-0000-0000", "不是编号", "x" * 500)}
        assert len(said) == 1, tail
        is_problem(stranger.get(f"/requests/{number}{tail}"), 404, "missing")
    posts: tuple[tuple[str, Any], ...] = (
        ("/moves/sign", {"version": 1}),
        ("/comments", {"text": "看看"}),
        ("/reveal", {"field": "phone", "why": "看看是谁"}),
    )
    for tail, body in posts:
        said = {stranger.post(f"/requests/{n}{tail}", body).content for n in (number, "HS-0000-0000", "不是编号")}
        assert len(said) == 1, tail
    assert not Comment.objects.exists()
    assert not Entry.objects.filter(action="person.read").exists()


def test_what_lies_beside_the_addresses_is_a_problem_too(city: City) -> None:
    handler = caller("handler")
    is_problem(handler.get("/nothing"), 404, "missing")
    is_problem(Client().get("/api/"), 404, "missing")
    is_problem(Client().get("/api/v2/me"), 404, "missing")
    refused = handler.raw("DELETE", "/requests", "", "application/json")
    is_problem(refused, 405, "method")
    assert set(refused["Allow"].replace(" ", "").split(",")) >= {"GET", "POST"}


@override_settings(HUHANG_IMPORT_BYTES=1024)
def test_what_is_too_large_is_refused_before_it_is_read(city: City) -> None:
    huge = Caller().raw("POST", "/requests", b"x" * (1024 * 1024 + 2000), "application/json")
    is_problem(huge, 413, "too_large")


def test_a_body_beyond_the_form_limit_is_too_large(city: City) -> None:
    handler = caller("handler")
    is_problem(handler.post("/requests", {"body": "字" * 1_000_000}, key="too-large-1"), 413, "too_large")


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "nonsense",
        b"\xff\xfe{",
        '{"body": NaN}',
        '{"a": 1, "a": 2}',
        "[" * 5000 + "]" * 5000,
        '{"body":' + "[" * 20 + "]" * 20 + "}",
        '{"urgency": ' + "9" * 5000 + "}",
        '{"bo\\u0000dy": 1}',
    ],
)
def test_what_is_not_json_is_malformed(city: City, body: Any) -> None:
    is_problem(caller("clerk").post("/requests", body, key="malformed-1"), 400, "malformed")


def test_another_kind_of_body_is_refused_by_its_name(city: City) -> None:
    clerk = caller("clerk")
    body = json.dumps(WORDS)
    is_problem(clerk.raw("POST", "/requests", body, "text/plain", key="kind-of-body-1"), 415, "media_type")
    is_problem(clerk.raw("POST", "/requests", b"", "application/json", key="kind-of-body-1"), 422, "invalid")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"bodyy": "x"}, "bodyy"),
        ({"body": "a\0b"}, "body"),
        ({"title": "\ud800"}, "title"),
        ({"channel": "pigeon"}, "channel"),
        ({"urgency": 9}, "urgency"),
        ({"urgency": 10**400}, "urgency"),
        ({"lon": "nan", "lat": 1}, "lon"),
        ({"lon": 200.0}, "lon"),
        ({"lon": 120.0}, "lon"),
        ({"phone": "12"}, "phone"),
        ({"id_number": "370602199001011234"}, "id_number"),
        ({"category": "ZZ-99"}, "category"),
        ({"subject": "3799"}, "subject"),
        ({"received_at": "2026-01-01T00:00:00"}, "received_at"),
        ({"received_at": "2199-01-01T00:00:00Z"}, "received_at"),
        ({"received_at": "1980-01-01T00:00:00Z"}, "received_at"),
        ({"body": None}, "body"),
        ({"title": ["x"]}, "title"),
    ],
)
def test_what_cannot_be_used_is_named_where_it_stands(city: City, values: dict[str, Any], field: str) -> None:
    answer = caller("clerk").post("/requests", {**WORDS, **values}, key="unusable-1")
    assert field in is_problem(answer, 422, "invalid")["problems"]
    assert not Case.objects.exists()


def test_the_key_and_the_filters_are_named_too(city: City) -> None:
    clerk = caller("clerk")
    for key in ("", "short", "x" * 201, "with space in it"):
        assert "Idempotency-Key" in is_problem(clerk.post("/requests", WORDS, key=key), 422, "invalid")["problems"]
    wrong = "statte=closed state=nowhere limit=201 limit=0 after=nonsense order=luck since=today unit=3 open=maybe q=a"
    for query in (*wrong.split(), "urgency=7", "q=噪声&order=due"):
        assert is_problem(clerk.get(f"/requests?{query}"), 422, "invalid"), query
    assert "statte" in clerk.get("/requests?statte=closed").json()["problems"]


def test_an_address_with_a_null_character_is_no_address(city: City) -> None:
    for path in ("/requests/%00", "/requests?q=ab%00cd"):
        is_problem(caller("clerk").get(path), 400, "malformed")


def test_values_of_a_move_are_named_under_values(city: City) -> None:
    number = caller("clerk").file()["number"]
    answer = caller("dispatcher").move(number, "classify", category="PS-02", urgency="0", colour="red")
    assert set(is_problem(answer, 422, "invalid")["problems"]) == {"values.colour"}
    answer = caller("dispatcher").move(number, "classify", category="PS-02", urgency="0")
    assert set(is_problem(answer, 422, "invalid")["problems"]) == {"values.nature"}
    is_problem(caller("dispatcher").move(number, "nothing"), 404, "missing")
    is_problem(caller("auditor").move(number, "classify", category="PS-02", nature="help", urgency="0"), 403, "denied")


def test_a_crash_says_nothing_of_itself_and_undoes_everything(city: City) -> None:
    clerk = caller("clerk")
    before = Entry.objects.count()
    with patch("huhang.doors.api.requests.row_shape", side_effect=RuntimeError("secret detail")):
        answer = clerk.post("/requests", WORDS, key="a-crash-1")
    assert "secret detail" not in str(is_problem(answer, 500, "internal"))
    assert (Case.objects.count(), Entry.objects.count()) == (0, before)
    assert clerk.post("/requests", WORDS, key="a-crash-1").status_code == 201


def test_a_database_that_does_not_answer_is_unavailable(city: City) -> None:
    clerk = caller("clerk")
    with patch("huhang.doors.api.requests.file_request", side_effect=OperationalError("gone")):
        is_problem(clerk.post("/requests", WORDS, key="database-gone-1"), 503, "unavailable")
    with patch("huhang.base.people.admission.bearer", side_effect=OperationalError("gone")):
        answer = clerk.get("/me")
    is_problem(answer, 503, "unavailable")


def test_a_problem_is_told_in_the_language_asked_for(city: City) -> None:
    chinese = Caller().get("/me", **{"Accept-Language": "zh-CN"})
    assert chinese.json()["title"] == "请出示令牌"
    assert chinese["Content-Language"] == "zh-hans"
    english = Caller().get("/me", **{"Accept-Language": "en"})
    assert english["Content-Language"] == "en"


def test_too_often_says_when_to_come_back(city: City) -> None:
    from huhang.kernel.errors import TooMany

    with patch("huhang.doors.api.reference.actor_of", side_effect=TooMany("慢一点。", retry_after=30)):
        answer = caller("clerk").get("/me")
    assert is_problem(answer, 429, "too_many")["retry_after"] == 30
    assert answer["Retry-After"] == "30"
