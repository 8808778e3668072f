"""A search goes back span by span (C1, ADR 12): all that is written is found, once, the newest first, page by page."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.database import as_owner
from huhang.cases import walls
from huhang.cases.models import Case
from huhang.reading.ledger import page
from huhang.reading.rules import Filter, Place
from huhang.reading.tallies import Asked, take
from tests.factories.city import City, filed, make_city

AGES = (0.01, 0.6, 1.0, 1.4, 1.99, 2.01, 3, 6.9, 7.1, 8.2, 12, 29, 31, 33, 58, 62, 64, 90, 130, 366, 400)
AHEAD = (1.5, 40, 120)
"""Days: a clock that went wrong once must not hide a case."""


@pytest.fixture
def spread(own_database: str) -> City:
    with acting(SYSTEM):
        city, now = make_city(), timezone.now()
        for nth, days in enumerate([*AGES, *(-days for days in AHEAD)]):
            case = filed(city, phone=f"139{nth:08d}", title=f"第{nth}件噪声扰民").case
            Case.objects.filter(pk=case.pk).update(received_at=now - timedelta(days=days))
        filed(city, phone="13800000009", title="门口没有路灯", body="路灯不亮已经一周了。")
    return city


def found(actor: Actor, asked: Filter, size: int) -> list[Any]:
    ids, place = [], None
    while True:
        one = page(actor, asked, place, now=timezone.now(), size=size)
        ids += [line.id for line in one.lines]
        if one.after is None:
            return ids
        place = Place.read(one.after.token())


@pytest.mark.parametrize("large", [False, True], ids=["a small ledger", "a large ledger"])
def test_what_is_found_is_what_is_written_the_newest_first(spread: City, large: bool) -> None:
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_case")
        if large:
            made = walls.found()
            assert str(walls.LARGE) in made
            cursor.execute(made.replace(str(walls.LARGE), "1"))
    now = timezone.now()
    for who in ("auditor", "clerk", "handler"):
        actor = spread.actor(who)
        with acting(actor):
            rows = visible_to(actor, Case.objects.filter(title__contains="噪声")).order_by("-received_at", "-id")
            wanted = list(rows.filter(received_at__lte=now).values_list("pk", flat=True))
            ahead = set(rows.filter(received_at__gt=now).values_list("pk", flat=True))
            for size in (2, 9, 50):
                ids = found(actor, Filter(which="all", q="噪声"), size)
                assert [one for one in ids if one not in ahead] == wanted, (who, size)
                assert len(ids) == len(set(ids))
            assert set(ids) == {*wanted, *ahead}, who
            told = take(actor, {"here": Asked(Filter(which="all", q="噪声"), now)})
            assert told.of("here").count == len(wanted) + len(ahead), who
            since = (now - timedelta(days=60)).date()
            some = found(actor, Filter(which="all", q="噪声", since=since, until=(now - timedelta(days=5)).date()), 4)
            assert some == [pk for pk in wanted if pk in set(some)]
            assert len(some) == 8 * bool(wanted)  # 6.9 to 58 days old
