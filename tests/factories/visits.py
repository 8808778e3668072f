"""Visits with sensible words where none are given."""

from datetime import datetime
from typing import Any

from huhang.base.access.context import acting
from huhang.cases.actions import open_case
from huhang.cases.models import Case
from huhang.register.subjects.models import Subject
from tests.factories.city import NOW, City, enterprise

CODE = "91370600MA0000007C"


def subject_of(city: City) -> Subject:
    """The harbour's enterprise, made once."""
    return Subject.objects.filter(credit_code=CODE).first() or enterprise(city, code=CODE)


def told(**values: Any) -> dict[str, Any]:
    """What is told of an ordinary visit."""
    return {"mode": "on_site", "purpose": "needs", "cause": "routine", "people": 2, "consent": True, **values}


def visited(
    city: City, by: str = "liaison", *, subject: Subject | None = None, now: datetime = NOW, **values: Any
) -> Case:
    """A visit made by an officer."""
    actor = city.actor(by)
    where = subject or subject_of(city)
    with acting(actor):
        return open_case("visit", subject=where.pk, by=actor, now=now, **told(**values))
