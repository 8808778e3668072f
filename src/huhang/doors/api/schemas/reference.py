"""Who asks, units, categories, states, kinds, statistics and the calendar."""

from datetime import date
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from huhang.doors.api.schemas.cases import FieldOut
from huhang.doors.api.schemas.shared import UnitRef


class Post(Schema):
    role: str
    label: str
    unit: UnitRef
    reach: str


class Me(Schema):
    """Whoever the token stands for, with the posts that hold now."""

    id: UUID
    name: str
    posts: list[Post]
    permissions: list[str]


class Unit(Schema):
    id: UUID
    code: str
    name: str
    short_name: str
    level: int
    kind: str
    parent: UUID | None
    branch: UUID | None
    valid_from: date
    valid_to: date | None
    successor: UUID | None


class Units(Schema):
    items: list[Unit]


class Promise(Schema):
    amount: int
    unit: str


class Category(Schema):
    code: str
    version: int
    label: str
    nature: str | None
    answer: Promise | None = Field(description="答复期限；没有时按性质")


class Categories(Schema):
    items: list[Category]


class NatureOut(Schema):
    code: str
    label: str
    answer: Promise | None
    sign: Promise | None
    give_back: Promise | None
    revisit: Promise | None


class Natures(Schema):
    items: list[NatureOut]


class State(Schema):
    name: str
    label: str
    public_label: str
    final: bool


class States(Schema):
    items: list[State]


class Sum(Schema):
    """So many cases of one unit, state and month; only the columns asked for are there."""

    unit: UUID | None = None
    branch: UUID | None = None
    state: str | None = None
    month: str | None = Field(None, examples=["2026-11"])
    count: int


class Statistics(Schema):
    """The sums, and all of them together. ``since`` and ``until`` are the first and the last day counted."""

    kind: str
    since: date
    until: date
    by: list[str]
    items: list[Sum]
    total: int


class KindMove(Schema):
    """A line of the move table: from where, to where, with which permission."""

    name: str
    label: str
    from_: list[str] = Field(alias="from")
    to: str | None
    needs: str
    by_person: bool
    bulk: bool
    help: str
    fields: list[FieldOut]


class KindOut(Schema):
    name: str
    label: str
    prefix: str
    initial: str
    states: list[State]
    moves: list[KindMove]


class Kinds(Schema):
    items: list[KindOut]


class CalendarDay(Schema):
    date: date
    kind: Literal["holiday", "makeup"]
    name: str


class CalendarYear(Schema):
    """A year: days off and make-up days as the notice says; everything else is Monday to Friday."""

    year: int
    version: int = Field(description="0：还没有这一年的通知，按周一至周五暂定")
    provisional: bool
    working_days: int
    days: list[CalendarDay]
    slots: list[str] = Field(examples=[["08:30-12:00", "13:30-17:30"]])
    zone: str
