"""What an answer costs: statements counted as the server would send them, and no GET that writes."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.doors.api.openapi import document
from tests.doors.api.callers import Caller, caller
from tests.factories.city import City, enterprise, filed, make_city
from tests.safeguards.knocking import writes

LIST, RECORD = 5, 8
"""HOUSE §4: statements a list may cost; a record has guards to ask besides."""


def statements(call: Callable[[], Any], *, status: int = 200) -> list[str]:
    seen: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        answer = call()
    assert answer.status_code == status, answer.content.decode()
    return seen


@pytest.fixture
def standing(own_database: str) -> City:
    """A committed city with some requests, so that nothing of a test's own transaction is counted."""
    with acting(SYSTEM):
        city = make_city()
    for turn in range(12):
        with acting(SYSTEM):
            filed(city, phone=f"138000001{turn:02}")
    return city


def test_a_list_costs_the_same_few_statements_whatever_its_length_and_whoever_looks(standing: City) -> None:
    for who in ("clerk", "handler", "chief", "dispatcher", "auditor", "security_admin"):
        program = caller(who)
        program.get("/requests")
        for query in ("limit=1", "limit=200", "count=true", "q=渣土", "late=true&order=due", "q=渣土&count=true"):
            cost = len(statements(lambda p=program, q=query: p.get(f"/requests?{q}")))
            assert cost <= LIST, (who, query, cost)


def test_a_record_costs_at_most_eight_in_every_state(standing: City) -> None:
    from tests.doors.api.test_life import LIFE

    number = caller("clerk").get("/requests?limit=1").json()["items"][0]["number"]
    watchers = {who: caller(who) for who in ("dispatcher", "auditor", "revisitor")}
    for who, name, values in LIFE:
        for watcher in watchers.values():
            cost = len(statements(lambda w=watcher: w.get(f"/requests/{number}")))
            assert cost <= RECORD, (name, cost)
        said = {**values, **({"unit": str(standing.units["harbour"].pk)} if "unit" in values else {})}
        assert caller(who).move(number, name, **said).status_code == 200


SUPERVISOR = ("/liaisons/plans/", "/matters", "/surveys", "/notices", "/rounds")
ABSENT = tuple(f"/api/v1/{sort}/{{" for sort in ("visits", "posts", "notices", "surveys", "trainings", "office-days"))
"""There is none of these here: what looks for one must not write either."""


def test_a_get_only_selects(standing: City) -> None:
    number = caller("clerk").get("/requests?limit=1").json()["items"][0]["number"]
    dispatcher: Caller = caller("dispatcher")
    hook = dispatcher.post("/webhooks", {"name": "市平台", "url": "https://platform.example.cn/"}).json()["id"]
    with acting(SYSTEM):
        known = enterprise(standing)
    supervisor = caller("supervisor")
    plan = supervisor.post("/liaisons/plans", {}).json()["id"]
    for path, methods in document()["paths"].items():
        if "get" not in methods:
            continue
        here = path.removeprefix("/api/v1").replace("{number}", number).replace("{year}", "2026")
        here = here.replace("{webhook}", hook).replace("{subject}", str(known.pk)).replace("{plan}", plan)
        for name in ("post", "notice", "survey"):
            here = here.replace(f"{{{name}}}", str(uuid4()))
        program = supervisor if here.startswith(SUPERVISOR) else dispatcher
        none = path.startswith(ABSENT)
        seen = statements(lambda h=here, p=program: p.get(h), status=404 if none else 200)
        assert all(sql.lstrip(" (\n").upper().startswith(("SELECT", "WITH")) for sql in seen), (here, seen)
        assert not [sql for sql in seen if writes(sql)], here


CREATE, MOVE = 23, 18
"""Statements of a filing and of a move with its clocks, session and one savepoint included (ADR 26)."""


def test_filing_and_moving_cost_few_statements_and_one_savepoint(standing: City) -> None:
    clerk, dispatcher = caller("clerk"), caller("dispatcher")
    told = {"channel": "hotline", "nature": "help", "name": "王海燕", "phone": "13800000001", "body": "夜里有渣土车。"}
    clerk.post("/requests", told, key="before-it")
    seen: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        made = clerk.post("/requests", {**told, "body": "白天也有渣土车。"}, key="counted-one")
    assert made.status_code == 201, made.content.decode()
    assert len(seen) <= CREATE, seen
    assert sum(sql.startswith("SAVEPOINT") for sql in seen) == 1, seen
    seen.clear()
    with connection.execute_wrapper(count):
        moved = dispatcher.move(made.json()["number"], "classify", 1, category="PS-02", nature="help", urgency="0")
    assert moved.status_code == 200, moved.content.decode()
    assert len(seen) <= MOVE, seen
    assert sum(sql.startswith("SAVEPOINT") for sql in seen) <= 1, seen
