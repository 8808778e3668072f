"""Counts kept by the database are the number of cases there are, whatever happens to them (SAFEGUARDS 20)."""

import random
import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.database import as_owner
from huhang.base.jobs.registry import duties
from huhang.base.journal.models import Entry
from huhang.cases.actions import move
from huhang.cases.counts import actions
from huhang.cases.counts.models import Counted, Proof
from huhang.cases.counts.queries import fresh
from huhang.cases.models import Case
from huhang.kernel.errors import Refusal
from huhang.kernel.worktime import Schedule
from tests.factories.city import NOW, City, filed, make_city
from tests.reading.crowd import add_cases

_SORT = "kind, {month}, {unit}, {branch}, state, is_open, sensitive"
_THERE = _SORT.format(
    month="date_trunc('month', received_at AT TIME ZONE 'Asia/Shanghai')::date", unit="unit_id", branch="branch_id"
)
_KEPT = _SORT.format(month="month", unit="unit", branch="branch")


def _rows(sql: str) -> Counter[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return Counter({tuple(row[:-1]): row[-1] for row in cursor.fetchall()})


def there() -> Counter[tuple[Any, ...]]:
    """A plain GROUP BY over the cases."""
    return _rows(f"SELECT {_THERE}, count(*) FROM cases_case GROUP BY 1, 2, 3, 4, 5, 6, 7")


def kept() -> Counter[tuple[Any, ...]]:
    """What the counts tell."""
    return _rows(f"SELECT {_KEPT}, sum(n) FROM cases_counted GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(n) <> 0")


def go(city: City, who: str, case: Case, name: str, **values: Any) -> None:
    actor = city.actor(who)
    with acting(actor):
        move(case_id=case.pk, name=name, values=values, by=actor, now=NOW)


@pytest.mark.django_db
def test_counts_follow_every_change_of_the_rows() -> None:
    city, rng = make_city(), random.Random(25)
    add_cases(city, 1, 300, NOW)
    units = list(city.units.values())
    changes: list[Any] = [
        lambda rows: rows.update(state=rng.choice(["handling", "answered"]), is_open=True, closed_at=None),
        lambda rows: rows.update(state="closed", is_open=False, closed_at=NOW),
        lambda rows: rows.update(sensitive=rng.random() < 0.5),
        lambda rows: rows.update(received_at=NOW - timedelta(days=rng.randrange(2000))),
        lambda rows: rows.update(title="别的标题"),
        lambda rows: rows.update(kind=rng.choice(["request", "card"])),
        lambda rows: rows.update(unit=(unit := rng.choice(units)), branch=unit.branch),
        lambda rows: Case.objects.bulk_update(
            [case for case in rows if not setattr(case, "state", rng.choice(["handling", "signed"]))], ["state"]
        ),
    ]
    for step in range(120):
        first = rng.randrange(300)
        rows = Case.objects.filter(
            pk__in=list(Case.objects.order_by("number").values_list("pk", flat=True)[first : first + 1 + step % 9])
        )
        try:
            with transaction.atomic():
                rng.choice(changes)(rows)
                if step % 5 == 0:
                    raise Refusal("换一个")
        except Refusal:
            pass
        if step % 18 == 0:
            actions.fold()
        assert kept() == there(), step
    assert fresh() > 0
    before = kept()
    assert actions.fold() > 0
    assert fresh() == 0
    assert kept() == before == there()
    assert Counted.objects.count() == len(before), "one row a sort, and none for a sort that is gone"
    assert actions.fold() == 0


@pytest.mark.django_db
def test_counts_follow_the_moves_of_requests() -> None:
    city = make_city()
    cases = [filed(city, phone=f"1380000{n:04d}", now=NOW - timedelta(days=9 * n)).case for n in range(6)]
    for case in cases[:5]:
        go(city, "dispatcher", case, "classify", category="PS-02", nature="help", urgency="0")
    for case in cases[:3]:
        go(city, "dispatcher", case, "dispatch", unit=city.units["harbour"].pk)
    go(city, "handler", cases[0], "sign")
    go(city, "handler", cases[1], "give_back", reason="归河东")
    go(city, "dispatcher", cases[1], "dispatch", unit=city.units["river"].pk)
    go(city, "dispatcher", cases[3], "merge", into=cases[0].number, reason="同一件事")
    go(city, "dispatcher", cases[4], "withdraw_for", reason="本人来电")
    go(city, "handler", cases[0], "answer", result="solved", proof="处警单 12", answer="已处理")
    assert kept() == there()
    go(city, "dispatcher", cases[3], "part", reason="不是同一件事")
    mark = transaction.savepoint()
    go(city, "dispatcher", cases[5], "classify", category="PS-02", nature="help", urgency="0")
    filed(city, phone="13900000000")
    assert sum(kept().values()) == 7
    transaction.savepoint_rollback(mark)
    assert kept() == there()
    assert sum(kept().values()) == 6


@pytest.mark.django_db
def test_the_month_is_the_citys() -> None:
    assert Schedule().zone == "Asia/Shanghai", "the triggers' months are those of the house's days"
    city = make_city()
    case = filed(city).case
    for day, month in (("2026-10-31T15:59:59.999999Z", "2026-10-01"), ("2026-10-31T16:00:00Z", "2026-11-01")):
        Case.objects.filter(pk=case.pk).update(received_at=day)
        actions.fold()
        assert [str(one) for one in Counted.objects.values_list("month", flat=True)] == [month]


@pytest.mark.django_db
def test_a_change_that_counts_nothing_adds_nothing() -> None:
    city = make_city()
    case = filed(city).case
    before = Counted.objects.count()
    Case.objects.filter(pk=case.pk).update(title="换个说法", version=7)
    assert Counted.objects.count() == before


@pytest.mark.django_db
def test_a_wrong_count_is_found_told_and_put_right() -> None:
    city = make_city()
    add_cases(city, 1, 50, NOW)
    duty = next(one for one in duties() if one.name == "counts.prove")
    duty.do(NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("UPDATE cases_counted SET n = n + 4 WHERE id = (SELECT min(id) FROM cases_counted)")
        cursor.execute(
            "INSERT INTO cases_counted (kind, month, unit, state, is_open, sensitive, n, fresh)"
            " VALUES ('card', '2026-01-01', gen_random_uuid(), 'issued', true, false, -3, true)"
        )
        cursor.execute("SET ROLE huhang_app")
    duty.do(NOW + timedelta(days=1))
    duty.do(NOW + timedelta(days=2))
    told = list(Proof.objects.order_by("at").values_list("sorts", "cases", "rebuilt"))
    assert told == [(0, 0, False), (2, 7, True), (0, 0, False)]
    assert Entry.objects.get(action="counts.rebuilt").data == '{"cases":7,"sorts":2}'
    assert kept() == there()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_counted SET n = 0",
        "DELETE FROM cases_counted",
        "INSERT INTO cases_counted (kind, month, unit, state, is_open, sensitive, n, fresh)"
        " VALUES ('request', now(), gen_random_uuid(), 'closed', false, false, 9, false)",
    ],
)
def test_the_application_cannot_write_counts(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_sixteen_writers_never_wait_and_nothing_is_lost(own_database: str) -> None:
    city = make_city()
    with acting(SYSTEM):
        add_cases(city, 1, 320, NOW)
        keys = list(Case.objects.order_by("number").values_list("pk", flat=True))
    problems: list[str] = []
    done = threading.Event()

    def write(nth: int) -> None:
        rng = random.Random(nth)
        try:
            for _round in range(10):
                with acting(SYSTEM), connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '20ms'")
                    mine = rng.sample(keys[nth::16], 3)
                    unit = rng.choice(list(city.units.values()))
                    Case.objects.filter(pk__in=mine).update(state="answered", unit=unit, branch=unit.branch)
                    cursor.execute("SELECT pg_sleep(0.004)")  # holds what it wrote while the others write
        except Exception as problem:
            problems.append(repr(problem))
        finally:
            connection.close()

    def fold() -> None:
        while not done.wait(0.005):
            with acting(SYSTEM):
                actions.fold()
        with acting(SYSTEM):
            actions.prove(by=SYSTEM, now=NOW)
        connection.close()

    folder = threading.Thread(target=fold)
    writers = [threading.Thread(target=write, args=(nth,)) for nth in range(16)]
    for one in (folder, *writers):
        one.start()
    for one in writers:
        one.join()
    done.set()
    folder.join()
    with acting(SYSTEM):
        assert problems == []
        assert kept() == there()
        assert sum(kept().values()) == 320
        assert Proof.objects.get().sorts == 0


def test_loading_with_counting_put_off_counts_all_at_the_end(own_database: str) -> None:
    city = make_city()
    with acting(SYSTEM):
        add_cases(city, 1, 30, NOW)
    with as_owner(connection), transaction.atomic(), connection.cursor() as cursor:
        with actions.counting_later(cursor):
            add_cases(city, 31, 90, NOW)
            assert sum(kept().values()) == 30
        assert sum(kept().values()) == 90
    with (
        as_owner(connection),
        pytest.raises(RuntimeError),
        transaction.atomic(),
        connection.cursor() as cursor,
        actions.counting_later(cursor),
    ):
        raise RuntimeError
    with acting(SYSTEM):
        add_cases(city, 91, 95, NOW)
        assert kept() == there()
        assert sum(kept().values()) == 95
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute("TRUNCATE cases_case CASCADE")
        assert sum(kept().values()) == 0
