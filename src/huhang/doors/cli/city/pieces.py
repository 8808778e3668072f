"""The pieces a life is made of: steps, clocks, turns, calls and stars, as plain records."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from huhang.cases.rules import Promise
from huhang.doors.cli.city.people import Officer
from huhang.doors.cli.city.register import Asker, Place
from huhang.kernel.identifiers import mask_name


class Past(Exception):  # noqa: N818  not an error: the life has reached the present
    """The next thing lies in the future: the life is told up to now."""


class Who(NamedTuple):
    """Whoever takes a step."""

    kind: str
    id: uuid.UUID
    label: str
    unit: uuid.UUID | None
    door: str
    username: str = ""

    @property
    def user(self) -> uuid.UUID | None:
        """The officer's id."""
        return self.id if self.kind == "officer" else None


def officer(one: Officer) -> Who:
    """An officer at the desk."""
    return Who("officer", one.id, one.name, one.unit.id, "desk", one.username)


def resident(one: Asker) -> Who:
    """A person at the public door."""
    assert one.id is not None
    return Who("person", one.id, mask_name(one.name), None, "hall")


@dataclass(slots=True)
class Stop:
    """A pause of a clock."""

    id: uuid.UUID
    start: datetime
    end: datetime | None
    reason: str


@dataclass(slots=True)
class More:
    """More time asked for."""

    id: uuid.UUID
    amount: int
    reason: str
    asked_at: datetime
    asked_by: Officer
    decided_at: datetime | None = None
    decided_by: Officer | None = None
    granted: bool | None = None
    decision: str = ""


@dataclass(slots=True)
class Tick:
    """A clock."""

    id: uuid.UUID
    name: str
    promise: Promise
    started: datetime
    due: datetime | None = None
    provisional: bool = False
    version: str = ""
    stopped: datetime | None = None
    stops: list[Stop] = field(default_factory=list)
    more: list[More] = field(default_factory=list)


@dataclass(slots=True)
class Part:
    """A unit's turn as the lead."""

    id: uuid.UUID
    unit: Place
    opened: datetime
    signed: datetime | None = None
    ended: datetime | None = None


class Taken(NamedTuple):
    """A step with what the engine would be given to take it."""

    id: uuid.UUID
    seq: int
    move: str
    before: str
    to: str
    at: datetime
    by: Who
    note: str
    public: str
    data: dict[str, Any]
    values: dict[str, Any]
    told: bool = True


class Proof(NamedTuple):
    """What an answer stands on."""

    id: uuid.UUID
    round: int
    result: str
    reference: str
    at: datetime
    by: Officer
    unit: Place


class Asked(NamedTuple):
    """One attempt of a revisit."""

    id: uuid.UUID
    round: int
    at: datetime
    by: Who
    reached: bool
    responded: bool | None
    solved: bool | None
    note: str


class Stars(NamedTuple):
    """A rating."""

    id: uuid.UUID
    round: int
    stars: int
    reasons: list[str]
    comment: str
    said_to: str
    at: datetime


@dataclass(slots=True)
class Right:
    """A bad rating being put right: contacted (when, by whom, in time, what was said), done, asked."""

    id: uuid.UUID
    rating: uuid.UUID
    unit: Place
    rule: str
    stage: str
    begun: datetime
    contact: tuple[datetime, Officer, bool, str] | None = None
    done: tuple[datetime, Officer, bool, str, str] | None = None
    asked: tuple[datetime, Who, str] | None = None
    ended: datetime | None = None


class Note(NamedTuple):
    """A message to an officer inside the product."""

    id: uuid.UUID
    template: str
    user: Officer
    at: datetime
    by: Who
