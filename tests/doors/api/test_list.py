"""Lists over the wire: pages that neither skip nor repeat, filters, and searching for any two characters."""

from typing import Any

import pytest

from tests.doors.api.callers import caller
from tests.factories.city import City

pytestmark = pytest.mark.django_db


def walk(program: Any, query: str) -> list[str]:
    """Every number of a list, page by page."""
    numbers: list[str] = []
    after = ""
    while True:
        page = program.get(f"/requests?{query}{f'&after={after}' if after else ''}").json()
        numbers += [row["number"] for row in page["items"]]
        if page["next"] is None:
            return numbers
        after = page["next"]


def test_pages_neither_skip_nor_repeat_in_either_order(city: City) -> None:
    clerk = caller("clerk")
    made = [clerk.file(phone=f"138000002{i:02}", nature=("consult", "help")[i % 2])["number"] for i in range(7)]
    for order in ("received", "due"):
        found = walk(clerk, f"limit=3&order={order}")
        assert sorted(found) == sorted(made)
    assert walk(clerk, "limit=2&order=received") == made[::-1]


def test_filters_narrow_and_no_total_is_told_unless_asked_for(city: City) -> None:
    clerk, dispatcher = caller("clerk"), caller("dispatcher")
    first, second = clerk.file()["number"], clerk.file(body="车管所排队太久", title="", channel="window")["number"]
    dispatcher.move(first, "classify", category="PS-02", nature="help", urgency="1")
    assert walk(dispatcher, "state=classified") == [first]
    assert walk(dispatcher, "category=PS-02&urgency=1") == [first]
    assert walk(dispatcher, "channel=window") == [second]
    assert walk(dispatcher, "q=车管") == [second]
    assert walk(dispatcher, f"unit={city.units['river'].pk}") == []
    assert walk(dispatcher, "open=false") == []
    assert walk(dispatcher, "late=true") == []
    assert walk(dispatcher, "since=2020-01-01&until=2020-01-02") == []
    assert "count" not in dispatcher.get("/requests").json()
    assert dispatcher.get("/requests?count=true").json()["count"] == 2
    assert dispatcher.get("/requests?count=true").json()["count_capped"] is False


def test_an_officer_filter_finds_what_is_in_their_hands(city: City) -> None:
    number = caller("clerk").file()["number"]
    dispatcher, handler = caller("dispatcher"), caller("handler")
    dispatcher.move(number, "classify", category="PS-02", nature="help", urgency="0")
    dispatcher.move(number, "dispatch", unit=str(city.units["harbour"].pk))
    handler.move(number, "sign")
    me = handler.get("/me").json()["id"]
    assert walk(dispatcher, f"officer={me}") == [number]
    assert walk(dispatcher, f"officer={me}&q=渣土") == [number]
    assert walk(handler, "scope=mine") == [number]
    assert walk(dispatcher, f"officer={city.users['traffic'].pk}") == []


def test_a_list_shows_only_what_its_reader_sees(city: City) -> None:
    number = caller("clerk").file()["number"]
    assert walk(caller("clerk"), "") == [number]
    assert walk(caller("handler"), "") == []
    assert walk(caller("security_admin"), "") == []


def test_what_other_systems_narrow_by(city: City) -> None:
    """L3: several states and categories, numbers, changed since, due between, a box, a subject; searched or not."""
    from tests.factories.city import enterprise

    clerk, dispatcher = caller("clerk"), caller("dispatcher")
    subject = enterprise(city)
    first = clerk.file(lon=121.4, lat=37.5, subject=str(subject.pk))
    second, third = clerk.file(phone="13800000002"), clerk.file(phone="13800000003", lon=120.0, lat=36.0)
    one, two, three = (made["number"] for made in (first, second, third))
    for number, category in ((one, "PS-02"), (two, "TR-01")):
        dispatcher.move(number, "classify", category=category, nature="help", urgency="0")
    due = first["due_at"]
    asked = {
        "state=classified,registered": {one, two, three},
        "state=classified,handling": {one, two},
        "category=PS-02,TR-01": {one, two},
        f"number={one},{three.lower()}": {one, three},
        f"number={one},HS-0000-0000": {one},
        f"subject={subject.pk}": {one},
        "updated_since=2020-01-01T00:00:00Z": {one, two, three},
        "updated_since=2199-01-01T00:00:00Z": set(),
        f"due_from={due}": {one, two, three},
        "due_until=2020-01-01T00:00:00Z": set(),
        "bbox=121,37,122,38": {one},
        "bbox=119,35,122,38": {one, three},
    }
    for query, numbers in asked.items():
        assert set(walk(dispatcher, query + "&limit=2")) == numbers, query
        assert set(walk(dispatcher, query + "&limit=2&q=渣土")) == numbers, query
        count = dispatcher.get(f"/requests?count=true&{query}").json()["count"]
        assert count == len(numbers), query


def test_a_filter_that_cannot_be_used_is_named_as_it_was_sent(city: City) -> None:
    program = caller("dispatcher")
    for query, name in (
        ("state=handling,nowhere", "state"),
        ("category=PS-02,XX-99", "category"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=10,10,5,20", "bbox"),
        ("bbox=nan,1,2,3", "bbox"),
        ("updated_since=2026-01-01", "updated_since"),
        ("due_from=2026-01-01T00:00:00", "due_from"),
        (f"number={','.join(['HS-0000-0000'] * 201)}", "number"),
        ("subject=x", "subject"),
    ):
        refused = program.get(f"/requests?{query}")
        assert refused.status_code == 422, query
        assert name in refused.json()["problems"], query
