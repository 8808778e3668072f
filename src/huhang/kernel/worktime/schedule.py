"""When on a working day the offices work, and windows of the day that may cross midnight."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from huhang.kernel.errors import Invalid

Slot = tuple[time, time]
Span = tuple[datetime, datetime]

_DAYS = 4000
"""How many dates a schedule keeps worked out: ten years of them."""
_SLOT = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~至]\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True)
class Schedule:
    """The working slots of a day, half-open ``[start, end)``, and the zone in which days are counted.

    Raises:
        Invalid: no slot, a slot that ends before it starts, overlapping or unordered slots, or an unknown zone.
    """

    slots: tuple[Slot, ...] = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
    zone: str = "Asia/Shanghai"
    _known: dict[date, tuple[Span, list[Span]]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        edges = [edge for slot in self.slots for edge in slot]
        if not edges or any(b <= a for a, b in self.slots) or edges != sorted(edges):
            raise Invalid("办公时段应按先后排列，互不重叠，每段结束晚于开始。")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Invalid("没有这个时区：%(zone)s", params={"zone": self.zone}) from None

    @classmethod
    def parse(cls, text: str, zone: str = "Asia/Shanghai") -> "Schedule":
        """Read a setting such as ``08:30-12:00,13:30-17:30``.

        Raises:
            Invalid: a part is not a slot.
        """
        slots = []
        for part in re.split(r"[,，;；]", text):
            found = _SLOT.fullmatch(part.strip())
            try:
                if not found:
                    raise ValueError(part)
                h1, m1, h2, m2 = map(int, found.groups())
                slots.append((time(h1, m1), time(h2, m2)))
            except ValueError:
                raise Invalid("办公时段写法如 08:30-12:00：%(part)s", params={"part": part.strip()}) from None
        return cls(tuple(slots), zone)

    @cached_property
    def _tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def day_length(self) -> timedelta:
        """Working time of one full working day (7 h 30 min by default)."""
        return sum((_since_midnight(b) - _since_midnight(a) for a, b in self.slots), timedelta())

    def local(self, instant: datetime) -> datetime:
        """The instant on the wall clock of the schedule's zone."""
        return instant.astimezone(self._tz)

    def date_of(self, instant: datetime) -> date:
        """The local date of an instant."""
        return self.local(instant).date()

    def at(self, day: date, clock: time) -> datetime:
        """A local wall-clock time as an instant in UTC."""
        return datetime.combine(day, clock, self._tz).astimezone(UTC)

    def close_of(self, day: date) -> datetime:
        """End of business: the end of the last slot, in UTC."""
        return self.at(day, self.slots[-1][1])

    def whole(self, day: date) -> Span:
        """The day from local midnight to the next, in UTC."""
        return self._day(day)[0]

    def spans(self, day: date) -> list[Span]:
        """The slots of a date as instants in UTC, without asking whether the date is worked."""
        return self._day(day)[1]

    def _day(self, day: date) -> tuple[Span, list[Span]]:
        """A date from midnight to midnight, and its slots; kept, because fifty rows of a list ask for the same ones."""
        known = self._known.get(day)
        if known is None:
            whole = self.at(day, time()), self.at(day + timedelta(days=1), time())
            known = whole, [(self.at(day, a), self.at(day, b)) for a, b in self.slots]
            if len(self._known) >= _DAYS:
                self._known.clear()
            self._known[day] = known
        return known


def in_window(clock: time, start: time, end: time) -> bool:
    """Whether a time of day lies in ``[start, end)``; a window whose end is not after its start crosses midnight.

    Equal ends mean the whole day. Vectors in STANDARDS §7: 22:30–05:30.
    """
    if start < end:
        return start <= clock < end
    return clock >= start or clock < end


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)
