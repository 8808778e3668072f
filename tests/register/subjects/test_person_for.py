"""One phone is one person, however many enter it at once; an ID number is told once and stays."""

import threading

import pytest
from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.base.journal.models import Entry
from huhang.kernel.errors import Invalid
from huhang.register.subjects.actions import person_for
from huhang.register.subjects.models import Person
from tests.factories.city import NOW

PHONE = "13800000001"


def id_number(order: int) -> str:
    """An ID number of nobody: the area 379999 does not exist."""
    body = f"37999919000101{order:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


@pytest.mark.django_db
def test_an_id_number_told_later_is_kept_with_a_line_and_another_is_refused() -> None:
    first = person_for(name="王海燕", phone=PHONE, by=SYSTEM, now=NOW)
    before = Entry.objects.count()
    again = person_for(name="王海燕", phone=PHONE, id_number=id_number(1), by=SYSTEM, now=NOW)
    assert again.pk == first.pk
    assert again.id_masked
    assert Person.objects.get(pk=first.pk).id_sealed is not None
    assert Entry.objects.count() == before + 1
    person_for(name="王海燕", phone=PHONE, id_number=id_number(1), by=SYSTEM, now=NOW)
    assert Entry.objects.count() == before + 1
    with pytest.raises(Invalid) as refused:
        person_for(name="王海燕", phone=PHONE, id_number=id_number(2), by=SYSTEM, now=NOW)
    assert refused.value.field == "id_number"
    assert bytes(Person.objects.get(pk=first.pk).id_index or b"") == bytes(again.id_index or b"")


@pytest.mark.django_db
def test_an_id_number_that_cannot_be_one_is_refused_for_a_known_person_too() -> None:
    person_for(name="王海燕", phone=PHONE, by=SYSTEM, now=NOW)
    with pytest.raises(Invalid):
        person_for(name="王海燕", phone=PHONE, id_number="123", by=SYSTEM, now=NOW)


def test_eight_at_once_enter_one_phone_as_one_person(own_database: str) -> None:
    met: list[object] = []
    gate = threading.Barrier(8)

    def one() -> None:
        try:
            gate.wait()
            with acting(SYSTEM):
                met.append(person_for(name="王海燕", phone=PHONE, by=SYSTEM, now=NOW).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(met) == 8
    assert len(set(met)) == 1
    with acting(SYSTEM):
        assert Person.objects.count() == 1
        assert Entry.objects.filter(action="person.enter").count() == 1
