"""Pure decisions: the lot of a revisit, which attempts count, and how long a link is good."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

TICKETS = 10_000
"""A ticket lies below this; of so many, ``rate`` per cent are drawn."""

BAD_RATING, SENSITIVE, NAMED, REDONE, APPEALED, LOT = "bad", "sensitive", "named", "redone", "appealed", "lot"
ALWAYS = (BAD_RATING, SENSITIVE, NAMED, REDONE, APPEALED)
"""What a rule may ask to be revisited whatever the lot says (C4)."""


@dataclass(frozen=True)
class Sampling:
    """A rule of the catalogue: ``rate`` per cent by lot, what is always asked, and what makes an attempt count."""

    rule: str
    rate: int
    always: frozenset[str]
    attempts: int
    apart: timedelta


@dataclass(frozen=True)
class Links:
    """How many days a rating link is good, and after which steps it is sent."""

    days: int
    after: frozenset[str]


@dataclass(frozen=True)
class Lot:
    """One draw, complete enough to be worked out again by anybody."""

    seed: str
    ticket: int
    drawn: bool
    because: tuple[str, ...]


def ticket(seed: str, number: str, turn: int) -> int:
    """The ticket of a case's round under a seed: SHA-256 over the three, modulo `TICKETS`."""
    told = hashlib.sha256(f"{seed}\n{number}\n{turn}".encode()).digest()
    return int.from_bytes(told[:8], "big") % TICKETS


def draw(rule: Sampling, *, seed: str, number: str, turn: int, facts: Iterable[str]) -> Lot:
    """Whether a round's answer is revisited: always for what the rule names, else by lot."""
    mine = ticket(seed, number, turn)
    given = rule.always.intersection(facts)
    because = tuple(fact for fact in ALWAYS if fact in given)
    by_lot = mine < rule.rate * TICKETS // 100
    return Lot(seed, mine, bool(because) or by_lot, because or ((LOT,) if by_lot else ()))


def counted(times: Sequence[datetime], apart: timedelta) -> int:
    """How many attempts at different times there were: one counts when it is ``apart`` from the last that counted."""
    n, last = 0, None
    for at in sorted(times):
        if last is None or at - last >= apart:
            n, last = n + 1, at
    return n
