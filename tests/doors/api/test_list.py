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
