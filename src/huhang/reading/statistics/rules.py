"""What is asked of the statistics: from which month to which, and whose cases."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from huhang.base.access.rules import Actor, Perm
from huhang.kernel.errors import Invalid, Missing
from huhang.reading.scopes import Own
from huhang.register.units.queries import Node, tree

PERIODS = ("month", "quarter", "year", "twelve", "all", "custom")
"""This month, this quarter, this year, the last twelve months, since the first year there can be, one's own choice."""

LONGEST = 600
"""Months of the longest period."""

FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Months:
    """Whole months of the city from ``first`` to ``last``, each by its first day; both included."""

    name: str
    first: date
    last: date

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        return self.first, last_day(self.last)

    @property
    def count(self) -> int:
        """How many months."""
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    def each(self) -> list[date]:
        """Every month, the oldest first."""
        return [shifted(self.first, n) for n in range(self.count)]

    @property
    def query(self) -> dict[str, str]:
        """The parameters of an address that give these months again."""
        if self.name != "custom":
            return {"period": self.name}
        return {"period": "custom", "from": f"{self.first:%Y-%m}", "to": f"{self.last:%Y-%m}"}


def shifted(month: date, by: int) -> date:
    """The month so many months later."""
    at = month.year * 12 + month.month - 1 + by
    return date(at // 12, at % 12 + 1, 1)


def last_day(month: date) -> date:
    """The last day of a month."""
    return shifted(month, 1) - timedelta(days=1)


def months(name: str, today: date) -> Months:
    """A named period that ends with this month.

    Raises:
        Invalid: no such period.
    """
    this = today.replace(day=1)
    first = {
        "month": this,
        "quarter": this.replace(month=this.month - (this.month - 1) % 3),
        "year": this.replace(month=1),
        "twelve": shifted(this, -11),
        "all": date(FIRST_YEAR, 1, 1),
    }.get(name)
    if first is None:
        raise Invalid("没有这个时段，请从列出的时段里选。", field="period")
    return Months(name, first, this)


def custom(first: date, last: date) -> Months:
    """Months of one's own choice.

    Raises:
        Invalid: ends before it starts, too long, or too far away.
    """
    if last < first:
        raise Invalid("结束月份早于开始月份，请改正。", field="to")
    if first.year < FIRST_YEAR or last.year > LAST_YEAR:
        raise Invalid("请填 2000 年到 2100 年之间的月份。", field="from")
    chosen = Months("custom", first, last)
    if chosen.count > LONGEST:
        raise Invalid("一次最多看五十年，请缩短时段。", field="to")
    return chosen


def from_query(values: Mapping[str, str], today: date, usual: str = "year") -> Months:
    """The months an address asks for.

    Raises:
        Invalid: not a period, or not months.
    """
    name = values.get("period") or usual
    if name != "custom":
        return months(name, today)
    return custom(month_of(values.get("from") or "", "from"), month_of(values.get("to") or "", "to"))


def month_of(text: str, field: str) -> date:
    """The month written as ``2026-11``.

    Raises:
        Invalid: ``field`` says where it stood.
    """
    try:
        if len(text) != len("2026-11"):
            raise ValueError(text)
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Invalid("请按 2026-11 这样填月份。", field=field) from None


@dataclass(frozen=True)
class Place:
    """Whose cases are counted: everything this actor may count, one branch, or one unit."""

    unit: uuid.UUID | None = None

    @property
    def node(self) -> Node | None:
        return tree().nodes.get(self.unit) if self.unit else None

    @property
    def is_branch(self) -> bool:
        """Whether it is a branch with all its units."""
        return self.node is not None and self.node.branch == self.node.id

    @property
    def query(self) -> dict[str, str]:
        """The parameters of an address that give this place again."""
        return {"unit": str(self.unit)} if self.unit else {}


EVERYTHING = Place()


def own_of(actor: Actor) -> Own | None:
    """The units and branches whose cases this actor counts; none when it is everything.

    Raises:
        Missing: this actor sees no cases by a post.
    """
    if Perm.SEE not in actor.perms:
        raise Missing
    return None if actor.everything else Own.of(actor)


def place_for(actor: Actor, unit: str = "") -> Place:
    """The place an address asks for.

    Raises:
        Missing: no such unit, or not one this actor counts; the two look the same.
    """
    own = own_of(actor)
    if not unit:
        return Place()
    try:
        node = tree().nodes.get(uuid.UUID(unit))
    except ValueError:
        node = None
    if node is None or (own is not None and node.id not in own.units and node.branch not in own.branches):
        raise Missing
    return Place() if node.id == tree().root.id and actor.everything else Place(node.id)


def spans(chosen: Months) -> list[tuple[date, date]]:
    """The columns of a table over time, each from its first month to its last: months, or years where too many."""
    each = chosen.each()
    if chosen.count <= MONTHS_SHOWN:
        return [(one, one) for one in each]
    starts = [one for one in each if one.month == 1 or one == chosen.first]
    return [(a, shifted(b, -1)) for a, b in pairwise([*starts, shifted(chosen.last, 1)])]


MONTHS_SHOWN = 24
"""More columns than this are years."""
