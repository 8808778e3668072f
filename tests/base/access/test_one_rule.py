"""HOUSE §2.4: one rule stands three times (one row, a list, row-level security); they agree for every persona."""

import random
from datetime import timedelta
from typing import Any

import pytest

from huhang.base.access.context import STRANGER, SYSTEM, acting
from huhang.base.access.queries import allows, visible_to
from huhang.base.access.rules import OWNERSHIP, ROLES, Actor, Grant, Perm, Reach
from huhang.cases.models import Case
from huhang.kernel.numbering import public_number, uuid7
from tests.factories.city import NOW, OFFICERS, City, make_city, person
from tests.plugins.figures import figure

pytestmark = pytest.mark.django_db


def scatter(city: City, n: int, rng: random.Random) -> list[Case]:
    """Cases with every mixture of owner, parties, officer, first-asked, requester and sensitivity."""
    units, users = list(city.units.values()), list(city.users.values())
    people = [person(f"某{i}", f"1380000{i:04d}") for i in range(6)]
    cases = []
    for i in range(n):
        unit = rng.choice(units)
        parties = rng.sample(units, rng.choice([0, 0, 1, 2]))
        cases.append(
            Case(
                id=uuid7(),
                number=public_number("HS"),
                kind="request",
                state="handling",
                title=f"第 {i} 件",
                unit=unit,
                branch_id=unit.branch_id,
                party_units=[u.pk for u in parties],
                party_branches=[u.branch_id for u in parties if u.branch_id],
                officer=rng.choice([None, *users]),
                taken_by=rng.choice([None, None, *users]),
                requester=rng.choice([None, *people]),
                sensitive=rng.random() < 0.3,
                received_at=NOW + timedelta(minutes=i),
            )
        )
    with acting(SYSTEM):
        Case.objects.bulk_create(cases)
    return cases


def many_actors(city: City, cases: list[Case], rng: random.Random) -> list[Actor]:
    """Every officer, officers with several posts, residents by phone and by number, and a stranger."""
    units = [u.pk for u in city.units.values()]
    actors = [city.actor(key) for key in OFFICERS]
    for _ in range(30):
        grants = tuple(
            Grant(rng.choice(list(ROLES)), rng.choice(units), rng.choice(list(Reach))) for _ in range(rng.randint(0, 4))
        )
        actors.append(Actor(kind="officer", id=rng.choice(list(city.users.values())).pk, grants=grants))
    with_person = [c for c in cases if c.requester_id]
    actors += [Actor(kind="person", id=c.requester_id, person=c.requester_id) for c in with_person[:4]]
    actors += [Actor(kind="person", case=c.pk) for c in cases[:4]]
    return [*actors, STRANGER, SYSTEM]


def test_row_list_and_policy_agree_for_every_persona() -> None:
    rng = random.Random(24)
    city = make_city()
    cases = scatter(city, 400, rng)
    compared = 0
    for actor in many_actors(city, cases, rng):
        one_by_one = {c.pk for c in cases if actor.sees(c)}
        with acting(actor):
            policy_alone = set(Case.objects.values_list("pk", flat=True))
        with acting(SYSTEM):
            filter_alone = set(visible_to(actor, Case.objects.all()).values_list("pk", flat=True))
        assert one_by_one == policy_alone == filter_alone, actor
        compared += len(cases)
    figure(2, f"{compared} actor/case pairs, three walls agree, 0 leaks")


def test_nothing_is_allowed_on_what_is_not_seen_and_ownership_means_owning() -> None:
    rng = random.Random(7)
    city = make_city()
    cases = scatter(city, 150, rng)
    for actor in many_actors(city, cases, rng):
        if actor.kind == "system":
            continue
        for case in cases:
            for perm in Perm:
                if not allows(actor, perm, case):
                    continue
                assert actor.sees(case)
                if perm in OWNERSHIP:
                    assert any(g.owns(case) and perm in g.perms for g in actor.grants)


def test_outside_acting_the_tables_are_empty() -> None:
    city = make_city()
    scatter(city, 5, random.Random(1))
    with acting(STRANGER):
        assert not Case.objects.exists()


def test_an_auditor_and_the_administrators_may_write_nothing_about_cases() -> None:
    reading = {Perm.SEE, Perm.SEE_SENSITIVE, Perm.SUPERVISE, Perm.READ_JOURNAL}
    assert ROLES["auditor"].perms <= reading
    for name in ("security_admin", "system_admin"):
        assert ROLES[name].reach is Reach.NONE
        assert not ROLES[name].perms & reading


def test_leaving_ends_what_could_be_seen_at_once() -> None:
    from huhang.base.people import actions as people
    from huhang.base.people.queries import with_posts

    city = make_city()
    user = city.users["handler"]
    admin: Any = city.actor("security_admin")
    assert with_posts(NOW).filter(pk=user.pk).exists()
    with acting(admin):
        people.leave(user_id=user.pk, by=admin, now=NOW)
    assert not with_posts(NOW).filter(pk=user.pk).exists()
