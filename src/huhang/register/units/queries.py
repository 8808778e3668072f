"""The unit tree in memory: some hundreds of rows that every page names."""

import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from huhang.kernel.errors import Invalid
from huhang.register.units.models import Unit

FRESH = 60.0


@dataclass(frozen=True)
class Node:
    """A unit as every page needs it."""

    id: uuid.UUID
    code: str
    name: str
    short: str
    level: int
    kind: str
    parent: uuid.UUID | None
    branch: uuid.UUID | None
    valid_from: date
    valid_to: date | None
    successor: uuid.UUID | None

    def stands(self, on: date) -> bool:
        """Whether the unit exists on a day; the day it is dissolved no longer counts."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True)
class Tree:
    """All units, past ones too."""

    nodes: dict[uuid.UUID, Node]

    def __getitem__(self, unit: uuid.UUID) -> Node:
        return self.nodes[unit]

    def label(self, unit: uuid.UUID | None) -> str:
        """The short name, or nothing."""
        node = self.nodes.get(unit) if unit else None
        return node.short if node else ""

    def branch_of(self, unit: uuid.UUID) -> uuid.UUID | None:
        """The ancestor on level 2: the county bureau or department answering for the unit."""
        return self.nodes[unit].branch

    def standing(self, on: date, kinds: Iterable[str] = ()) -> list[Node]:
        """Units existing on a day, branch by branch in order of code."""
        wanted = set(kinds)
        return [n for n in self.nodes.values() if n.stands(on) and (not wanted or n.kind in wanted)]

    def choices(self, on: date) -> list[tuple[str, str]]:
        """Units to choose from, each with its branch before its name."""
        rows = []
        for node in self.standing(on):
            above = self.label(node.branch) if node.branch and node.branch != node.id else ""
            rows.append((str(node.id), f"{above} {node.short}".strip()))
        return rows

    @property
    def root(self) -> Node:
        """The bureau."""
        return next(n for n in self.nodes.values() if n.level == Unit.Level.BUREAU)


def by_name() -> dict[str, uuid.UUID]:
    """Standing units by every way they may be called that means one unit only."""
    known, found = tree(), dict[str, uuid.UUID]()
    twice: set[str] = set()
    for node in known.nodes.values():
        if node.valid_to is not None:
            continue
        above = known.label(node.branch) if node.branch not in (None, node.id) else ""
        for name in {node.code, node.name, node.short, f"{above} {node.short}".strip()}:
            if name in found:
                twice.add(name)
            found[name] = node.id
    return {name: pk for name, pk in found.items() if name not in twice}


def named(text: str) -> uuid.UUID:
    """The standing unit a table names, however many blanks stand in between.

    Raises:
        Invalid: none, or more than one.
    """
    found = by_name().get(" ".join(text.split()))
    if found is None:
        raise Invalid("没有这个单位，或不止一个；请填机构代码或全称。")
    return found


_held: tuple[float, Tree] | None = None


def tree() -> Tree:
    """The tree as of at most a minute ago."""
    global _held
    if _held is None or time.monotonic() - _held[0] > FRESH:
        rows = Unit.objects.order_by("code").values_list(
            "id",
            "code",
            "name",
            "short_name",
            "level",
            "kind",
            "parent_id",
            "branch_id",
            "valid_from",
            "valid_to",
            "successor_id",
        )
        _held = (time.monotonic(), Tree({row[0]: Node(*row) for row in rows}))
    return _held[1]


def forget() -> None:
    """Looks again at the next use; called after a change in this process."""
    global _held
    _held = None
    for also in ALSO:
        also()


ALSO: list[Callable[[], None]] = []
"""What else is kept in memory of the units and is looked at again with them."""


def receiving(unit: uuid.UUID, *, on: date, field: str = "unit") -> Node:
    """The unit, if it can be given work on that day.

    Raises:
        Invalid: unknown, not yet founded, or dissolved; names the successor where there is one.
    """
    node = tree().nodes.get(unit)
    if node is None:
        raise Invalid("没有这个单位，请重新选择。", field=field)
    if node.stands(on):
        return node
    heir = tree().label(node.successor)
    if heir:
        raise Invalid(
            "%(unit)s已撤销，工作由%(heir)s承接，请改派给它。", field=field, params={"unit": node.short, "heir": heir}
        )
    raise Invalid("%(unit)s已撤销或尚未设立，请选别的单位。", field=field, params={"unit": node.short})
