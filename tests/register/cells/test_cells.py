"""A2, ADR 40: clusters from the counts are those a plain count gives, to whoever looks and whatever is done."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.jobs.registry import duties
from huhang.base.journal.models import Entry
from huhang.kernel.errors import Refusal
from huhang.kernel.identifiers import complete_credit_code
from huhang.kernel.numbering import uuid7
from huhang.kernel.tiles import EXTENT, Tile, place
from huhang.reading.map import queries
from huhang.reading.map.queries import LAYERS, Look
from huhang.register.cells import actions
from huhang.register.cells.models import Counted, Proof
from huhang.register.cells.queries import clusters, fresh
from huhang.register.subjects.actions import change, merge, part
from huhang.register.subjects.models import Subject
from huhang.register.subjects.queries import Wanted
from tests.factories.city import NOW, City, enterprise, make_city, person

pytestmark = pytest.mark.django_db
PLAIN = Wanted()
HERE = Tile(7, 107, 49)
"""A tile that holds the whole city of the tests, and others that cut it into pieces."""
TILES = (Tile(3, 6, 3), HERE, Tile(9, 428, 198), Tile(9, 429, 198), Tile(12, 3430, 1583), Tile(12, 3431, 1584))


@pytest.fixture
def city() -> City:
    return make_city()


def add(city: City, count: int, *, seed: int = 7) -> list[Subject]:
    """Subjects of every sort around the middle of the tests' city, some without a place."""
    dice = random.Random(seed)
    units = [city.units[key] for key in ("harbour", "quay", "river", "trucks", "port")]
    rows = [
        Subject(
            id=uuid7(),
            kind=dice.choice(["enterprise", "enterprise", "project", "park"]),
            name=f"企业{seed}-{i}",
            unit=dice.choice(units),
            flags=dice.choice([[], [], ["logistics"], ["hazmat", "logistics"]]),
            sensitive=dice.random() < 0.2,
            state=dice.choice(["active", "active", "active", "closed"]),
            lon=None if i % 17 == 0 else 121.5 + dice.gauss(0, 0.08),
            lat=None if i % 17 == 0 else 37.75 + dice.gauss(0, 0.06),
            created_at=NOW,
        )
        for i in range(count)
    ]
    return Subject.objects.bulk_create(rows)


def told(look: Look, tile: Tile) -> list[tuple[Any, ...]]:
    """Kind, count, square and place of each mark of a tile; places are kept to a centimetre."""
    dots = queries.dots(look, tile).get("subjects", [])
    squares = [[n // EXTENT for n in place(d.lon, d.lat, Tile(tile.z + 4, 0, 0))] for d in dots]
    return sorted((square, d.said["kind"], d.said["n"], d.lon, d.lat) for square, d in zip(squares, dots, strict=True))


def same(actor: Actor, wanted: Wanted, monkeypatch: pytest.MonkeyPatch, *, tiles: tuple[Tile, ...] = TILES) -> int:
    """Compares the counts with the exact statement on some tiles; returns how many marks the exact ones had."""
    look, marks = Look(actor, NOW, wanted, frozenset({"subjects"})), 0
    for tile in tiles:
        with acting(actor):
            assert clusters(actor, wanted, tile) is not None
            kept = told(look, tile)
            with monkeypatch.context() as patch:
                patch.setattr(queries, "clusters", lambda *_: None)
                exact = told(look, tile)
        assert [one[:3] for one in kept] == [one[:3] for one in exact], (tile, wanted)
        for one, other in zip(kept, exact, strict=True):
            assert one[3:] == pytest.approx(other[3:], abs=2e-7)
        marks += len(exact)
    return marks


WANTED = (
    PLAIN,
    Wanted(state="all"),
    Wanted(state="closed"),
    Wanted(kind="project"),
    Wanted(flags=("logistics",)),
    Wanted(flags=("hazmat", "logistics"), kind="enterprise"),
    Wanted(placed=True),
)


@pytest.mark.parametrize(
    "who", ["supervisor", "clerk", "handler", "other_handler", "chief", "dispatcher", "traffic", "leader", "auditor"]
)
def test_every_officer_counts_what_the_list_shows_them(city: City, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST", 3)
    with acting(SYSTEM):
        add(city, 260)
    actor = city.actor(who)
    units = tuple(Wanted(unit=city.units[key].pk) for key in ("bureau", "port", "river"))
    assert all(same(actor, wanted, monkeypatch) > 0 for wanted in (*WANTED, *units))
    with acting(SYSTEM):
        actions.fold()
    assert same(actor, PLAIN, monkeypatch) > 0


def test_sensitive_subjects_are_counted_for_those_who_see_them_alone(city: City) -> None:
    with acting(SYSTEM):
        rows = add(city, 200)
        here = [one for one in rows if one.state == "active" and one.lon is not None]
    for who, seen in (("supervisor", lambda _: True), ("other_handler", lambda s: s.unit == city.units["river"])):
        actor = city.actor(who)
        with acting(actor):
            found = clusters(actor, PLAIN, HERE) or []
        assert sum(one.n for one in found) == sum(not one.sensitive or seen(one) for one in here)
    # the second wall says the same to whoever asks the table itself
    with acting(city.actor("other_handler")):
        units = set(Counted.objects.filter(sensitive=True).values_list("unit", flat=True))
    assert units == {city.units["river"].pk}


def test_whoever_does_not_work_here_is_not_told_counts(city: City) -> None:
    with acting(SYSTEM):
        add(city, 60)
        who = person()
    contact = Actor(kind="person", id=who.pk, label="王海燕", door="hall", person=who.pk)
    with acting(contact):
        assert clusters(contact, PLAIN, HERE) is None
        assert not Counted.objects.exists()
        assert queries.dots(Look(contact, NOW, PLAIN, frozenset({"subjects"})), HERE) == {"subjects": []}


def test_what_the_counts_do_not_know_is_asked_of_the_register(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST", 3)
    with acting(SYSTEM):
        rows = add(city, 120)
        park = rows[1]
        Subject.objects.filter(pk__in=[one.pk for one in rows[2:40]]).update(industry="制造", within=park)
    actor = city.actor("supervisor")
    more = (Wanted(q="企业7-1"), Wanted(industry="制造"), Wanted(within=park.pk), Wanted(silent_since=NOW))
    for wanted in (*more, Wanted(placed=False)):
        with acting(actor):
            assert clusters(actor, wanted, HERE) is None
            look = Look(actor, NOW, wanted, frozenset({"subjects"}))
            assert sum(one[2] for one in told(look, HERE)) == queries.subjects(look).count()
    with acting(actor):
        assert clusters(actor, PLAIN, Tile(13, 6860, 3166)) is None, "the squares kept are not fine enough for it"


def test_counts_follow_whatever_is_done_to_the_rows(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST", 3)
    dice, actors = random.Random(40), [city.actor(key) for key in ("supervisor", "other_handler")]
    with acting(SYSTEM):
        add(city, 200)
    units = list(city.units.values())
    changes: list[Any] = [
        lambda rows: rows.update(lon=121.5 + dice.gauss(0, 0.08), lat=37.75 + dice.gauss(0, 0.06)),
        lambda rows: rows.update(lon=None, lat=None),
        lambda rows: rows.update(sensitive=dice.random() < 0.5),
        lambda rows: rows.update(unit=dice.choice(units)),
        lambda rows: rows.update(state=dice.choice(["active", "closed", "struck_off"])),
        lambda rows: rows.update(kind=dice.choice(["enterprise", "project"])),
        lambda rows: rows.update(flags=dice.choice([[], ["logistics"]])),
        lambda rows: rows.update(name="别的名称"),
        lambda rows: rows.delete(),
        lambda rows: add(city, 3, seed=dice.randrange(10**6)),
    ]
    for step in range(60):
        with acting(SYSTEM):
            keys = list(Subject.objects.order_by("number").values_list("pk", flat=True))
            first = dice.randrange(len(keys))
            try:
                with transaction.atomic():
                    dice.choice(changes)(Subject.objects.filter(pk__in=keys[first : first + 1 + step % 5]))
                    if step % 6 == 0:
                        raise Refusal("换一个")
            except Refusal:
                pass
            if step % 9 == 0:
                actions.fold()
        for actor in actors:
            same(actor, PLAIN, monkeypatch, tiles=(HERE,))
            same(actor, Wanted(state="all"), monkeypatch, tiles=(TILES[2],))
    with acting(SYSTEM):
        assert fresh() > 0
        assert actions.fold() > 0
        assert fresh() == 0 == actions.fold()
        assert not Counted.objects.filter(n=0).exists(), "none for a sort that is gone"
        assert actions.prove(by=SYSTEM, now=NOW).sorts == 0


def test_counts_follow_correcting_merging_and_parting(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST", 0)
    actor = city.actor("dispatcher")
    with acting(SYSTEM):
        Subject.objects.filter(pk__in=[one.pk for one in add(city, 40) if one.sensitive]).update(sensitive=False)
        one, other = (
            enterprise(city),
            enterprise(city, "海晏化工（望海）有限公司", complete_credit_code("91370600MA000001")),
        )
        where = {"lon": "121.51", "lat": "37.75", "crs": "CGCS2000"}
        for each in (one, other):
            change(subject_id=each.pk, version=each.version, values=where, by=actor, now=NOW)
    before = same(actor, PLAIN, monkeypatch)
    with acting(actor):
        one.refresh_from_db()
        other.refresh_from_db()
        made = merge(
            kept_id=one.pk, gone_id=other.pk, versions=(one.version, other.version), reason="同一家", by=actor, now=NOW
        )
    assert same(actor, PLAIN, monkeypatch) <= before
    with acting(actor):
        assert sum(c.n for c in clusters(actor, Wanted(state="merged"), HERE) or []) == 1
        part(merge_id=made.pk, reason="不是一家", by=actor, now=NOW)
    assert same(actor, PLAIN, monkeypatch) == before
    with acting(actor):
        assert not clusters(actor, Wanted(state="merged"), HERE)


def test_a_change_that_counts_nothing_adds_nothing(city: City) -> None:
    with acting(SYSTEM):
        rows = add(city, 5)
        before = Counted.objects.count()
        Subject.objects.filter(pk=rows[1].pk).update(name="换个说法", head_count=9)
        assert Counted.objects.count() == before


def test_a_whole_city_is_one_statement(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST", 3)
    with acting(SYSTEM):
        add(city, 100)
    seen: list[str] = []

    def count(execute: Any, sql: str, *more: Any) -> Any:
        seen.append(sql)
        return execute(sql, *more)

    actor = city.actor("supervisor")
    look = replace(Look(actor, NOW, PLAIN, frozenset(LAYERS)), layers=frozenset({"subjects"}))
    with acting(actor), connection.execute_wrapper(count):
        queries.dots(look, HERE)
    assert len(seen) == 1
    assert "cells_counted" in seen[0]


def test_a_wrong_count_is_found_told_and_put_right(city: City) -> None:
    with acting(SYSTEM):
        add(city, 50)
    duty = next(one for one in duties() if one.name == "cells.prove")
    duty.do(NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute(
            "UPDATE cells_counted SET n = n + 4 WHERE id = (SELECT min(id) FROM cells_counted WHERE level = 16)"
        )
        cursor.execute("SET ROLE huhang_app")
    duty.do(NOW + timedelta(days=1))
    duty.do(NOW + timedelta(days=2))
    assert list(Proof.objects.order_by("at").values_list("sorts", "subjects", "rebuilt")) == [
        (0, 0, False),
        (1, 4, True),
        (0, 0, False),
    ]
    assert Entry.objects.get(action="cells.rebuilt").data == '{"sorts":1,"subjects":4}'


@pytest.mark.parametrize("statement", ["UPDATE cells_counted SET n = 0", "DELETE FROM cells_counted"])
def test_the_application_cannot_write_counts(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
