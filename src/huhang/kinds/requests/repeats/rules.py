"""Pure decisions about repeats: what a request says, where it is, and whether two are alike (C6)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil, cos, floor, radians
from uuid import UUID

from huhang.kernel.geo import Box
from huhang.kernel.text import bands, key, letters, sketch
from huhang.kernel.text.sketch import LEAST
from huhang.kinds.requests.repeats.catalogue import Like

SPAN = timedelta(days=30)
"""Band keys are salted with the span a request was received in: lately-alike texts are found without reading years."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PER_DEGREE = 200
_AROUND = 360 * _PER_DEGREE
_METRES_PER_DEGREE = 111_195.0
LEAST_ALONE = 16
"""A body of fewer letters is no repeat of itself under another title: many write “同上” or “如题”."""


def said(title: str, body: str) -> str:
    """The letters of a request; a title that only repeats how the body begins is not counted twice."""
    head, rest = letters(title), letters(body)
    return rest if rest.startswith(head) else head + rest


def whole_keys(title: str, body: str) -> list[int]:
    """The keys under which the very same words are found again; none for a text too short to say anything."""
    text, alone = said(title, body), letters(body)
    made = [key(text, salt="whole")] if len(text) >= LEAST else []
    return [*made, key(alone, salt="alone")] if len(alone) >= LEAST_ALONE else made


def span(at: datetime) -> int:
    """The number of the span an instant falls in."""
    return (at - _EPOCH) // SPAN


def band_keys(sketched: bytes, at: datetime) -> list[int]:
    """The keys of a sketch's bands in the span of an instant."""
    return bands(sketched, salt=str(span(at)))


def keys_of(title: str, body: str, at: datetime) -> tuple[list[int], bytes]:
    """Every key of a request received at an instant, and its sketch."""
    sketched = sketch(said(title, body))
    return [*whole_keys(title, body), *band_keys(sketched, at)], sketched


def keys_since(sketched: bytes, since: datetime, until: datetime) -> list[int]:
    """The band keys to look for among requests received between two instants."""
    return [k for n in range(span(since), span(until) + 1) for k in bands(sketched, salt=str(n))]


def cell(lon: float, lat: float) -> int:
    """The square of a point: a two-hundredth of a degree, about 500 m a side."""
    return _cell(floor(lon * _PER_DEGREE), floor(lat * _PER_DEGREE))


def _cell(column: int, row: int) -> int:
    return (row + 90 * _PER_DEGREE) * _AROUND + (column + 180 * _PER_DEGREE) % _AROUND


def box(lon: float, lat: float, metres: float) -> Box:
    """A rectangle that holds every point within so many metres, away from the poles."""
    up = metres / _METRES_PER_DEGREE * 1.01
    across = up / max(cos(radians(min(89.0, abs(lat) + up))), 0.01)
    return Box(lon - across, lat - up, lon + across, lat + up)


def cells(inside: Box) -> list[int]:
    """The squares a rectangle touches, those across the 180th meridian too."""
    columns = range(floor(inside.west * _PER_DEGREE), ceil(inside.east * _PER_DEGREE) + 1)
    rows = range(floor(inside.south * _PER_DEGREE), ceil(inside.north * _PER_DEGREE) + 1)
    return [_cell(column, row) for row in rows for column in columns]


@dataclass(frozen=True)
class Alike:
    """What a request has in common with the one at hand.

    Args:
        same: the very same words.
        similar: about which share of their three-character runs they have in common.
        metres: how far apart; none where either has no point.
    """

    case: UUID
    received_at: datetime
    is_open: bool
    same: bool = False
    similar: float = 0.0
    metres: float | None = None
    subject: bool = False
    person: bool = False
    category: bool = False

    def near(self, policy: Like) -> bool:
        """Whether it is within the circle."""
        return self.metres is not None and self.metres <= policy.radius_m

    def far(self, policy: Like) -> bool:
        """Whether it is known to be somewhere else: ten times the circle away."""
        return self.metres is not None and self.metres > 10 * policy.radius_m

    def counts(self, policy: Like) -> bool:
        """Whether it is like the one at hand: its words alone, or a weaker likeness together with where or who.

        A place alone, a subject alone or a person alone is no likeness: a market has many troubles, and so has a man.
        Of two that are known to be far apart, ordinary likeness of words is not enough: two schools want a crossing.
        """
        if self.same or self.similar >= policy.similar * (2 if self.far(policy) else 1):
            return True
        tied = self.near(policy) or self.subject or self.person
        return tied and (self.category or self.similar >= policy.weak)

    def weight(self, policy: Like) -> float:
        """For the order in which they are shown: the same words first, then the more there is in common."""
        ties = 0.3 * self.near(policy) + 0.3 * self.subject + 0.3 * self.person + 0.2 * self.category
        return 2.0 * self.same + self.similar + ties + 0.1 * self.is_open
