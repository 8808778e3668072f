"""C6: joined repeats keep everybody told, are parted again when it was wrong, and never form a ring."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.messages.models import Message
from huhang.cases.actions import move
from huhang.cases.models import Case, Clock, Step
from huhang.kernel.errors import Conflict, Invalid, Missing, Refusal
from huhang.kinds.requests.actions.joining import join_all
from huhang.kinds.requests.models import Rating, Request
from tests.factories.city import NOW, City, filed, make_city

LATER = NOW.replace(day=24)


def go(actor: Actor, case: Case, name: str, **values: Any) -> Step:
    with acting(actor):
        return move(case_id=case.pk, name=name, values=values, by=actor, now=LATER)


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.mark.django_db
def test_a_repeat_joined_by_mistake_goes_on_from_its_receipt_and_its_person_is_told(city: City) -> None:
    first, second = (filed(city, phone=f"1380000000{n}", category="PS-02").case for n in (1, 2))
    due = Case.objects.get(pk=second.pk).due_at
    go(city.actor("dispatcher"), second, "merge", into=first.number, reason="同一件事")
    go(city.actor("dispatcher"), second, "part", reason="一件说渣土车，一件说广场舞")
    case = Case.objects.get(pk=second.pk)
    assert (case.state, case.is_open, case.merged_into, case.closed_at) == ("classified", True, None, None)
    assert case.due_at == due
    assert Clock.objects.get(case=case, stopped_at=None).started_at == case.received_at
    assert Message.objects.filter(template="request.parted", person=case.requester_id, case=case.pk).count() == 1
    assert Step.objects.filter(case=first, move="parted_off", note=second.number).count() == 1
    with pytest.raises(Refusal):
        go(city.actor("dispatcher"), first, "part", reason="没有并过")


@pytest.mark.django_db
def test_only_whoever_may_join_may_part(city: City) -> None:
    first, second = (filed(city, phone=f"1380000000{n}").case for n in (1, 2))
    go(city.actor("dispatcher"), second, "merge", into=first.number, reason="同一件事")
    for key in ("clerk", "supervisor", "auditor"):
        with pytest.raises(Refusal):
            go(city.actor(key), second, "part", reason="不是")


@pytest.mark.django_db
def test_several_are_joined_at_once_or_none_and_everybody_is_told(city: City) -> None:
    by = city.actor("dispatcher")
    lead, *rest = (filed(city, phone=f"1380000000{n}").case for n in range(1, 5))
    stale = [(case.pk, case.version) for case in rest]
    go(by, rest[2], "classify", category="PS-02", nature="help", urgency="0")
    with acting(by), pytest.raises(Conflict, match=rest[2].number):
        join_all(lead=lead, chosen=stale, reason="同一处", by=by, now=LATER)
    assert not Case.objects.filter(state="merged").exists()
    chosen = [(c.pk, c.version) for c in Case.objects.filter(pk__in=[c.pk for c in rest])]
    with acting(by):
        join_all(lead=lead, chosen=chosen, reason="同一处", by=by, now=LATER)
    assert Case.objects.filter(merged_into=lead).count() == 3
    told = Message.objects.filter(template="request.merge").values_list("person", "case")
    assert set(told) == {(case.requester_id, case.pk) for case in rest}
    for bad in ([], [(lead.pk, 1)], [(case.pk, 1) for case in rest] * 20):
        with acting(by), pytest.raises(Refusal):
            join_all(lead=lead, chosen=bad, reason="同一处", by=by, now=LATER)
    with acting(city.actor("other_handler")), pytest.raises(Missing):
        join_all(lead=lead, chosen=chosen, reason="x", by=city.actor("other_handler"), now=LATER)


@transaction.atomic
def written(pairs: Any) -> None:
    """Joins pairs behind the code's back and lets the database look at once instead of at the end."""
    for one, other in pairs:
        Case.objects.filter(pk=one.pk).update(merged_into=other)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db
def test_the_database_itself_takes_no_ring_and_no_chain(city: City) -> None:
    a, b, c = (filed(city, phone=f"1380000000{n}").case for n in (1, 2, 3))
    for pairs in (((a, b), (b, a)), ((a, b), (b, c)), ((b, c), (a, b))):
        with pytest.raises(IntegrityError, match="case_joined_once"):
            written(pairs)


def at_once(*work: Callable[[], object]) -> list[object]:
    """Runs each in a thread and a connection of its own, all starting together; what each gave or raised."""
    gate, said = threading.Barrier(len(work)), [None] * len(work)

    def run(n: int, do: Callable[[], object]) -> None:
        gate.wait()
        try:
            said[n] = do()  # type: ignore[call-overload]
        except Exception as problem:
            said[n] = problem  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, do)) for n, do in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return list(said)


def test_of_joins_that_cross_one_wins_and_nothing_goes_in_a_ring(own_database: str) -> None:
    with acting(SYSTEM):
        city = make_city()
        by = city.actor("dispatcher")
    for round_ in range(6):
        with acting(SYSTEM):
            a, b, c = (filed(city, phone=f"138000{round_:02}00{n}").case for n in (1, 2, 3))

        def join(one: Case, other: Case) -> Callable[[], object]:
            return lambda: go(by, one, "merge", into=other.number, reason="同一件事")

        pairs = ((a, b), (b, a)) if round_ % 2 else ((a, b), (b, c), (c, a))
        said = at_once(*(join(one, other) for one, other in pairs))
        assert all(isinstance(one, Step | Conflict | Invalid) for one in said), said
        with acting(SYSTEM):
            rows = {x.pk: x for x in Case.objects.filter(pk__in=[a.pk, b.pk, c.pk])}
        joined = [x for x in rows.values() if x.merged_into_id]
        assert joined
        assert all(rows[x.merged_into_id].merged_into_id is None for x in joined if x.merged_into_id)
        assert any(isinstance(one, Refusal) for one in said)


@pytest.mark.django_db
def test_each_person_joined_rates_the_answer_for_themselves(city: City) -> None:
    lead, second, third = (filed(city, phone=f"1380000000{n}", category="PS-02").case for n in (1, 2, 3))
    for case in (second, third):
        go(city.actor("dispatcher"), case, "merge", into=lead.number, reason="同一件事")
    people = {
        case.pk: Actor(kind="person", id=case.requester_id, label="王**", person=case.requester_id)
        for case in (second, third)
    }
    with pytest.raises(Refusal, match="还没有答复"):
        go(people[second.pk], second, "rate", stars="1")
    go(city.actor("dispatcher"), lead, "dispatch", unit=city.units["harbour"].pk)
    go(city.actor("handler"), lead, "sign")
    Case.objects.filter(pk=lead.pk).update(state="answered", answered_at=LATER)
    go(people[second.pk], second, "rate", stars="1", comment="还是吵")
    go(people[third.pk], third, "rate", stars="5")
    with pytest.raises(Refusal, match="评价过了"):
        go(people[second.pk], second, "rate", stars="5")
    with pytest.raises(Refusal):
        go(people[second.pk], third, "rate", stars="1")
    stars = dict(Rating.objects.values_list("case", "stars"))
    assert stars == {second.pk: 1, third.pk: 5}
    assert Request.objects.get(case=second).worst_stars == 1
