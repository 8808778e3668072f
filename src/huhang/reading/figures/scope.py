"""Whose cases are counted: the whole city, a branch, or one unit — and who may ask for which."""

import uuid
from dataclasses import dataclass

from django.db.models import Q

from huhang.base.access.rules import Actor, Perm, Reach
from huhang.kernel.errors import Missing
from huhang.register.units.models import Unit
from huhang.register.units.queries import Node, tree


@dataclass(frozen=True)
class Scope:
    """A unit with all below it, or with ``own`` only what it holds itself; no unit is the whole city."""

    unit: uuid.UUID | None = None
    own: bool = False

    @property
    def node(self) -> Node | None:
        return tree().nodes.get(self.unit) if self.unit else None

    @property
    def level(self) -> int:
        """1 the city, 2 a branch, 3 a unit without any below."""
        return self.node.level if self.node else Unit.Level.BUREAU

    @property
    def where(self) -> Q:
        """The condition over cases."""
        if self.level == Unit.Level.BUREAU:
            return Q(branch__isnull=True) if self.own else Q()
        if self.level == Unit.Level.BRANCH and not self.own:
            return Q(branch=self.unit)
        return Q(unit=self.unit)

    @property
    def place(self) -> tuple[str, uuid.UUID | None]:
        """The same over rows that tell unit and branch alone: a column, and its value; no column for the whole city."""
        if self.level == Unit.Level.BUREAU:
            return ("branch", None) if self.own else ("", None)
        whole = self.level == Unit.Level.BRANCH and not self.own
        return ("branch" if whole else "unit"), self.unit

    @property
    def query(self) -> dict[str, str]:
        """The parameters of an address that give this scope again."""
        unit = self.unit or (tree().root.id if self.own else None)
        return ({"unit": str(unit)} if unit else {}) | ({"own": "1"} if self.own else {})


def supervised(actor: Actor) -> tuple[uuid.UUID | None, ...]:
    """The widest scopes an actor supervises: nothing but ``None`` for the whole city, else units."""
    grants = [g for g in actor.grants if Perm.SUPERVISE in g.perms]
    if actor.kind == "system" or any(g.reach is Reach.ALL for g in grants):
        return (None,)
    return tuple(dict.fromkeys(g.unit for g in grants if g.reach is not Reach.NONE))


def scope_for(actor: Actor, unit: str = "", own: str = "") -> Scope:
    """The scope an address asks for, or the widest this actor supervises.

    Raises:
        Missing: not a unit, or not one this actor supervises; the two look the same.
    """
    tops = supervised(actor)
    if not tops:
        raise Missing
    if not unit:
        return Scope(_city_as_none(tops[0]))
    try:
        node = tree().nodes.get(uuid.UUID(unit))
    except ValueError:
        node = None
    if node is None or not any(_within(node, top) for top in tops):
        raise Missing
    return Scope(_city_as_none(node.id), own == "1")


def _city_as_none(unit: uuid.UUID | None) -> uuid.UUID | None:
    return None if unit == tree().root.id else unit


def _within(node: Node, top: uuid.UUID | None) -> bool:
    if top is None or top in (node.id, tree().root.id):
        return True
    return node.branch == top
