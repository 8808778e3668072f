"""Cards for tests: a matter in hand, and the tick at any instant."""

from datetime import datetime
from typing import Any

from huhang.base.access.context import SYSTEM, acting
from huhang.cases.actions import move, open_case
from huhang.cases.models import Case
from huhang.kinds.cards.actions import derive
from huhang.kinds.cards.actions.deriving import Derived
from tests.factories.city import NOW, City, filed


def go(city: City, case: Case, who: str, name: str, *, now: datetime = NOW, **values: Any) -> None:
    """One move by one officer."""
    actor = city.actor(who)
    with acting(actor):
        move(case_id=case.pk, name=name, values=values, by=actor, now=now)


def in_hand(city: City, unit: str = "harbour", who: str = "handler", *, now: datetime = NOW, **values: Any) -> Case:
    """A call for help (five working days) signed by a unit's handler."""
    case = filed(city, now=now, **values).case
    go(city, case, "dispatcher", "classify", now=now, category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", now=now, unit=city.units[unit].pk)
    go(city, case, who, "sign", now=now)
    case.refresh_from_db()
    return case


def tick(now: datetime) -> Derived:
    """What the duty does."""
    with acting(SYSTEM):
        return derive(now)


def card_of(matter: Case) -> Case:
    """The live card of a matter, fresh."""
    return Case.objects.select_related("card", "officer").get(card__matter=matter, card__lifted_at__isnull=True)


def by_hand(city: City, matter: Case | None = None, *, level: str = "yellow", now: datetime = NOW) -> Case:
    """A card issued by the supervisor, about a new matter if none is given."""
    about = matter or in_hand(city)
    actor = city.actor("supervisor")
    with acting(actor):
        return open_case("card", by=actor, now=now, matter=about.pk, level=level, reason="群众多次来电，催办无果")
