"""Pure decisions of office days: how a day falls into slots, and until when one can be booked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from huhang.kernel.errors import Invalid

SHORTEST, LONGEST, MOST_SEATS, MOST_SLOTS = 5, 240, 50, 96
"""Minutes of a slot, seats of one, slots of a day."""
MOST_WALK_INS = 100_000
MOST_PROBLEMS = 50
"""Problems one row of a table may bring."""
AHEAD_DAYS = 180


@dataclass(frozen=True)
class Rule:
    """What the catalogue says (minutes, working days, numbers)."""

    name: str
    slot_minutes: int
    seats: int
    ahead_minutes: int
    most: int
    conclude_days: int

    def closes(self, starts_at: datetime) -> datetime:
        """Until when a slot can be booked, moved to or left."""
        return starts_at - timedelta(minutes=self.ahead_minutes)


def slots(starts_at: datetime, ends_at: datetime, minutes: int) -> list[datetime]:
    """The beginnings of the slots of a day; what is left at its end and shorter than a slot is no slot.

    Raises:
        Invalid: a slot of an impossible length, an end before the beginning, over more than a day, too many slots.
    """
    if not SHORTEST <= minutes <= LONGEST:
        raise Invalid("每段应当是 5 到 240 分钟。", field="slot_minutes")
    length = ends_at - starts_at
    if not timedelta(minutes=minutes) <= length <= timedelta(hours=14):
        raise Invalid("结束时间应当在开始之后，至少够一段，当天结束。", field="ends_at")
    count = length // timedelta(minutes=minutes)
    if count > MOST_SLOTS:
        raise Invalid("一天最多 96 段，请把每段放长一些。", field="slot_minutes")
    return [starts_at + timedelta(minutes=minutes * n) for n in range(count)]


def whole(told: object, low: int, high: int, field: str) -> int:
    """A whole number within bounds.

    Raises:
        Invalid: it is none.
    """
    try:
        number = int(str(told))
    except ValueError:
        raise Invalid("请填整数。", field=field) from None
    if not low <= number <= high:
        raise Invalid("请填 %(low)d 到 %(high)d 之间的整数。", field=field, params={"low": low, "high": high})
    return number


def free(rows: Sequence[tuple[int, int]]) -> int:
    """Seats left among slots given as (seats, booked)."""
    return sum(seats - booked for seats, booked in rows)
