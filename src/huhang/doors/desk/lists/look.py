"""How a list is looked at: which columns, grouped by what. It stands in the address beside the filter (FACES)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from huhang.doors.desk.lists import table
from huhang.doors.frame.parts import Column
from huhang.kinds.cards.queries import colour
from huhang.reading.groups import COLUMNS as GROUPED
from huhang.reading.ledger import Line
from huhang.register.units.queries import tree

Cell = Callable[[Line, datetime], str]

OFFERED: Mapping[str, tuple[Any, Cell | None]] = {
    "state": (_("状态"), None),
    "from": (_("来自"), lambda line, now: line.from_label),
    "officer": (_("承办人"), lambda line, now: line.officer),
    "unit": (_("主办单位"), lambda line, now: tree().label(line.unit_id)),
    "category": (_("类别"), lambda line, now: table.category_of(line)),
    "channel": (_("渠道"), lambda line, now: table.channel_of(line)),
    "urgency": (_("紧急程度"), lambda line, now: table.urgency_of(line)),
    "place": (_("地点"), lambda line, now: line.place),
    "received": (_("受理"), lambda line, now: table.moment(line.received_at, now)),
    "due": (_("到期"), lambda line, now: table.moment(line.due_at, now) if line.due_at else ""),
    "answered": (_("答复"), lambda line, now: table.moment(line.answered_at, now) if line.answered_at else ""),
    "closed": (_("办结"), lambda line, now: table.moment(line.closed_at, now) if line.closed_at else ""),
    "card": (_("督办"), lambda line, now: colour(line, now)),
    "left": (_("剩余"), None),
}
"""Columns to choose from, in the order they stand; those without a function have a form of their own."""

USUAL: Mapping[str, tuple[str, ...]] = {
    "inbox": ("state", "from", "officer", "card", "left"),
    "ledger": ("state", "from", "officer", "received", "card", "left"),
}


@dataclass(frozen=True)
class Look:
    """Columns beside the title, in order, and the column rows are grouped by; empty groups by day due, or not."""

    columns: tuple[str, ...]
    group: str = ""

    @classmethod
    def parse(cls, page: str, given: Mapping[str, str]) -> "Look":
        """The look told in an address. What this version does not know is left out, so an old view still opens."""
        asked = [name for name in given.get("cols", "").split(".") if name in OFFERED]
        group = given.get("group", "")
        columns = tuple(name for name in OFFERED if name in asked) or USUAL[page]
        return cls(columns, group if group in GROUPED else "")

    def pairs(self, page: str) -> list[tuple[str, str]]:
        """Name and value of what differs from the page's usual look."""
        made = [("cols", ".".join(self.columns))] if self.columns != USUAL[page] else []
        return [*made, ("group", self.group)] if self.group else made

    def query(self, page: str) -> str:
        """The look as it stands in the address."""
        return urlencode(self.pairs(page))

    def shown(self) -> tuple[Column, ...]:
        """The columns of the table, the title first."""
        return (Column("title", str(_("诉求"))), *(Column(name, str(OFFERED[name][0])) for name in self.columns))

    def cells(self) -> dict[str, Cell]:
        """What fills the plain columns that are shown; nothing is worked out for the others."""
        return {name: fill for name in self.columns if (fill := OFFERED[name][1]) is not None}


def choices(look: Look) -> Iterable[tuple[str, str, bool]]:
    """Every column to choose from: name, label, whether it is shown."""
    return [(name, str(label), name in look.columns) for name, (label, _fill) in OFFERED.items()]


def groupings(look: Look) -> list[tuple[str, str, bool]]:
    """Every way to group: name, label, whether it is chosen."""
    return [(name, str(label), name == look.group) for name, label in GROUPED.items()]
