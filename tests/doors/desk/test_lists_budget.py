"""HOUSE §4: a page of any list costs at most five statements: session, user with posts, who acts, rows, counts."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from tests.factories.city import City, make_city
from tests.reading.crowd import add_cases, add_stations, take_statistics

BACKEND = "huhang.base.people.backends.Officers"


def as_(city: City, who: str) -> Client:
    client = Client()
    client.force_login(city.users[who], backend=BACKEND)
    return client


def budget(client: Client, url: str) -> list[str]:
    said: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        said.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert client.get(url).status_code == 200, url
    return said


@pytest.mark.parametrize("cases", [0, 60, 600])
def test_a_list_costs_five_statements_whoever_looks_and_however_long_it_is(own_database: str, cases: int) -> None:
    with acting(SYSTEM):
        city = make_city()
    add_stations(city, 29)
    if cases:
        add_cases(city, 1, cases, timezone.now())
    take_statistics()
    for who in ("handler", "chief", "dispatcher", "auditor", "liaison"):
        with acting(SYSTEM):
            client = as_(city, who)
        client.get("/desk/")  # units and catalogue are in memory from the first page on
        for url in ("/desk/", "/desk/ledger/", "/desk/ledger/?q=第12", "/desk/?scope=unit", "/desk/?late=1"):
            said = budget(client, url)
            assert len(said) <= 5, (who, url, [s[:90] for s in said])
            assert not any("DISTINCT" in s or "OFFSET" in s for s in said), (who, url)


def test_the_menu_costs_any_other_page_one_statement_and_the_hall_none(own_database: str) -> None:
    with acting(SYSTEM):
        city = make_city()
        client = as_(city, "handler")
    client.get("/desk/batches/")
    said = budget(client, "/desk/batches/")
    assert len(said) == 5, [s[:90] for s in said]
    assert sum("count(*)" in s for s in said) == 1
    stranger = Client()
    stranger.get("/")
    assert not any("count(*)" in s for s in budget(stranger, "/"))
