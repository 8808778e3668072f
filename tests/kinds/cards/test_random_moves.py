"""SAFEGUARDS 4 for cards: whatever is tried by whomever in whatever order, only legal moves, and the laws hold."""

import random
from datetime import timedelta
from typing import Any

import pytest

from huhang.base.access.context import acting
from huhang.cases.actions import move
from huhang.cases.actions.moving import refused
from huhang.cases.models import Case, Clock, Step
from huhang.cases.registry import kind_of
from huhang.kernel.errors import Refusal
from huhang.kinds.cards.models import Card
from tests.factories.cards import by_hand, tick
from tests.factories.city import NOW, City, make_city

pytestmark = pytest.mark.django_db
WHO = ("handler", "chief", "supervisor", "leader", "auditor", "other_handler", "dispatcher", "system_admin")


def values_for(rng: random.Random) -> dict[str, Any]:
    """Right for any of the moves, or lacking something."""
    whole = {"why": "排队", "measures": "加派", "cause": rng.choice(["gone", "explained", "x"]), "reason": "据实"}
    return whole if rng.random() < 0.9 else {}


def lawful(case: Case) -> None:
    card, kind = Card.objects.get(pk=case.pk), kind_of("card")
    steps = list(Step.objects.filter(case=case).order_by("seq"))
    assert [s.seq for s in steps] == list(range(1, case.version + 1))
    ranks = [s.data["level"] for s in steps if s.move in ("open", "raise")]
    assert ranks[-1] == card.level == case.category
    assert case.is_open is (card.lifted_at is None) is not kind.state(case.state).final
    running = Clock.objects.filter(case=case, stopped_at=None).count()
    assert running == (1 if case.state == "issued" else 0)
    if not case.is_open:
        assert card.lift_reason
        assert card.level != "red" or card.confirmed_by_id not in (None, card.lifted_by_id)
    assert card.judged_by_id is None or card.judged_by_id not in (card.issued_by_id, card.appealed_by_id)


def wander(rng: random.Random, city: City, tries: int) -> set[str]:
    case, now, made = by_hand(city, level=rng.choice(["blue", "yellow", "orange", "red"])), NOW, set()
    actors, kind = {key: city.actor(key) for key in WHO}, kind_of("card")
    for _ in range(tries):
        now += timedelta(hours=rng.randint(1, 20))
        if rng.random() < 0.3:
            tick(now)
        fresh = Case.objects.select_related("card").get(pk=case.pk)
        key = rng.choice(WHO)
        offers = [m for m in kind.moves if refused(kind, m, fresh, actors[key], now) is None]
        found = rng.choice(offers) if offers and rng.random() < 0.9 else rng.choice(kind.moves)
        try:
            with acting(actors[key]):
                move(case_id=case.pk, name=found.name, values=values_for(rng), by=actors[key], now=now)
            assert found in offers, f"{found.name} by {key} in {fresh.state}"
            made.add(found.name)
        except Refusal:
            pass
        lawful(Case.objects.get(pk=case.pk))
        if not Case.objects.get(pk=case.pk).is_open:
            break
    return made


def test_random_tries_by_every_role_make_only_legal_moves() -> None:
    rng, city = random.Random(22), make_city()
    made: set[str] = set()
    for _ in range(8):
        made |= wander(rng, city, 25)
    assert made >= {"answer", "appeal", "uphold"}, made
    assert made & {"lift", "lift_unanswered", "revoke"}, made
