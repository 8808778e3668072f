"""Office days with sensible words where none are given."""

from datetime import datetime, timedelta
from typing import Any

from huhang.base.access.context import acting
from huhang.base.access.rules import Actor
from huhang.cases.actions import open_case
from huhang.cases.models import Case
from huhang.register.subjects.models import Person
from tests.factories.city import NOW, City
from tests.factories.city import person as resident
from tests.factories.visits import subject_of


def announced(city: City, by: str = "liaison", *, now: datetime = NOW, **values: Any) -> Case:
    """A morning of two hours, in half hours of two seats, in three days at the harbour's enterprise."""
    actor, starts = city.actor(by), values.pop("starts_at", now + timedelta(days=3))
    given = {"subject": subject_of(city).pk, "place": "园区服务中心", "topic": "", "starts_at": starts, **values}
    given.setdefault("ends_at", starts + timedelta(hours=2))
    with acting(actor):
        return open_case("officeday", by=actor, now=now, **given)


def somebody(n: int) -> Actor:
    """The n-th resident with a proved phone."""
    known: Person = resident(f"居民{n}", f"139{n:08d}")
    return Actor(kind="person", id=known.pk, label=known.name_masked, person=known.pk)
