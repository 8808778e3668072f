"""Conditions put into SQL without the ORM mean exactly what the ORM makes of them."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import seen
from huhang.cases.models import Case
from huhang.reading.wheres import compiled, rows
from tests.factories.city import NOW, make_city
from tests.reading.crowd import add_cases


def _found(where: Q | None) -> set[uuid.UUID]:
    sql, values = rows(["pk"], [where], limit=100_000)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.django_db
def test_conditions_find_what_the_orm_finds() -> None:
    with acting(SYSTEM):
        city = make_city()
        add_cases(city, 1, 300, NOW)
        one = Case.objects.filter(officer_id__isnull=False).first() or Case.objects.first()
        assert one is not None
        questions = [
            Q(),
            Q(is_open=True),
            Q(is_open=False),
            ~Q(officer_id=one.officer_id),
            Q(officer_id=None) | ~Q(officer_id=one.officer_id),
            Q(branch_id=None) | ~Q(branch_id__in=[one.branch_id or one.unit_id]),
            ~Q(unit_id__in=[one.unit_id]) & Q(received_at__gte=NOW - timedelta(days=5)),
            Q(due_at__lte=NOW + timedelta(days=2), is_open=True),
            Q(due_at__isnull=False) & ~Q(party_units__overlap=[one.unit_id]),
            Q(party_units__overlap=[one.unit_id]) | Q(state__in=["handling", "closed"]),
            ~(Q(officer_id=one.officer_id) | Q(taken_by_id=one.taken_by_id)),
            Q(pk__in=[]),
            Q(pk__in=[one.pk]),
            *(seen(city.actor(who)) or Q() for who in ("handler", "chief", "dispatcher", "liaison", "clerk")),
        ]
        for where in questions:
            assert _found(where) == set(Case.objects.filter(where).values_list("pk", flat=True)), where


def test_what_is_not_known_is_refused() -> None:
    for where in (Q(title__icontains="x"), Q(officer__name="x"), Q(nothing=1)):
        with pytest.raises(LookupError):
            compiled(where)
