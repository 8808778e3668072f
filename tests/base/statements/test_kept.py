"""Statements compiled once: the same rows as the ORM gives, for whoever asks, and never a stand-in sent (ADR 39)."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db.models import QuerySet

from huhang.base.access.context import acting
from huhang.base.access.queries import Eyes, eyes, visible_to
from huhang.base.access.rules import Actor, Grant, Reach
from huhang.base.statements import kept as keeping
from huhang.base.statements.kept import kept
from huhang.cases.models import Case, Step
from tests.factories import city as cities

pytestmark = pytest.mark.django_db


def _seen(*, title: str, **seer: Any) -> "QuerySet[Case]":
    rows = visible_to(Eyes(**seer), Case.objects.filter(title=title).order_by("number"))
    return rows.select_related("request", "officer").defer("search", "folded")


def _steps(*, case: UUID) -> "QuerySet[Step]":
    return Step.objects.filter(case=case).order_by("seq")


def _like(*, title: str) -> "QuerySet[Case]":
    return Case.objects.filter(title__icontains=title)


def _of_many(*, cases: tuple[UUID, ...]) -> "QuerySet[Case]":
    return Case.objects.filter(pk__in=cases).order_by("number")


def _actors(town: cities.City) -> list[Actor]:
    many = tuple(Grant("handler", unit.pk, Reach.OWN) for unit in town.units.values())
    stranger = Actor(kind="person", person=uuid4())
    keys = ("clerk", "dispatcher", "handler", "other_handler", "chief", "leader", "system_admin")
    return [*(town.actor(key) for key in keys), Actor(kind="officer", id=uuid4(), grants=many), stranger]


def test_the_rows_are_those_of_the_queryset_for_every_sort_of_actor() -> None:
    """SAFEGUARDS 2: one rule, also where its statement is kept; asked twice, with other values in between."""
    town = cities.make_city()
    cities.filed(town)
    cities.filed(town, title="门前积水", phone="13800000002")
    compared = 0
    for _ in range(2):
        for actor in _actors(town):
            for title in ("夜间渣土车噪声影响园区宿舍", "门前积水", "没有这一件"):
                with acting(actor):
                    wanted = list(_seen(title=title, **eyes(actor)))
                    rows = kept(_seen, title=title, **eyes(actor))
                    assert [r.pk for r in rows] == [r.pk for r in wanted], (actor, title)
                    assert [(r.request.pk, r.officer, r.get_deferred_fields()) for r in rows] == [
                        (w.request.pk, w.officer, w.get_deferred_fields()) for w in wanted
                    ]
                    compared += len(rows)
    assert compared > 4


def test_values_change_and_the_statement_is_put_together_once() -> None:
    town = cities.make_city()
    first, second = cities.filed(town).case, cities.filed(town, title="门前积水").case
    keeping.forget()
    assert [step.case_id for step in kept(_steps, case=first.pk)] == [first.pk] * first.steps.count()
    assert [step.case_id for step in kept(_steps, case=second.pk)] == [second.pk] * second.steps.count()
    assert kept(_steps, case=uuid4()) == []
    assert keeping._kept.cache_info().misses == 1


def test_how_many_there_are_belongs_to_the_shape() -> None:
    town = cities.make_city()
    made = [cities.filed(town, title=f"第 {n} 件").case for n in range(3)]
    for n in (2, 3, 1):
        found = kept(_of_many, cases=tuple(case.pk for case in made[:n]))
        assert {case.pk for case in found} == {case.pk for case in made[:n]}


def test_what_the_queryset_turns_into_something_else_is_refused() -> None:
    """A stand-in that is changed on its way would be sent as it is and find nothing, without a word."""
    with pytest.raises(TypeError, match="changed on its way"):
        kept(_like, title="渣土")
    with pytest.raises(TypeError, match="no stand-in"):
        kept(_steps, case=3.5)
