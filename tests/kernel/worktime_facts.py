"""What the working-time tests share: the shipped calendar, the usual day, and short ways to say an instant."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from huhang.kernel.worktime import Calendar, Deadline, Schedule, Unit, due

TABLES: list[dict[str, Any]] = [
    yaml.safe_load(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parents[2] / "catalog" / "calendars").glob("*.yaml"))
]
CALENDAR = Calendar.from_tables(TABLES)
SCHEDULE = Schedule()
CITY = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """``2026-02-13 15:26`` on the city's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=CITY)


def day(text: str) -> date:
    return date.fromisoformat(text)


def when(
    start: str, amount: int, unit: Unit = Unit.WORKING_DAYS, calendar: Calendar = CALENDAR, **more: Any
) -> Deadline:
    return due(start=at(start), amount=amount, unit=unit, calendar=calendar, schedule=SCHEDULE, **more)


def due_text(deadline: Deadline) -> str:
    """The due instant on the city's clock; the deadline itself speaks UTC."""
    assert deadline.due_at is not None
    assert deadline.due_at.tzinfo is UTC
    return f"{deadline.due_at.astimezone(CITY):%Y-%m-%d %H:%M}"


def marks(deadline: Deadline) -> list[str]:
    return [note.mark for note in deadline.trace]
