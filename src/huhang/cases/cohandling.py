"""The co-handling contract as pure decisions: its terms from the catalogue, who stands on which side, whose turn it is.

One lead, many supporting units. A unit may refuse its task with a reason; then both sides reply in turn, so many rounds
and so much time each as the terms say, and after that somebody above both decides (C2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from huhang.base.access.rules import Actor, Perm, Reach
from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.cases.models import Assignment, Case, SupportWord
from huhang.cases.rules import Promise
from huhang.kernel.worktime import Unit, due
from huhang.register.units.queries import tree

TERMS = "co_handling"
MOST = 20
"""So many supporting units one case can have had."""
BAD = 2
"""Two stars or fewer need a reason."""
CLOCKS = tuple(f"support-{n}" for n in range(1, MOST + 1))
"""The names of supporting units' clocks, by the ordinal of their part."""


@dataclass(frozen=True)
class Terms:
    """How much time a task gets when none is said, how much a reply, and how many rounds of reply there are."""

    version: int
    amount: int
    unit: str
    reply_amount: int
    reply_unit: str
    rounds: int

    def task(self, days: int | None) -> Promise:
        """The promise a supporting unit's clock is given; ``days`` are working days somebody chose."""
        rule = f"{TERMS}@{self.version}"
        return Promise(rule, days, Unit.WORKING_DAYS.value) if days else Promise(rule, self.amount, self.unit)


FALLBACK = Terms(0, 3, Unit.WORKING_DAYS.value, 1, Unit.WORKING_DAYS.value, 2)
"""The product's own terms, for an installation that loaded no catalogue."""


def check_terms(body: dict[str, Any]) -> list[str]:
    """What is wrong with terms of co-handling."""
    says = [f"缺少 {key}" for key in ("name", "name_en") if not body.get(key)]
    for name in ("task", "reply"):
        value = body.get(name)
        if not isinstance(value, dict) or not isinstance(value.get("amount"), int) or value["amount"] < 1:
            says.append(f"{name}.amount 应当是不小于 1 的整数")
        elif value.get("unit") not in {u.value for u in Unit}:
            says.append(f"{name}.unit 应当是 {'、'.join(u.value for u in Unit)} 之一")
    if not isinstance(body.get("rounds"), int) or not 1 <= body["rounds"] <= 5:
        says.append("rounds 应当是 1 到 5 之间的整数")
    return says


def register() -> None:
    """Makes the kind of entry known to the catalogue."""
    registry.register(TERMS, check_terms)


def terms(version: int | None = None) -> Terms:
    """The terms in force, or those a part was agreed under: a running part keeps its version."""
    body = catalog.newest(TERMS).get("default") if version is None else catalog.version(TERMS, "default", version)
    return FALLBACK if body is None else _terms(body)


def _terms(body: Mapping[str, Any]) -> Terms:
    task, reply = body["task"], body["reply"]
    return Terms(
        int(body["version"]), task["amount"], task["unit"], reply["amount"], reply["unit"], int(body["rounds"])
    )


def reply_until(at: datetime, known: Terms) -> datetime:
    """Until when the other side may reply to a word said at an instant."""
    told = due(
        start=at,
        amount=known.reply_amount,
        unit=Unit(known.reply_unit),
        calendar=catalog.calendar(),
        schedule=catalog.schedule(),
    )
    assert told.due_at is not None  # a clock without pauses always has a due instant
    return told.due_at


def turn(sides: Sequence[str], *, rounds: int, reply_due: datetime | None, now: datetime) -> str:
    """Whose turn it is in a dispute: a side's, or the decider's when the rounds or the time to reply are used up."""
    if len(sides) >= 2 * rounds or (reply_due is not None and now >= reply_due):
        return SupportWord.Side.DECIDER
    return SupportWord.Side.LEAD if sides and sides[-1] == SupportWord.Side.SUPPORT else SupportWord.Side.SUPPORT


def turn_of(part: Assignment, words: Sequence[SupportWord], now: datetime) -> str:
    """Whose turn it is over this part now; empty when nothing is disputed. ``words`` are the part's, oldest first."""
    if part.status != Assignment.Status.DISPUTED:
        return ""
    known = terms(part.terms)
    return turn([w.side for w in words], rounds=known.rounds, reply_due=part.reply_due_at, now=now)


def leads(case: Case, by: Actor) -> bool:
    """Whether the actor works for the lead unit, or is its chief from above."""
    return any(g.owns(case) for g in by.grants if Perm.HANDLE in g.perms)


def dispatches(case: Case, by: Actor) -> bool:
    """Whether the actor is a dispatcher this case can be seen by."""
    return any(g.covers(case) for g in by.grants if Perm.DISPATCH in g.perms)


def supports(part: Assignment, by: Actor) -> bool:
    """Whether the actor works for the supporting unit, or is its chief from above."""
    above = tree().branch_of(part.unit_id)
    return any(
        g.unit == part.unit_id or (g.reach is Reach.BELOW and g.unit == above)
        for g in by.grants
        if Perm.HANDLE in g.perms
    )


def above_both(one: UUID, other: UUID) -> UUID:
    """The lowest unit that stands over both."""
    up = set(_line(one))
    return next((u for u in _line(other) if u in up), tree().root.id)


def _line(unit: UUID | None) -> list[UUID]:
    line = []
    while unit is not None and unit not in line:
        line.append(unit)
        unit = tree()[unit].parent
    return line[1:] or line  # a unit does not decide over itself


def decides(case: Case, part: Assignment, words: Sequence[SupportWord], by: Actor) -> bool:
    """Whether the actor is above both units, or the dispatcher, and said no word for either side."""
    if by.user is not None and any(w.by_id == by.user and w.side != SupportWord.Side.DECIDER for w in words):
        return False
    over = set(_line(above_both(case.unit_id, part.unit_id))) | {above_both(case.unit_id, part.unit_id)}
    chief = any(g.unit in over for g in by.grants if Perm.ASSIGN in g.perms)
    return chief or dispatches(case, by)


def can(name: str, case: Case, part: Assignment, words: Sequence[SupportWord], by: Actor, now: datetime) -> bool:
    """Whether this step of the contract can be taken with this part by this actor now."""
    status, over = part.status, part.ended_at is not None
    match name:
        case "support_sign":
            return not over and status in ("asked", "disputed") and supports(part, by)
        case "support_refuse":
            return not over and status == "asked" and supports(part, by)
        case "support_reply":
            side = turn_of(part, words, now)
            return (side == "lead" and leads(case, by)) or (side == "support" and supports(part, by))
        case "support_decide":
            return turn_of(part, words, now) == "decider" and decides(case, part, words, by)
        case "support_finish":
            return not over and status == "working" and supports(part, by)
        case "support_return" | "support_rate":
            return status == "finished" and part.stars is None and leads(case, by)
        case "support_release":
            return not over and (leads(case, by) or dispatches(case, by))
    return False
