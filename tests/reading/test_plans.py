"""HOUSE §4: a list is an index walk whoever looks; nothing reads the whole table."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.database import as_owner
from huhang.cases import life
from huhang.cases.models import Case
from huhang.reading import ledger, tallies
from huhang.reading.ledger import DUE, RECEIVED, Walk
from huhang.reading.rules import SCOPES, Filter, Place
from tests.factories.city import NOW, enterprise, filed, make_city
from tests.reading.crowd import add_cases, add_stations, take_statistics

ROWS = 24_000


def plan(sql: str, params: list[Any]) -> str:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql, params)
        return "\n".join(row[0] for row in cursor.fetchall())


def planned_once(sql: str, values: list[Any]) -> str:
    """The plan a session keeps for whatever values come (ADR 26), as the pages' counts are asked."""
    parts = sql.split("%s")
    text = parts[0] + "".join(f"${nth}{part}" for nth, part in enumerate(parts[1:], 1))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE counted AS {text}")
        marks = ", ".join(["%s"] * len(values))
        cursor.execute(f"EXPLAIN EXECUTE counted ({marks})", values)
        told = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("DEALLOCATE counted")
    return told


def walked(actor: Actor, asked: Filter, walk: Walk) -> str:
    made = ledger.statement(actor, asked, walk=walk, now=NOW, want=51)
    assert made is not None
    return plan(*made)


@pytest.fixture
def crowd(own_database: str) -> Any:
    with acting(SYSTEM):
        city = make_city()
    add_stations(city, 30)
    add_cases(city, 1, ROWS, NOW)
    take_statistics()
    return city


def test_every_list_is_an_index_walk_whoever_looks(crowd: Any) -> None:
    middle = Place(NOW + timedelta(days=3), crowd.users["handler"].pk)
    seen: dict[tuple[str, str, str], str] = {}
    for who in ("handler", "chief", "dispatcher", "auditor", "liaison", "clerk", "revisitor"):
        actor = crowd.actor(who)
        with acting(actor):
            for scope in SCOPES:
                for which in ("open", "all"):
                    for key, place in ((DUE, None), (DUE, middle), (RECEIVED, None), (RECEIVED, middle)):
                        if key == DUE and which == "all":
                            continue  # inboxes are open cases only; the ledger is ordered by receipt
                        told = walked(actor, Filter(scope=scope, which=which), Walk(key, place))
                        assert "Seq Scan on cases_case" not in told, (who, scope, which, key, told)
                        if place is None:
                            seen[who, scope, f"{which} {key}"] = told
    assert "case_queue_unit" in seen["handler", "unit", "open due_at"]
    assert "case_queue_officer" in seen["handler", "mine", "open due_at"]
    assert "case_queue_branch" in seen["chief", "unit", "open due_at"]
    assert "case_queue_all" in seen["auditor", "all", "open due_at"]
    assert "case_queue_unit" in seen["liaison", "unit", "open due_at"]
    assert "case_ledger_all" in seen["dispatcher", "all", "all received_at"]
    assert "case_ledger_branch" in seen["chief", "unit", "all received_at"]
    assert "case_ledger_unit" in seen["liaison", "unit", "all received_at"]


def test_counting_reads_no_whole_table_and_stops_at_a_thousand(crowd: Any) -> None:
    for who in ("handler", "chief", "dispatcher", "auditor", "liaison"):
        actor = crowd.actor(who)
        asked = {scope: tallies.Asked(Filter(scope=scope), NOW) for scope in SCOPES}
        with acting(actor):
            made = tallies.statement(actor, asked, page="inbox")
            told = plan(made.sql, made.values)
            if who in ("handler", "chief"):
                assert "Seq Scan on cases_case" not in told, (who, told)
            counted = tallies.take(actor, asked)
        if actor.everything:
            assert counted.of("all") == tallies.Tally(1000, True)


def test_counts_planned_once_walk_the_index_of_what_they_count(crowd: Any) -> None:
    """Such a plan knows no values: with few takers, every open case of the city was met for one officer's."""
    takers = [crowd.users[name].pk for name in ("clerk", "dispatcher")]
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_case SET taken_by_id = (%s::uuid[])[1 + right(number, 1)::int %% 2]",
            [takers],
        )
    take_statistics()
    for who in ("handler", "chief", "liaison"):
        actor = crowd.actor(who)
        with acting(actor):
            for asked, index in (
                (Filter(scope="taken"), "case_queue_taken"),
                (Filter(scope="all"), "case_queue_taken"),
                (Filter(scope="mine", late=True), "case_queue_officer"),
            ):
                made = tallies.statement(actor, {"one": tallies.Asked(asked, NOW)})
                told = planned_once(made.sql, made.values)
                assert "Seq Scan on cases_case" not in told, (who, asked, told)
                assert index in told, (who, asked, told)


def test_the_life_of_a_subject_finds_its_cases_and_those_under_them_by_index(crowd: Any) -> None:
    """A1: “or” over the join to the parent read the whole ledger for the eight cases of one enterprise."""
    with acting(SYSTEM):
        firm = enterprise(crowd)
    first = filed(crowd, subject=firm.pk).case
    under = filed(crowd, phone="13800000009", parent=first.pk).case
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET subject_id = NULL WHERE id = %s", [under.pk])
    take_statistics()
    for who in ("chief", "auditor"):
        actor = crowd.actor(who)
        with acting(actor):
            with CaptureQueriesContext(connection) as asked:
                told = list(life.read(actor, [firm.pk], before=None, most=9, only=""))
            (sql,) = [one["sql"] for one in asked if "cases_case" in one["sql"]]
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN " + sql)
                made = "\n".join(row[0] for row in cursor.fetchall())
        if who == "auditor":
            assert {one.key for one in told} == {first.number, under.number}
        assert "Seq Scan on cases_case" not in made, (who, made)
        assert "case_subject" in made, (who, made)


def test_a_kind_that_is_few_among_very_many_requests_is_found_by_its_index(crowd: Any) -> None:
    """B3, B5, B6: visits, sessions and office days stand in one table with a million requests."""
    for who in ("chief", "auditor"):
        actor = crowd.actor(who)
        for kind in ("visit", "training", "officeday", "card"):
            with acting(actor):
                rows = visible_to(actor, Case.objects.filter(kind=kind)).order_by("-received_at", "-id")
                for asked in (rows[:51], rows.filter(state="held")):
                    made = plan(*asked.query.sql_with_params())
                    assert "Seq Scan on cases_case" not in made, (who, kind, made)
                    assert "case_kind" in made or "case_queue_state" in made, (who, kind, made)
