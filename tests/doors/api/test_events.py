"""L3: the feed of events: every step once, in the order of committing, to whoever may see the case."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.cases.models import Step
from huhang.doors.api import schemas
from huhang.kinds.requests.actions import file_request
from huhang.reading import events
from tests.doors.api.callers import WORDS, Caller, caller
from tests.factories.city import City, make_city

LIFE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("dispatcher", "classify", {"category": "PS-02", "nature": "help", "urgency": "0"}),
    ("dispatcher", "dispatch", {"unit": ""}),
    ("handler", "sign", {}),
    ("handler", "answer", {"result": "solved", "proof": "处警 12", "answer": "已设卡劝返。"}),
)


def walk(program: Caller, query: str = "", after: str = "0") -> tuple[list[dict[str, Any]], str]:
    """Every event from a cursor on, page by page, and the cursor behind the last."""
    found: list[dict[str, Any]] = []
    while True:
        answer = program.get(f"/events?limit=2&after={after}{query}")
        assert answer.status_code == 200, answer.content.decode()
        page = schemas.Events.model_validate(answer.json(), extra="forbid", by_alias=True)
        found += answer.json()["items"]
        after = page.next
        if not page.more:
            return found, after


@pytest.fixture
def standing(own_database: str) -> City:
    """A committed city: links of the journal are made at commit, so nothing is in the feed before."""
    with acting(SYSTEM):
        return make_city()


def lived(city: City) -> str:
    number = str(caller("clerk").file()["number"])
    for who, move, values in LIFE:
        said = {**values, **({"unit": str(city.units["harbour"].pk)} if "unit" in values else {})}
        assert caller(who).move(number, move, **said).status_code == 200
    return number


def test_every_step_is_one_event_in_order_for_whoever_sees_the_case(standing: City) -> None:
    number, auditor = lived(standing), caller("auditor")
    told, end = walk(auditor)
    mine = [event for event in told if event["number"] == number]
    with acting(SYSTEM):
        steps = list(Step.objects.filter(case__number=number).order_by("seq").values_list("seq", "move", "to_state"))
    assert [(e["version"], e["move"], e["state"]) for e in mine] == steps
    assert [int(e["id"]) for e in told] == sorted(int(e["id"]) for e in told)
    assert walk(auditor, after=end) == ([], end)
    assert auditor.get("/events?after=latest").json() == {"items": [], "next": end, "more": False}
    assert auditor.get(mine[-1]["url"].removeprefix("/api/v1")).status_code == 200
    assert [e["move"] for e in walk(auditor, "&move=answer,sign")[0]] == ["sign", "answer"]
    assert walk(auditor, "&kind=request")[0] == told


def test_a_foreign_reader_is_told_nothing_and_still_moves_on(standing: City) -> None:
    lived(standing)
    for who in ("other_handler", "security_admin"):
        told, end = walk(caller(who))
        assert told == []
        assert int(end) > 0


def test_nothing_anybody_wrote_or_is_called_stands_in_an_event(standing: City) -> None:
    lived(standing)
    text = caller("auditor").get("/events?limit=500").content.decode()
    for word in (*WORDS.values(), "林岚", "周正", "已设卡"):
        if word not in ("help", "hotline"):
            assert word not in text, word


def test_a_cursor_that_is_none_is_said_beside_it(standing: City) -> None:
    for bad in ("x", "-1", "1e9", "９", "9" * 19):
        refused = caller("auditor").get(f"/events?after={bad}")
        assert refused.status_code == 422
        assert "after" in refused.json()["problems"]
    assert caller("auditor").get("/events?kind=nothing").status_code == 422


def test_a_transaction_that_began_first_and_commits_last_is_not_lost(standing: City) -> None:
    """Its rows have the older ids and times; a cursor made of those would have passed it by."""
    with acting(SYSTEM):
        actor = standing.actor("clerk")
    begun, go_on = threading.Event(), threading.Event()
    numbers: dict[str, str] = {}

    def slow() -> None:
        try:
            with acting(actor):
                earlier, words = timezone.now() - timedelta(seconds=5), {**WORDS, "phone": "13800000009"}
                numbers["slow"] = file_request(by=actor, now=earlier, **words).case.number
                begun.set()
                assert go_on.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert begun.wait(20)
    with acting(actor):
        numbers["quick"] = file_request(by=actor, now=timezone.now(), **WORDS).case.number
    with acting(SYSTEM):
        first = events.after(SYSTEM, 0, limit=100)
    assert [e.number for e in first.events] == [numbers["quick"]]
    go_on.set()
    thread.join()
    with acting(SYSTEM):
        then = events.after(SYSTEM, first.next, limit=100)
        whole = events.after(SYSTEM, 0, limit=100)
    assert [e.number for e in then.events] == [numbers["slow"]]
    assert [e.number for e in whole.events] == [numbers["quick"], numbers["slow"]]


def test_a_long_stretch_of_others_rows_costs_a_bounded_page(standing: City, monkeypatch: pytest.MonkeyPatch) -> None:
    lived(standing)
    monkeypatch.setattr(events, "ROUND", 3)
    monkeypatch.setattr(events, "ROUNDS", 1)
    page = caller("other_handler").get("/events").json()
    assert (page["items"], page["next"], page["more"]) == ([], "3", True)
    assert len(walk(caller("auditor"))[0]) == 1 + len(LIFE)


def test_an_undone_move_leaves_no_event_and_no_gap(standing: City) -> None:
    with acting(SYSTEM):
        actor = standing.actor("clerk")
    with acting(SYSTEM):
        before = events.newest()
    with acting(actor):
        file_request(by=actor, now=timezone.now(), **WORDS)
        transaction.set_rollback(True)
    with acting(SYSTEM):
        assert events.after(SYSTEM, before, limit=9).events == []
        assert events.newest() == before
