"""Residents without an account: a proved phone, or the number and secret of one request, kept in their session."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from huhang.base.access.rules import STRANGER, Actor

LASTS = timedelta(minutes=30)
_PERSON, _CASE = "huhang_person", "huhang_case"


def admit_person(session: Any, person: uuid.UUID, label: str, *, now: datetime) -> None:
    """The holder of this session has proved the person's phone."""
    session.cycle_key()
    session[_PERSON] = {"id": str(person), "label": label, "at": now.isoformat()}


def name_person(session: Any, person: uuid.UUID, label: str, *, now: datetime) -> None:
    """The holder proved a phone earlier, when the session got a new key, and is now a person of the register."""
    session[_PERSON] = {"id": str(person), "label": label, "at": now.isoformat()}


def admit_case(session: Any, case: uuid.UUID, *, now: datetime) -> None:
    """The holder of this session has shown number and secret of a case."""
    session[_CASE] = {"id": str(case), "at": now.isoformat()}


def dismiss(session: Any) -> None:
    """Ends both."""
    session.pop(_PERSON, None)
    session.pop(_CASE, None)


def _fresh(entry: dict[str, str] | None, now: datetime) -> uuid.UUID | None:
    if entry and now - datetime.fromisoformat(entry["at"]) <= LASTS:
        return uuid.UUID(entry["id"])
    return None


def person_actor(session: Any) -> Actor:
    """The resident behind a session; half an hour after proving, it is a stranger again."""
    if not session.session_key and not session.keys():
        return STRANGER
    now = timezone.now()
    person, case = _fresh(session.get(_PERSON), now), _fresh(session.get(_CASE), now)
    if person is None and case is None:
        return STRANGER
    label = session[_PERSON]["label"] if person else "诉求人"
    return Actor(kind="person", id=person, label=label, person=person, case=case, door="hall")
