"""A number of the statistics is the length of the list behind it, for whoever looks (SAFEGUARDS 2 and 20)."""

import random
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.base.catalog import queries as catalog
from huhang.base.people import actions as people
from huhang.cases.counts import actions as counts
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.kernel.errors import Invalid, Missing
from huhang.reading.figures.periods import Period
from huhang.reading.figures.queries import ended, figure
from huhang.reading.figures.scope import Scope
from huhang.reading.rules import Filter
from huhang.reading.statistics.queries import Wanted, counted, within
from huhang.reading.statistics.rules import Months, Place, custom, from_query, months, place_for, shifted, spans
from huhang.reading.tallies import Asked, take
from tests.factories.city import LONG_AGO, NOW, OFFICERS, City, make_city
from tests.reading.crowd import add_cases

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)
YEAR = months("twelve", TODAY)


@pytest.fixture
def city() -> City:
    """Some hundred cases of all units: sensitive ones, some in somebody's name, some with a part for another unit."""
    made, rng = make_city(), random.Random(5)
    add_cases(made, 1, 400, NOW)
    holders = [made.users[name].pk for name in ("handler", "clerk", "other_handler", "traffic")]
    with acting(SYSTEM):
        for case in Case.objects.order_by("number"):
            case.received_at = NOW - timedelta(days=rng.randrange(500), hours=rng.randrange(24))
            case.state = rng.choice(["handling", "answered"]) if case.is_open else rng.choice(["closed", "withdrawn"])
            case.sensitive = rng.random() < 0.25
            case.officer_id, case.taken_by_id = rng.choice([None, *holders]), rng.choice([None, *holders])
            case.save()
        people.appoint(
            user_id=made.users["traffic"].pk,
            unit_id=made.units["quay"].pk,
            role="handler",
            starts_at=LONG_AGO,
            by=SYSTEM,
            now=LONG_AGO,
        )
    return made


SEERS = [name for name in OFFICERS if not name.endswith("_admin")]


def test_every_number_is_the_length_of_its_list(city: City) -> None:
    for who in SEERS:
        actor = city.actor(who)
        scope = "all" if actor.everything else "unit"
        with acting(actor):
            found = counted(actor, Wanted("request", YEAR, ("unit", "state", "month")))
            rng = random.Random(who)
            for unit, state, month in rng.sample(sorted(found, key=str), min(12, len(found))):
                until = shifted(month, 1) - timedelta(days=1)
                asked = Filter(scope, "all", "request", state, unit=unit, since=month, until=until)
                listed = take(actor, {"n": Asked(asked, NOW)}).of("n").count
                assert listed == found[unit, state, month], (who, unit, state, month)
            whole = Filter(scope, "all", "request", since=YEAR.first, until=YEAR.days[1])
            told = take(actor, {"n": Asked(whole, NOW)}).of("n")
        assert told.count == sum(found.values()), who
        if who in ("handler", "chief", "leader", "clerk"):
            assert told.count > 0


def test_folding_changes_no_number(city: City) -> None:
    actors = [city.actor(who) for who in ("leader", "chief", "handler", "traffic")]
    wanted = Wanted("request", YEAR, ("part", "state"))
    before = []
    for actor in actors:
        with acting(actor):
            before.append(counted(actor, wanted))
    assert counts.fold() > 0
    for actor, was in zip(actors, before, strict=True):
        with acting(actor):
            assert counted(actor, wanted) == was


def test_row_level_security_alone_shows_no_foreign_count(city: City) -> None:
    for who in ("handler", "chief", "liaison", "clerk", "security_admin", "system_admin", "leader"):
        actor = city.actor(who)
        with acting(actor), connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT unit, branch, sensitive FROM cases_counted")
            rows = cursor.fetchall()
        if actor.everything:
            assert len(rows) > 8
            continue
        assert all(unit in actor.units or branch in actor.branches for unit, branch, _ in rows)
        assert actor.sees_sensitive or not any(sensitive for _, _, sensitive in rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('huhang.scope', '', true)")
        cursor.execute("SELECT count(*) FROM cases_counted")
        assert cursor.fetchone() == (0,), "outside of acting nobody counts anything"


def test_a_place_that_is_not_ones_own_is_missing(city: City) -> None:
    chief, handler, leader = city.actor("chief"), city.actor("handler"), city.actor("leader")
    assert place_for(chief, str(city.units["quay"].pk)) == Place(city.units["quay"].pk)
    assert place_for(leader, str(city.units["bureau"].pk)) == Place()
    for actor, unit in ((chief, "river"), (chief, "bureau"), (handler, "quay"), (handler, "port")):
        with pytest.raises(Missing):
            place_for(actor, str(city.units[unit].pk))
    for actor, text in ((leader, "没有"), (leader, str(NOW))):
        with pytest.raises(Missing):
            place_for(actor, text)
    with pytest.raises(Missing):
        place_for(city.actor("security_admin"))


def test_one_statement_whatever_is_asked(city: City, django_assert_num_queries: Any) -> None:
    leader, handler = city.actor("leader"), city.actor("handler")
    wanted = Wanted("request", YEAR, ("unit", "state", "month"))
    with acting(leader):
        place_for(leader)
        with django_assert_num_queries(1):
            counted(leader, wanted)
    with acting(handler):
        place_for(handler)
        catalog.schedule()
        with django_assert_num_queries(2):
            counted(handler, wanted)


def test_months_of_an_address() -> None:
    assert from_query({}, TODAY) == Months("year", date(2026, 1, 1), date(2026, 11, 1))
    assert months("quarter", TODAY).first == date(2026, 10, 1)
    assert months("twelve", TODAY).first == date(2025, 12, 1)
    chosen = from_query({"period": "custom", "from": "2025-11", "to": "2026-02"}, TODAY)
    assert [f"{one:%m}" for one in chosen.each()] == ["11", "12", "01", "02"]
    assert chosen.days == (date(2025, 11, 1), date(2026, 2, 28))
    assert chosen.query == {"period": "custom", "from": "2025-11", "to": "2026-02"}
    for given in (
        {"period": "gestern"},
        {"period": "custom"},
        {"period": "custom", "from": "2026-13", "to": "2026-02"},
        {"period": "custom", "from": "2026-1-1", "to": "2026-02"},
        {"period": "custom", "from": "2026-03", "to": "2026-02"},
        {"period": "custom", "from": "1999-12", "to": "2026-02"},
        {"period": "custom", "from": "2000-01", "to": "2100-12"},
    ):
        with pytest.raises(Invalid):
            from_query(given, TODAY)


def test_many_months_are_shown_as_years() -> None:
    long = custom(date(2023, 3, 1), date(2026, 2, 1))
    assert spans(long) == [
        (date(2023, 3, 1), date(2023, 12, 1)),
        (date(2024, 1, 1), date(2024, 12, 1)),
        (date(2025, 1, 1), date(2025, 12, 1)),
        (date(2026, 1, 1), date(2026, 2, 1)),
    ]
    assert len(spans(YEAR)) == 12
    summed = within({("a", date(2023, 3, 1)): 2, ("a", date(2023, 12, 1)): 3, ("b", date(2026, 2, 1)): 1}, spans(long))
    assert summed == {("a", date(2023, 3, 1)): 5, ("b", date(2026, 1, 1)): 1}


def test_the_years_share_of_ended_is_the_one_counted_from_the_cases(city: City) -> None:
    window = Period("year", date(2026, 1, 1), TODAY).window(NOW, catalog.schedule())
    kind = kind_of("request")
    with acting(SYSTEM):  # some were received later than the window, in the same month and in the next
        for nth, case in enumerate(Case.objects.order_by("number")[:20]):
            case.received_at = NOW + timedelta(days=1 + nth)
            case.save()
    port, quay = city.units["port"].pk, city.units["quay"].pk
    for who, scopes in (
        ("leader", (Scope(), Scope(own=True), Scope(port), Scope(port, own=True), Scope(quay))),
        ("chief", (Scope(port), Scope(quay))),
        ("handler", (Scope(city.units["harbour"].pk),)),
    ):
        actor = city.actor(who)
        for scope in scopes:
            with acting(actor):
                kept = ended(kind, actor, "finished", window, scope)
                assert kept == figure(kind, actor, "finished", window, scope), (who, scope)
                assert kept.n
