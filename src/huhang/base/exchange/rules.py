"""What is told to other systems, how it is signed, and how long a receiver that does not take it is waited for."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

WITHIN = timedelta(minutes=5)
"""A receiver refuses a message whose timestamp is further from its own clock than this: nothing old can be replayed."""

MOST_ATTEMPTS = 10
LONGEST = timedelta(days=3)
"""After so many attempts, or so long a time, a delivery is parked and waits for a person."""

_FIRST, _LONGEST_WAIT = timedelta(seconds=15), timedelta(hours=6)


@dataclass(frozen=True)
class Event:
    """One thing that happened to a case: facts without a name, a phone or a word anybody wrote.

    Attributes:
        seq: its place in the order in which transactions committed; the cursor of whoever follows.
        version: the version of the case it led to.
    """

    seq: int
    kind: str
    move: str
    number: str
    from_state: str
    to_state: str
    version: int
    at: datetime
    received_at: datetime

    @property
    def type(self) -> str:
        """``request.answer``: the kind and the move."""
        return f"{self.kind}.{self.move}"


@dataclass(frozen=True)
class Span:
    """A stretch of the feed.

    Attributes:
        next: the cursor to go on from; it moves forward although nothing in the stretch may be seen.
        more: whether there is anything behind it already.
    """

    events: list[Event]
    next: int
    more: bool


def wait_after(failures: int) -> timedelta:
    """How long a receiver is left alone after so many failures in a row: 15 s, 30 s, 1 min … at most 6 h."""
    return min(_FIRST * int(2 ** min(max(failures, 1) - 1, 20)), _LONGEST_WAIT)


def parked_after(attempts: int, age: timedelta) -> bool:
    """Whether enough was tried."""
    return attempts >= MOST_ATTEMPTS or age >= LONGEST


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """``v1=`` and the HMAC-SHA256, in hexadecimal, of ``timestamp.body`` under the subscription's secret."""
    signed = f"{timestamp}.".encode() + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def wanted(event: Event, kinds: list[str], moves: list[str]) -> bool:
    """Whether a subscription asked for this event; an empty list asks for everything."""
    return (not kinds or event.kind in kinds) and (not moves or event.move in moves)
