"""The two questions of access, answered by one rule: may this actor, and which ones may they."""

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from huhang.base.access.rules import OWNERSHIP, Actor, Perm, Standing

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Eyes:
    """As much of an actor as decides which cases are visible: what statements that are kept are made for."""

    everything: bool
    sees_sensitive: bool
    user: UUID | None
    units: tuple[UUID, ...]
    branches: tuple[UUID, ...]
    person: UUID | None
    case: UUID | None


def eyes(actor: Actor) -> dict[str, Any]:
    """The values of `Eyes` by name, for `statements.kept`."""
    return {name: getattr(actor, name) for name in Eyes.__dataclass_fields__}


def allows(actor: Actor, perm: Perm, case: Standing | None = None) -> bool:
    """Whether the actor may do this, to this case if one is given.

    A permission counts only through a post that reaches the case, and never for a case the actor cannot see.
    """
    if actor.kind == "system":
        return True
    if case is None:
        return perm in actor.perms
    if not actor.sees(case):
        return False
    if perm is Perm.SEE:
        return True
    reach = (g.owns(case) if perm in OWNERSHIP else g.covers(case) for g in actor.grants if perm in g.perms)
    if any(reach):
        return True
    # whoever took a request, or has it in hand, may always go on talking inside it
    return (
        perm in (Perm.COMMENT, Perm.ATTACH)
        and perm in actor.perms
        and actor.user in (case.taken_by_id, case.officer_id)
    )


def seen(actor: Actor | Eyes, prefix: str = "") -> Q | None:
    """The rule as a condition; none when everything is visible."""
    if actor.everything and actor.sees_sensitive:
        return None
    p = prefix
    mine = Q(**{f"{p}officer_id": actor.user}) | Q(**{f"{p}taken_by_id": actor.user}) if actor.user else Q(pk__in=[])
    placed = Q() if actor.everything else mine
    if not actor.everything:
        if actor.units:
            placed |= Q(**{f"{p}unit_id__in": actor.units}) | Q(**{f"{p}party_units__overlap": list(actor.units)})
        if actor.branches:
            placed |= Q(**{f"{p}branch_id__in": actor.branches})
            placed |= Q(**{f"{p}party_branches__overlap": list(actor.branches)})
    whole = placed if actor.sees_sensitive else placed & (Q(**{f"{p}sensitive": False}) | mine)
    if actor.person is not None:
        whole |= Q(**{f"{p}requester_id": actor.person})
    if actor.case is not None:
        whole |= Q(**{f"{p}id": actor.case})
    return whole


def visible_to(actor: Actor | Eyes, rows: QuerySet[M], prefix: str = "") -> QuerySet[M]:
    """Only the rows this actor may see; ``prefix`` leads to the case (``case__``) for tables beside it."""
    condition = seen(actor, prefix)
    return rows if condition is None else rows.filter(condition)
