"""A routing rule as data: what it asks of a request, and what it proposes. Plain Python; the checker and the running
rules read a rule through here, so that what was checked is what runs (C2)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from huhang.kernel.errors import Sentence
from huhang.kernel.geo import Ring, point_in_polygon
from huhang.kernel.text import fold

READ = 4_000
"""So many characters of a text are looked at by patterns: a message of a megabyte must not hold up the worker."""

NO_SUBJECT = "none"
"""The class of a request that names no subject."""

HOURS = ("office", "outside")
AREAS = ("station", "county")
CONDITIONS = frozenset({"category", "area", "words", "channel", "nature", "time", "subject"})
WORDS = frozenset({"any", "all", "none", "pattern"})
TIME = frozenset({"hours", "weekdays", "from", "until"})


class Broken(Exception):  # noqa: N818  it names the rule's state
    """A rule that cannot be carried out now, in a sentence for the administrator."""

    def __init__(self, says: Sentence) -> None:
        self.says = says
        super().__init__(says)


@dataclass(frozen=True)
class Facts:
    """What rules may look at. ``received`` is local time; ``category`` may be one proposed a moment ago."""

    text: str
    category: str
    channel: str
    nature: str
    subject: str
    received: datetime
    office_hours: bool
    lon: float | None = None
    lat: float | None = None

    @cached_property
    def folded(self) -> str:
        """The text as it is searched: full and half width alike, small letters."""
        return fold(self.text)


@dataclass(frozen=True)
class Ground:
    """Where units are: what rules ask of the unit tree, as plain data.

    Attributes:
        by_code: every unit there ever was, by code, and by short name.
        areas: rings of longitude and latitude by unit.
        kinds: station, county, … by unit.
        above: the branch of a unit.
        standing: units that can be given work now.
    """

    by_code: Mapping[str, UUID] = field(default_factory=dict)
    by_name: Mapping[str, UUID] = field(default_factory=dict)
    areas: Mapping[UUID, Sequence[Ring]] = field(default_factory=dict)
    kinds: Mapping[UUID, str] = field(default_factory=dict)
    above: Mapping[UUID, UUID | None] = field(default_factory=dict)
    standing: frozenset[UUID] = frozenset()

    def unit(self, said: str) -> UUID | None:
        """The unit of a code or a short name."""
        return self.by_code.get(said) or self.by_name.get(said)

    def around(self, lon: float, lat: float, kind: str) -> UUID | None:
        """The unit of a kind in whose area a point lies; of a county without an area of its own, by its stations."""
        for unit, rings in self.areas.items():
            if unit in self.standing and self.kinds.get(unit) == kind and point_in_polygon(lon, lat, rings):
                return unit
        if kind == "county":
            station = self.around(lon, lat, "station")
            return self.above.get(station) if station else None
        return None

    def inside(self, unit: UUID, lon: float, lat: float) -> bool:
        """Whether the point lies in the area of a unit, or of one below it."""
        own = self.areas.get(unit)
        if own is not None:
            return point_in_polygon(lon, lat, own)
        below = (rings for one, rings in self.areas.items() if self.above.get(one) == unit)
        return any(point_in_polygon(lon, lat, rings) for rings in below)


@dataclass(frozen=True)
class Rule:
    """One entry of ``catalog/routing_rules``."""

    code: str
    version: int
    order: int
    name: str
    name_en: str
    when: Mapping[str, Any]
    then: Mapping[str, Any]
    file: str = ""

    @classmethod
    def of(cls, body: Mapping[str, Any], file: str = "") -> "Rule":
        """The rule of a body that the checker passed."""
        return cls(
            str(body["code"]),
            int(body["version"]),
            int(body["order"]),
            str(body["name"]),
            str(body["name_en"]),
            body.get("when") or {},
            body["then"],
            file,
        )

    @property
    def tag(self) -> str:
        """Code and version, as a proposal names it."""
        return f"{self.code}@{self.version}"


def holds(rule: Rule, facts: Facts, ground: Ground) -> bool:
    """Whether every condition of the rule is met.

    Raises:
        Broken: a condition cannot be answered: its unit is gone, its pattern is none.
    """
    return all(_ASKED[name](asked, facts, ground) for name, asked in rule.when.items())


def in_list(code: str, wanted: Sequence[str]) -> bool:
    """Whether a code is in a list that may hold beginnings such as ``TR-*``."""
    return any(code.startswith(one[:-1]) if one.endswith("*") else code == one for one in wanted)


def _category(asked: Sequence[str], facts: Facts, ground: Ground) -> bool:
    return bool(facts.category) and in_list(facts.category, asked)


def _channel(asked: Sequence[str], facts: Facts, ground: Ground) -> bool:
    return facts.channel in asked


def _nature(asked: Sequence[str], facts: Facts, ground: Ground) -> bool:
    return facts.nature in asked


def _subject(asked: Sequence[str], facts: Facts, ground: Ground) -> bool:
    return (facts.subject or NO_SUBJECT) in asked


def _words(asked: Mapping[str, Any], facts: Facts, ground: Ground) -> bool:
    text = facts.folded
    if not all(_fold(word) in text for word in asked.get("all", ())):
        return False
    if any(_fold(word) in text for word in asked.get("none", ())):
        return False
    if asked.get("any") and not any(_fold(word) in text for word in asked["any"]):
        return False
    pattern = asked.get("pattern")
    if pattern is None:
        return True
    try:
        return re.search(pattern, text[:READ]) is not None
    except re.error as wrong:
        values = {"pattern": str(pattern), "why": wrong.msg}
        raise Broken(Sentence("正则式“%(pattern)s”不能用：%(why)s", values)) from None


@lru_cache(maxsize=4096)
def _fold(word: str) -> str:
    return fold(word)


def _time(asked: Mapping[str, Any], facts: Facts, ground: Ground) -> bool:
    day = facts.received.date()
    if "from" in asked and day < date_of(asked["from"]):
        return False
    if "until" in asked and day > date_of(asked["until"]):
        return False
    if asked.get("weekdays") and day.isoweekday() not in asked["weekdays"]:
        return False
    return "hours" not in asked or facts.office_hours is (asked["hours"] == "office")


def _area(asked: Mapping[str, Any], facts: Facts, ground: Ground) -> bool:
    if facts.lon is None or facts.lat is None:
        return False
    if "polygon" in asked:
        return point_in_polygon(facts.lon, facts.lat, [asked["polygon"]])
    return any(ground.inside(_standing(said, ground), facts.lon, facts.lat) for said in asked["units"])


def date_of(said: Any) -> date:
    """A day written as a date or as ``2026-07-01``."""
    return said if isinstance(said, date) else date.fromisoformat(str(said))


def _standing(said: str, ground: Ground) -> UUID:
    unit = ground.unit(said)
    if unit is None:
        raise Broken(Sentence("没有单位“%(unit)s”", {"unit": said}))
    if unit not in ground.standing:
        raise Broken(Sentence("单位“%(unit)s”已撤销或尚未设立", {"unit": said}))
    return unit


def unit_of(then: Mapping[str, Any], facts: Facts, ground: Ground) -> UUID | None:
    """The unit a rule proposes; none when it goes by the place and the request has no point in anybody's area.

    Raises:
        Broken: the unit is unknown or dissolved.
    """
    said = then.get("unit")
    if said is None:
        return None
    if isinstance(said, Mapping):
        if facts.lon is None or facts.lat is None:
            return None
        return ground.around(facts.lon, facts.lat, str(said["area"]))
    return _standing(str(said), ground)


_ASKED: Mapping[str, Callable[[Any, Facts, Ground], bool]] = {
    "category": _category,
    "channel": _channel,
    "nature": _nature,
    "subject": _subject,
    "words": _words,
    "time": _time,
    "area": _area,
}
