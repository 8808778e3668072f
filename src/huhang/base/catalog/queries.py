"""The catalogue in memory. It changes a few times a year; a process looks again after `FRESH` seconds."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from huhang.base.catalog.models import Entry
from huhang.kernel.worktime import Calendar, Schedule

FRESH = 60.0


@dataclass(frozen=True)
class Snapshot:
    """All entries: every version by key, the newest not withdrawn by kind."""

    versions: Mapping[tuple[str, str, int], dict[str, Any]]
    newest: Mapping[str, Mapping[str, dict[str, Any]]]
    calendar: Calendar
    schedule: Schedule


_held: tuple[float, Snapshot] | None = None


def _take() -> Snapshot:
    versions: dict[tuple[str, str, int], dict[str, Any]] = {}
    newest: dict[str, dict[str, dict[str, Any]]] = {}
    rows = Entry.objects.order_by("kind", "code", "version").values_list(
        "kind", "code", "version", "body", "withdrawn_at"
    )
    for kind, code, version, body, withdrawn in rows:
        versions[kind, code, version] = body
        if withdrawn is None:
            newest.setdefault(kind, {})[code] = body
    slots = newest.get("schedules", {}).get("office", {}).get("slots")
    schedule = Schedule.parse(slots) if slots else Schedule()
    return Snapshot(versions, newest, Calendar.from_tables(list(newest.get("calendars", {}).values())), schedule)


def snapshot() -> Snapshot:
    """The catalogue as of at most a minute ago."""
    global _held
    if _held is None or time.monotonic() - _held[0] > FRESH:
        _held = (time.monotonic(), _take())
    return _held[1]


def forget() -> None:
    """Looks again at the next use; called after a load in this process."""
    global _held
    _held = None


def newest(kind: str) -> Mapping[str, dict[str, Any]]:
    """Code → body of the newest version of every entry of a kind that is not withdrawn."""
    return snapshot().newest.get(kind, {})


def version(kind: str, code: str, number: int) -> dict[str, Any] | None:
    """The body of one exact version, withdrawn or not: what a running case was promised."""
    return snapshot().versions.get((kind, code, number))


def calendar() -> Calendar:
    """The working-day calendar from all loaded years."""
    return snapshot().calendar


def schedule() -> Schedule:
    """The working slots of a day."""
    return snapshot().schedule
