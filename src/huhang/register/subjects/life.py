"""The life of a subject as one timeline. What can happen to a subject declares itself here, from whichever room (A1).

A source gives what happened before a place in time; this module only puts the sources together. Nothing is copied:
what a source no longer has, or the actor may not see, is not in the life.
"""

import heapq
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

from django.db.models.expressions import RawSQL

from huhang.base.access.rules import Actor

Mark = tuple[datetime, str]
"""A place in the timeline: a moment and the key of what happened, so that nothing is lost between two of one moment."""


@dataclass(frozen=True)
class Happening:
    """One thing that happened: when, what sort, in words, and what it leads to (``link``: a sort of thing and its key).

    ``key`` is unique within the life; ``open`` says that it still goes on.
    """

    at: datetime
    key: str
    sort: str
    title: str
    text: str = ""
    who: str = ""
    link: tuple[str, str] | None = None
    open: bool = False

    @property
    def mark(self) -> Mark:
        return self.at, self.key


class Reads(Protocol):
    """Gives at most ``most`` happenings of these subjects before a mark, newest first, as far as the actor sees them.

    ``only`` names the sort that is wanted; a source without it is not asked.
    """

    def __call__(
        self, actor: Actor, subjects: Sequence[uuid.UUID], *, before: Mark | None, most: int, only: str
    ) -> Iterable[Happening]: ...


@dataclass(frozen=True)
class Source:
    """A room's part in the life: the sorts it gives, and how they are read."""

    name: str
    sorts: Callable[[], list[tuple[str, Any]]]
    read: Reads


_sources: dict[str, Source] = {}


def declare(source: Source) -> None:
    """Makes a source known; a second of the same name takes the place of the first."""
    _sources[source.name] = source


def sorts() -> list[tuple[str, Any]]:
    """Every sort of happening there is, with its name, in the order the sources were declared."""
    return [pair for source in _sources.values() for pair in source.sorts()]


def read(
    actor: Actor, subjects: Sequence[uuid.UUID], *, before: Mark | None = None, most: int = 30, only: str = ""
) -> tuple[list[Happening], Mark | None]:
    """The newest happenings before a mark, and the mark for the next ones; none when these are the last."""
    asked = [s for s in _sources.values() if not only or only in dict(s.sorts())]
    runs = [source.read(actor, subjects, before=before, most=most + 1, only=only) for source in asked]
    merged = heapq.merge(*(sorted(run, key=lambda h: h.mark, reverse=True) for run in runs), key=_mark, reverse=True)
    found = list(islice(merged, most + 1))
    return found[:most], found[most - 1].mark if len(found) > most else None


def _mark(happening: Happening) -> Mark:
    return happening.mark


_meetings: dict[str, str] = {}


def declare_meeting(name: str, statement: str) -> None:
    """Says what counts as having been seen: SQL giving ``subject_id`` and ``at`` (a visit declares itself here)."""
    _meetings[name] = statement


def seen_since(since: datetime) -> RawSQL:
    """The subjects met since a moment by any declared way, as far as the actor sees those meetings."""
    met = "SELECT m.subject_id FROM ({}) m WHERE m.at >= %s AND m.subject_id IS NOT NULL"
    parts = [met.format(one) for one in _meetings.values()]
    return RawSQL(" UNION ".join(parts) or "SELECT NULL::uuid WHERE false", [since] * len(parts))  # noqa: S611
