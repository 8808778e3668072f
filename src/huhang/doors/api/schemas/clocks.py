"""Clocks with the days they count."""

from datetime import date, datetime

from ninja import Schema
from pydantic import Field


class Day(Schema):
    """What one date meant for the clock, with the rule and the calendar table behind it."""

    date: date
    mark: str = Field(description="start count makeup weekend holiday pause due")
    counted: bool
    number: int | None
    minutes: int | None
    text: str
    table: str
    provisional: bool


class Pause(Schema):
    started_at: datetime
    ended_at: datetime | None
    reason: str


class Extension(Schema):
    amount: int
    reason: str
    asked_at: datetime
    decided_at: datetime | None
    granted: bool | None
    decision: str


class Clock(Schema):
    """A promise of time and its testimony: every counted and every skipped day."""

    name: str
    rule: str = Field(description="目录里的规则和版本", examples=["PS-02@1"])
    amount: int
    unit_of_time: str
    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime | None
    provisional: bool
    calendar_version: str
    pauses: list[Pause]
    extensions: list[Extension]
    explanation: list[str]
    days: list[Day]


class Clocks(Schema):
    items: list[Clock]
