"""Bad input: 10,000 messages in a minute from one address: a clear 429, nothing lost, others unharmed."""

import json
import time
from collections import Counter
from typing import Any

import pytest
from django.test import Client

from huhang.cases.models import Case
from huhang.doors.frame import pace as pace_module
from huhang.doors.frame.pace import BUCKETS, MOST_KEPT, Buckets
from tests.doors.api.callers import WORDS, caller
from tests.factories.city import City, make_city
from tests.plugins.figures import figure


@pytest.fixture(autouse=True)
def pace(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.HUHANG_PACE_TOKEN, settings.HUHANG_PACE_SOURCE, settings.HUHANG_PACE_POSTS = 30, 60, 10
    monkeypatch.setattr(pace_module, "moment", lambda: 0.0)
    BUCKETS.clear()
    yield settings
    BUCKETS.clear()


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def test_a_bucket_holds_a_minutes_worth_and_fills_evenly() -> None:
    held = Buckets()
    key = ("token", "a")
    assert [held.take(key, 3, 0.0) for _ in range(3)] == [0, 0, 0]
    assert held.take(key, 3, 0.0) == 20
    assert held.take(key, 3, 10.0) == 10
    assert held.take(key, 3, 20.5) == 0
    assert held.take(("token", "b"), 3, 0.0) == 0
    assert [held.take(key, 3, 1000.0) for _ in range(4)] == [0, 0, 0, 20]


@pytest.mark.parametrize("processes", [1, 2, 3, 7, 40])
def test_all_processes_together_keep_the_limit(settings: Any, processes: int) -> None:
    settings.HUHANG_PROCESSES = processes
    held = [Buckets() for _ in range(processes)]
    let = sum(not held[n % processes].take(("token", "a"), pace_module.share(30), 0.0) for n in range(10_000))
    assert 30 <= let <= 30 + processes - 1


def test_many_keys_do_not_fill_the_memory() -> None:
    held = Buckets()
    for nth in range(MOST_KEPT + 100):
        held.take(("source", str(nth)), 3, 0.0)
    assert len(held._held) == MOST_KEPT


def flood(token: str, many: int, source: str = "203.0.113.7") -> tuple[Counter[int], list[str], float]:
    """Files as fast as it can; what was answered, what was made, and the seconds a refusal took."""
    client, told, made, refusing = Client(REMOTE_ADDR=source), Counter[int](), list[str](), 0.0
    for nth in range(many):
        body = {**WORDS, "phone": f"137{nth:08d}"}
        began = time.perf_counter()
        answer = client.post(
            "/api/v1/requests",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": f"flood-key-{nth}"},
        )
        told[answer.status_code] += 1
        if answer.status_code == 201:
            made.append(answer.json()["number"])
            continue
        refusing += time.perf_counter() - began
        assert answer.status_code == 429, answer.content.decode()
        assert 1 <= int(answer["Retry-After"]) <= 60
        assert answer.json()["retry_after"] == int(answer["Retry-After"])
        assert "再试" in answer.json()["detail"]
    return told, made, refusing / max(1, told[429])


def _others_go_on(city: City, many: int) -> None:
    loud, calm = caller("clerk"), caller("handler")
    told, made, each = flood(loud.token, many)
    assert told[201] >= 30
    assert told[201] + told[429] == many
    assert Case.objects.filter(number__in=made).count() == len(made) == told[201], "what was accepted is there"
    for nth in range(20):
        assert calm.get(f"/requests?limit=1&late={nth % 2}").status_code == 200
    kept = f"{told[201]} kept, {told[429]} × 429 in {each * 1000:.1f} ms each"
    figure(12, f"{many} messages at once from one address: {kept}; the neighbour's 20 requests all answered")


def test_a_flood_from_one_token_is_slowed_and_nobody_else(city: City) -> None:
    _others_go_on(city, 150)


@pytest.mark.soak
def test_ten_thousand_in_a_minute_from_one_address(city: City, pace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pace.HUHANG_PACE_TOKEN, pace.HUHANG_PACE_SOURCE = 1200, 3000
    monkeypatch.setattr(pace_module, "moment", time.monotonic)
    _others_go_on(city, 10_000)


def test_tokens_made_up_on_the_way_do_not_help_one_address(city: City) -> None:
    client = Client(REMOTE_ADDR="203.0.113.8")
    told = Counter(
        client.get("/api/v1/me", headers={"Authorization": f"Bearer x{nth}"}).status_code for nth in range(100)
    )
    assert told == {401: 60, 429: 40}
    assert Client(REMOTE_ADDR="203.0.113.9").get("/api/v1/me").status_code == 401


def test_open311_says_it_in_its_own_shape(city: City) -> None:
    token = caller("clerk").token
    last: Any = None
    for _ in range(31):
        last = Client().get("/api/open311/v2/services.json", {"api_key": token})
    assert last.status_code == 429
    assert last.json()[0]["code"] == 429
    assert int(last["Retry-After"]) >= 1


def test_the_halls_forms_are_paced_by_address_and_pages_are_not(city: City) -> None:
    client = Client(REMOTE_ADDR="203.0.113.10")
    told = [client.post("/follow/", {"number": "x"}).status_code for _ in range(12)]
    assert told[-1] == 429
    assert 429 not in told[:10]
    page = client.post("/follow/", {"number": "x"})
    assert "再试" in page.content.decode()
    assert client.get("/").status_code == 200
    assert Client(REMOTE_ADDR="203.0.113.11").post("/follow/", {"number": "x"}).status_code != 429


def test_a_proxy_of_this_machine_is_no_sender(city: City) -> None:
    client = Client()
    assert {client.post("/follow/", {"number": "x"}).status_code for _ in range(15)} & {429} == set()


def test_a_text_of_a_megabyte_rare_characters_and_direction_tricks(city: City, pace: Any) -> None:
    pace.HUHANG_PACE_TOKEN = 0
    clerk = caller("clerk")
    too_long = clerk.post("/requests", {**WORDS, "body": "字" * 300_000}, key="a-long-text-1")
    assert too_long.status_code == 422
    assert "20000" in too_long.json()["problems"]["body"]
    assert clerk.post("/requests", {**WORDS, "body": "字" * 1_000_000}, key="a-long-text-2").status_code == 413
    made = clerk.post(
        "/requests",
        {**WORDS, "title": "‮财神‬😀", "body": "𠮷野家\u202e门口 👨‍👩‍👧 叐", "name": "\u2067𠮷\u2069海"},
        key="rare-characters",
    )
    case = Case.objects.select_related("requester").get(number=made.json()["number"])
    assert (case.title, case.body) == ("财神😀", "𠮷野家门口 👨‍👩‍👧 叐")
    assert case.requester is not None
    assert case.requester.name_masked.startswith("𠮷")
