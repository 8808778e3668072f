"""L3: cases of every kind in one way; requests are among them and answer the same at both addresses."""

import pytest

from tests.doors.api.callers import caller
from tests.factories.city import City

pytestmark = pytest.mark.django_db


def test_a_request_is_a_case_among_cases(city: City) -> None:
    clerk, dispatcher = caller("clerk"), caller("dispatcher")
    number = clerk.file()["number"]
    row = dispatcher.get("/cases").json()["items"][0]
    assert (row["number"], row["kind"]) == (number, "request")
    assert dispatcher.get(row["url"].removeprefix("/api/v1")).status_code == 200
    assert [r["number"] for r in dispatcher.get("/cases?kind=request&state=registered").json()["items"]] == [number]
    assert dispatcher.get("/cases?kind=nothing").json()["problems"].keys() == {"kind"}
    assert dispatcher.get("/cases?kinds=request").status_code == 422
    record = dispatcher.get(f"/cases/{number}")
    same = dispatcher.get(f"/requests/{number}").json()
    assert (record["ETag"], record.json()["body"]) == ('"1"', same["body"])
    assert [m["name"] for m in record.json()["moves"]] == [m["name"] for m in same["moves"]]
    moved = dispatcher.post(
        f"/cases/{number}/moves/classify",
        {"version": 1, "values": {"category": "PS-02", "nature": "help", "urgency": "0"}},
    )
    assert moved.status_code == 200, moved.content.decode()
    assert moved.json()["state"] == "classified"
    assert [s["move"] for s in dispatcher.get(f"/cases/{number}/steps").json()["items"]] == ["open", "classify"]
    assert dispatcher.post(f"/cases/{number}/moves/classify", {"version": 1, "values": {}}).status_code == 409
    foreign, absent = (caller("other_handler").get(f"/cases/{n}") for n in (number, "HS-0000-0000"))
    assert (foreign.status_code, foreign.json()) == (404, absent.json())
