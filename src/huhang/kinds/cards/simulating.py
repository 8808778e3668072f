"""“With these thresholds last quarter would have issued n”: past clocks and ratings judged anew; writes nothing (D2).

What cannot be known is said and not guessed: whether a card that never was would have been answered. So every number
stands twice, for everybody answering in time and for nobody ever answering.
"""

import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from django.db.models import Exists, OuterRef

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases.models import Clock
from huhang.cases.registry import kinds
from huhang.cases.rules import Kind, Watch
from huhang.kernel.errors import Invalid
from huhang.kernel.worktime import Calendar, Schedule, Unit, due
from huhang.kinds.cards.rules import LEVELS, RANK, Ladder

MOST = 20_000
"""So many clocks are judged on a page; a longer period goes by the command."""

_PIECE = 2_000


@dataclass(frozen=True)
class Would:
    """A card that would have come out: of which matter, when, and how grave it would have become at least and most."""

    matter: uuid.UUID
    number: str
    title: str
    unit: uuid.UUID
    branch: uuid.UUID | None
    at: datetime
    least: str
    most: str


@dataclass
class Simulated:
    """All of them, and what was left out."""

    cards: list[Would] = field(default_factory=list)
    clocks: int = 0
    still: int = 0

    def by_level(self, name: str = "least") -> Counter[str]:
        """How many of each level, if everybody answers (``least``) or nobody does (``most``)."""
        return Counter(getattr(card, name) for card in self.cards)


def simulate(
    ladder: Ladder, since: datetime, until: datetime, *, actor: Actor, now: datetime, most: int | None = MOST
) -> Simulated:
    """The cards a ladder would have issued in ``[since, until)`` about what this actor sees.

    Raises:
        Invalid: more clocks than a page can judge.
    """
    done = Simulated()
    for kind in kinds().values():
        if kind.watch is not None:
            _simulate(kind, kind.watch, ladder, (since, min(until, now)), actor, done, most)
    done.cards.sort(key=lambda card: (card.at, card.number))
    return done


Span = tuple[datetime, datetime]


def _simulate(
    kind: Kind, watch: Watch, ladder: Ladder, span: Span, actor: Actor, done: Simulated, most: int | None
) -> None:
    since, until = span
    rows = Clock.objects.filter(case__kind=kind.name, name=watch.clock, started_at__lt=until)
    anew = Clock.objects.filter(case=OuterRef("case"), name=watch.clock, id__gt=OuterRef("id"))
    rows = rows.exclude(stopped_at__lt=since).exclude(Exists(anew.filter(started_at__lte=OuterRef("stopped_at"))))
    columns = (
        "case",
        "case__number",
        "case__title",
        "case__unit",
        "case__branch",
        "started_at",
        "due_at",
        "stopped_at",
    )
    clocks = visible_to(actor, rows, "case__").order_by("started_at", "id").values_list(*columns)
    if most is not None and done.clocks + clocks.count() > most:
        raise Invalid(
            "这个时段有超过 %(most)d 件要算，请缩短时段，或在服务器上用 huhang cards simulate。",
            field="first",
            params={"most": most},
        )
    found: dict[uuid.UUID, list[Would]] = {}
    named: dict[uuid.UUID, tuple[str, str, uuid.UUID, uuid.UUID | None]] = {}
    for case, number, title, unit, branch, started, due_at, stopped in clocks.iterator(chunk_size=_PIECE):
        done.clocks += 1
        named[case] = (number, title, unit, branch)
        if due_at is None:
            done.still += 1
            continue
        told = _of_clock(ladder, started, due_at, stopped, span)
        if told is not None:
            at, least, gravest = told
            found.setdefault(case, []).append(Would(case, number, title, unit, branch, at, least, gravest))
    for case, at in _often_bad(watch, ladder, list(named)):
        if since <= at < until:
            number, title, unit, branch = named[case]
            bad = Would(case, number, title, unit, branch, at, ladder.bad_level, ladder.bad_level)
            _add_bad(found.setdefault(case, []), bad)
    done.cards += [card for cards in found.values() for card in cards]


def _add_bad(cards: list[Would], bad: Would) -> None:
    """One matter, one card: dissatisfaction raises the one that is out, if there is one."""
    if not cards:
        cards.append(bad)
        return
    last = cards[-1]
    cards[-1] = replace(last, least=_graver(last.least, bad.least), most=_graver(last.most, bad.most))


def _graver(one: str, other: str) -> str:
    return max(one, other, key=lambda level: RANK[level])


def _often_bad(watch: Watch, ladder: Ladder, cases: list[uuid.UUID]) -> Iterator[tuple[uuid.UUID, datetime]]:
    for start in range(0, len(cases), _PIECE):
        for case, times in watch.bad(cases[start : start + _PIECE]).items():
            if len(times) >= ladder.times:
                yield case, times[ladder.times - 1]


def _of_clock(
    ladder: Ladder, started: datetime, due_at: datetime, stopped: datetime | None, span: Span
) -> tuple[datetime, str, str] | None:
    """When a card about this clock would have come out within the span, and how grave it would have become."""
    calendar, schedule = catalog.calendar(), catalog.schedule()
    since, end = span[0], min(stopped or span[1], span[1])
    least = ladder.by_clock(due_at, started, end, calendar, schedule)
    if not least or (started < since and ladder.by_clock(due_at, started, since, calendar, schedule)):
        return None  # none at all, or one that was out before
    instants = _instants(ladder, started, due_at, calendar, schedule)
    first = min(instants, key=lambda level: (instants[level], -RANK[level]))
    return instants[first], least, _silent(ladder, instants, first, end, calendar, schedule)


def _instants(
    ladder: Ladder, started: datetime, due_at: datetime, calendar: Calendar, schedule: Schedule
) -> dict[str, datetime]:
    """When the clock alone reaches each level."""
    found = {}
    for band in ladder.bands:
        day, left = schedule.date_of(due_at), band.first
        while left > 0:
            day, left = calendar.next_working(day), left - 1
        while left < 0:
            day -= timedelta(days=1)
            left += calendar.kind_of(day).works
        at = max(schedule.at(day, time()), started)
        if not ladder.by_clock(due_at, started, at, calendar, schedule):
            at = due_at  # too short a period to be warned of: it begins when late
        found[band.level] = at
    return found


def _silent(
    ladder: Ladder, instants: dict[str, datetime], level: str, end: datetime, calendar: Calendar, schedule: Schedule
) -> str:
    """The level at the end if nobody ever answered: by the clock or by silence, whichever comes first."""
    at = instants[level]
    while True:
        ways = [(instants[high], high) for high in LEVELS if RANK[high] > RANK[level]]
        band = ladder.band(level)
        if band.unanswered:
            told = due(start=at, amount=band.amount, unit=Unit(band.unit), calendar=calendar, schedule=schedule)
            assert told.due_at is not None  # without a pause there is always a due instant
            ways.append((told.due_at, band.unanswered))
        ways = [way for way in ways if way[0] <= end]
        if not ways:
            return level
        at, level = min(ways, key=lambda way: (way[0], -RANK[way[1]]))
