"""HOUSE §2.7, SAFEGUARDS 20: what is counted, and that the rows behind a number are exactly that many."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from huhang.base.access.context import acting
from huhang.base.catalog import queries as catalog
from huhang.cases.actions import move
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.kernel.worktime import working_time
from huhang.reading.figures import periods, queries
from huhang.reading.figures.periods import Period, Window
from huhang.reading.figures.scope import Scope, scope_for
from tests.factories.city import NOW, City, filed, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def go(city: City, case: Case, who: str, name: str, *, now: Any = NOW, **values: Any) -> None:
    actor = city.actor(who)
    with acting(actor):
        move(case_id=case.pk, name=name, values=values, by=actor, now=now)


def dispatched(city: City, unit: str = "harbour", *, now: datetime = NOW) -> Case:
    case = filed(city, now=now).case
    go(city, case, "dispatcher", "classify", now=now, category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", now=now, unit=city.units[unit].pk)
    return case


def answered(city: City, *, now: datetime = NOW, after: timedelta = timedelta(hours=1)) -> Case:
    case = dispatched(city, now=now)
    go(city, case, "handler", "sign", now=now)
    go(city, case, "handler", "answer", now=now + after, result="solved", proof="处警 12", answer="好了")
    return case


def closed(city: City, stars: str = "", *, reached: str = "yes", solved: str = "yes", now: datetime = NOW) -> Case:
    case = answered(city, now=now)
    said = {"reached": reached, **({"solved": solved, "stars": stars} if reached == "yes" else {})}
    tries = (2,) if reached == "yes" else (2, 5, 8)  # three times of a day before “could not be reached” stands
    for hours in tries:
        go(city, case, "revisitor", "revisit", now=now + timedelta(hours=hours), **said)
    go(city, case, "revisitor", "close", now=now + timedelta(hours=tries[-1] + 1), reason="已说明")
    return case


def window(first: date = date(2026, 11, 1), last: date = date(2026, 11, 30), now: datetime = NOW) -> Window:
    return Period("custom", first, last).window(now, catalog.schedule())


def value(city: City, name: str, who: str = "leader", now: datetime = NOW, scope: Scope | None = None) -> Any:
    actor = city.actor(who)
    with acting(actor):
        return queries.figure(kind_of("request"), actor, name, window(now=now), scope)


def test_a_share_of_nothing_is_nothing(city: City) -> None:
    told = value(city, "satisfied")
    assert (told.count, told.n, told.share, told.size) == (0, 0, None, None)
    assert value(city, "pace").median is None


def test_what_came_in_is_counted_once_by_the_day_of_receipt(city: City) -> None:
    filed(city)
    filed(city, now=datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC))  # the last second of October in Shanghai
    filed(city, now=datetime(2026, 10, 31, 16, 0, tzinfo=UTC))
    assert value(city, "received").count == 2


def test_satisfaction_counts_only_ratings_given_and_the_unreached_stand_apart(city: City) -> None:
    closed(city, "5")
    closed(city, "3")
    closed(city)
    closed(city, reached="no")
    satisfied, rated, unreached = (value(city, n) for n in ("satisfied", "rated", "unreached"))
    assert (satisfied.count, satisfied.n) == (2, 2)
    assert (rated.count, rated.n) == (2, 4)
    assert (unreached.count, unreached.n) == (1, 4)
    solved = value(city, "solved")
    assert (solved.count, solved.n) == (3, 3)


def test_a_bad_first_round_stays_counted_after_the_redo_was_liked(city: City) -> None:
    case = answered(city)
    go(city, case, "revisitor", "revisit", reached="yes", solved="no", stars="1")
    go(city, case, "revisitor", "redo", reason="再想办法")
    go(
        city,
        case,
        "handler",
        "answer",
        result="solved",
        proof="处警 12",
        answer="真好了",
        now=NOW + timedelta(hours=2),
    )
    go(city, case, "handler", "rectify_contact", reached="yes", said="嫌慢", now=NOW + timedelta(hours=2))
    go(city, case, "handler", "rectify", measures="加派人手", proof="整改单 3", now=NOW + timedelta(hours=2))
    heard = NOW + timedelta(hours=3)
    go(city, case, "revisitor", "rectify_revisit", reached="yes", content="yes", word="可以了", now=heard)
    go(city, case, "revisitor", "revisit", reached="yes", solved="yes", stars="5", now=heard)
    go(city, case, "revisitor", "close", now=NOW + timedelta(hours=4))
    assert [value(city, n).count for n in ("satisfied", "rated", "ever_bad", "redone")] == [1, 1, 1, 1]


def test_the_answer_clock_of_the_last_round_decides_what_was_in_time(city: City) -> None:
    for after in (timedelta(hours=1), timedelta(days=30)):
        case = answered(city, now=NOW - timedelta(days=60), after=after)
        go(city, case, "revisitor", "revisit", reached="yes", solved="yes")
        go(city, case, "revisitor", "close")
    told = value(city, "on_time")
    assert (told.count, told.n) == (1, 2)


def test_the_median_is_the_working_time_of_the_kernel(city: City) -> None:
    spans = []
    for start, after in ((NOW, 3), (NOW - timedelta(days=9, hours=5), 80), (NOW - timedelta(days=30), 500)):
        case = answered(city, now=start, after=timedelta(hours=after, minutes=17))
        case.refresh_from_db()
        assert case.answered_at is not None
        spans.append(working_time(case.received_at, case.answered_at, catalog.calendar(), catalog.schedule()))
    told = value(city, "pace", now=NOW + timedelta(days=5))
    assert told.n == 3
    assert told.median == pytest.approx(sorted(spans)[1] / catalog.schedule().day_length)


def test_a_late_case_is_late_at_its_very_due_instant(city: City) -> None:
    case = dispatched(city)
    case.refresh_from_db()
    assert case.due_at is not None
    assert value(city, "late", now=case.due_at - timedelta(microseconds=1)).count == 0
    assert value(city, "late", now=case.due_at).count == 1


def test_what_waits_for_the_person_is_in_hand_and_never_late(city: City) -> None:
    case = dispatched(city)
    go(city, case, "handler", "sign")
    go(city, case, "handler", "suspend", reason="请补充门牌号")
    later = NOW + timedelta(days=90)
    assert [value(city, n, now=later).count for n in ("in_hand", "waiting", "late")] == [1, 1, 0]


def test_units_without_a_case_stand_in_the_table_and_the_parts_make_the_whole(city: City) -> None:
    dispatched(city)
    dispatched(city, "river")
    filed(city, by="dispatcher")  # still with the bureau itself
    leader = city.actor("leader")
    with acting(leader):
        table = queries.by_unit(kind_of("request"), leader, ["received", "in_hand"], window(), Scope())
    told = {row.label: row.values["received"].count for row in table}
    assert told["临港分局"] == 1
    assert told["河市县局"] == 1
    assert told["交警支队"] == 0
    assert told["市局本级"] == 1
    assert sum(told.values()) == value(city, "received").count == 3


def test_a_chief_counts_his_own_branch_only(city: City) -> None:
    dispatched(city)
    dispatched(city, "river")
    chief = city.actor("chief")
    scope = scope_for(chief)
    assert scope == Scope(city.units["port"].pk)
    assert value(city, "received", "chief", scope=scope).count == 1


def test_in_and_out_by_day_is_one_statement_and_adds_up(city: City) -> None:
    closed(city)
    filed(city, now=NOW - timedelta(days=2))
    leader = city.actor("leader")
    with acting(leader):
        catalog.snapshot()
        statements: list[str] = []
        with connection.execute_wrapper(lambda run, sql, p, m, c: (statements.append(sql), run(sql, p, m, c))[1]):
            days = queries.flow(kind_of("request"), leader, NOW, Scope())
    assert len(statements) == 1
    assert len(days) == 30
    assert [(d.received, d.closed) for d in days[-3:]] == [(1, 0), (0, 0), (1, 1)]


def test_the_bands_of_remaining_time_hold_every_open_case_once(city: City) -> None:
    for days in range(0, 40, 2):
        dispatched(city, now=NOW - timedelta(days=days))
    leader = city.actor("leader")
    with acting(leader):
        cells = queries.open_grid(kind_of("request"), leader, NOW, Scope())
        late = sum(c.n for c in cells if c.band.startswith("late"))
    assert sum(c.n for c in cells) == 20
    assert late == value(city, "late").count > 0


def test_a_period_of_ones_own_choice_says_what_is_wrong_with_it() -> None:
    from huhang.kernel.errors import Invalid

    today = date(2026, 11, 20)
    for given in (
        {"period": "decade"},
        {"period": "custom", "from": "2026-11-20"},
        {"period": "custom", "from": "2026-11-20", "to": "2026-11-19"},
        {"period": "custom", "from": "2010-01-01", "to": "2026-11-19"},
    ):
        with pytest.raises(Invalid):
            periods.from_query(given, today)
    assert periods.from_query({"period": "quarter"}, today).first == date(2026, 10, 1)
    assert periods.from_query({}, today).first == date(2026, 11, 1)
