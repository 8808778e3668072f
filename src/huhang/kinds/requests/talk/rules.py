"""Until when is written, how often a person may write, how long each word waited; no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

AFTER = timedelta(days=30)
"""So long after closing both may still write."""
LONGEST = 2000
"""Characters of one saying."""
MOST_FILES = 5
BURST, WITHIN = 10, timedelta(minutes=10)
"""So many sayings of one person within so long; then they wait."""
A_DAY = 60
"""Sayings of one person within a day."""


def open_until(closed_at: datetime | None) -> datetime | None:
    """Until when may be written; no end while the request is open."""
    return closed_at + AFTER if closed_at is not None else None


def may_still_write(closed_at: datetime | None, now: datetime) -> bool:
    """Whether the request is open, or closed less than 30 days ago."""
    until = open_until(closed_at)
    return until is None or now <= until


def wait_of(times: Sequence[datetime], now: datetime) -> timedelta | None:
    """How long somebody who said so much lately has to wait before the next; none when they may go on.

    Args:
        times: when the last `A_DAY` sayings were made, newest first.
    """
    if len(times) >= BURST and times[BURST - 1] > now - WITHIN:
        return times[BURST - 1] + WITHIN - now
    if len(times) >= A_DAY and times[A_DAY - 1] > now - timedelta(days=1):
        return times[A_DAY - 1] + timedelta(days=1) - now
    return None


@dataclass(frozen=True)
class Wait:
    """From a person's first unanswered word to our next one; ``until`` is empty while they wait."""

    since: datetime
    until: datetime | None


def waits(sayings: Sequence[Any]) -> dict[Any, Wait]:
    """For every answer of ours, and for the person's word still unanswered, how long it took; by id of that saying.

    Args:
        sayings: oldest first; anything with ``id``, ``at`` and ``side``.
    """
    found: dict[Any, Wait] = {}
    first: Any = None
    for one in sayings:
        if one.side == "person":
            first = first or one
        elif first is not None:
            found[one.id], first = Wait(first.at, one.at), None
    if first is not None:
        found[first.id] = Wait(first.at, None)
    return found
