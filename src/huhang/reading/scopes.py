"""From who looks and what is asked to the few index walks that answer it.

A list is the sum of *arms* that never share a row: the branches somebody sees, the units, the cases they have a part
in, the ones that are theirs by name. Each arm begins with an equality that an index leads with, because under row-level
security only leak-proof operators reach an index; what needs another operator goes through `cases_found`.
"""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import BooleanField, Q, UUIDField
from django.db.models.expressions import RawSQL

from huhang.base.access.rules import Actor, Perm, Reach
from huhang.base.catalog import queries as catalog
from huhang.cases.registry import kinds
from huhang.kernel.text import canonical_json
from huhang.reading.rules import Filter, of_kind
from huhang.register.units.queries import tree


@dataclass(frozen=True)
class Arm:
    """One part of a list. ``each`` names a column walked value by value; ``found`` narrows the search function."""

    where: Q = field(default_factory=Q)
    each: str = ""
    values: tuple[uuid.UUID, ...] = ()
    found: dict[str, Any] | None = None


@dataclass(frozen=True)
class Own:
    """The units and whole branches that are an actor's own, without a unit that its branch already brings."""

    units: tuple[uuid.UUID, ...]
    branches: tuple[uuid.UUID, ...]

    @classmethod
    def of(cls, actor: Actor, *, wide: bool = False) -> "Own":
        """As seen through posts; ``wide`` adds the unit of posts that reach everywhere, for “my unit”."""
        nodes = tree().nodes
        grants = [g for g in actor.grants if Perm.SEE in g.perms and g.reach is not Reach.NONE]
        below = [g.unit for g in grants if g.reach is Reach.BELOW or (wide and g.reach is Reach.ALL)]
        branches = tuple(dict.fromkeys(u for u in below if u in nodes and nodes[u].branch == u))
        held = [g.unit for g in grants if wide or g.reach is not Reach.ALL]
        units = [u for u in held if u not in nodes or nodes[u].branch not in branches]
        return cls(tuple(dict.fromkeys(units)), branches)

    @property
    def all_units(self) -> list[uuid.UUID]:
        """Every unit, those inside the branches too: a part is held by a unit."""
        inside = [n.id for n in tree().nodes.values() if n.branch in self.branches]
        return list(dict.fromkeys([*self.units, *self.branches, *inside]))

    def away(self) -> Q:
        """Rows owned elsewhere, as a condition that a missing branch does not spoil."""
        where = ~Q(unit_id__in=self.units) if self.units else Q()
        return where & (Q(branch_id=None) | ~Q(branch_id__in=self.branches)) if self.branches else where

    def narrow(self) -> dict[str, Any]:
        """The lists that `own` and `away` of the search function read."""
        return {"units": [str(u) for u in self.units], "branches": [str(b) for b in self.branches]}


def queue_states(perm: Perm) -> list[str]:
    """States in which the main thing to do needs this permission, over all kinds; dispatching begins at the first."""
    names = [s for kind in kinds().values() for m in kind.moves if m.primary and m.needs is perm for s in m.from_]
    if perm is Perm.DISPATCH:
        names += [k.initial for k in kinds().values() if any(m.needs is perm for m in k.moves)]
    return sorted(set(names))


def _standing(states: list[str]) -> Q:
    """Among these states, of one unit's cases.

    Under another collation the index by state cannot be taken: it meets the whole city's cases of that state, while the
    planner, which does not know that a state says whether a case is open, takes them for a few. The index
    ``case_waits`` has units, states under this collation and due dates, so nobody walks all open cases of thirty units.
    """
    sql = '"cases_case"."state" COLLATE "C" = ANY (%s)'
    return Q(RawSQL(sql, [states], output_field=BooleanField()))  # noqa: S611  states are ours


_QUEUES = {"sign": Perm.SIGN, "dispatch": Perm.DISPATCH, "revisit": Perm.REVISIT}


def arms(actor: Actor, asked: Filter) -> list[Arm]:
    """The arms of a list; none when this actor can see nothing of it."""
    if Perm.SEE not in actor.perms:
        return []
    if asked.q:
        return [Arm(found=_searched(actor, asked))]
    if asked.scope == "mine":
        return [Arm(Q(officer_id=actor.user) & _in_hand(asked)), *_to_sign(actor, asked), *_to_help(actor, asked)]
    if asked.scope == "taken":
        return [Arm(Q(taken_by_id=actor.user))]
    if asked.scope == "sign":  # unit by unit below too: an index has the units' cases by state, not the branches'
        return _of_each("unit_id", tuple(Own.of(actor, wide=True).all_units))
    if asked.scope == "unit":
        return _owned(Own.of(actor, wide=True))
    if asked.scope == "party":
        return [Arm(found=_parties(Own.of(actor, wide=True)))]
    return _seen(actor)


def _in_hand(asked: Filter) -> Q:
    """What I must do now: what waits for somebody else to revisit, close or lift it is not in my hand any more."""
    if asked.state or asked.which != "open":
        return Q()
    elsewhere = (Perm.REVISIT, Perm.CLOSE, Perm.ISSUE_CARD, Perm.JUDGE_CARD)
    return ~Q(state__in=sorted({state for perm in elsewhere for state in queue_states(perm)}))


def _to_sign(actor: Actor, asked: Filter) -> list[Arm]:
    """What waits for a signature of one's own unit is in one's hand too, though no officer stands on it yet."""
    if asked.which != "open":
        return []
    units = tuple(dict.fromkeys(g.unit for g in actor.grants if Perm.SIGN in g.perms and g.reach is not Reach.NONE))
    waiting = _standing(queue_states(Perm.SIGN)) & (Q(officer_id=None) | ~Q(officer_id=actor.user))
    return _of_each("unit_id", units, waiting)


_HELPED = (
    '"cases_case"."id" IN (SELECT a.case_id FROM cases_assignment a'
    " WHERE a.unit_id = ANY (%s) AND a.role = 'support' AND a.ended_at IS NULL)"
)


def _to_help(actor: Actor, asked: Filter) -> list[Arm]:
    """What one's own unit was asked to help with is in one's hand until the task ends (C2)."""
    units = list(dict.fromkeys(g.unit for g in actor.grants if Perm.COHANDLE in g.perms and Perm.SIGN in g.perms))
    if asked.which != "open" or not units:
        return []
    tasks = Q(RawSQL(_HELPED, [units], output_field=BooleanField()))  # noqa: S611  no words of others
    elsewhere = ~Q(unit_id__in=units) & (Q(officer_id=None) | ~Q(officer_id=actor.user))
    return [Arm(tasks & elsewhere)]


def _seen(actor: Actor) -> list[Arm]:
    if actor.everything:
        return [Arm()]
    own = Own.of(actor)
    parts = Q(party_units__overlap=own.all_units)
    elsewhere = own.away() & ~parts
    return [
        *_owned(own),
        Arm(found=_parties(own)),
        Arm(Q(officer_id=actor.user) & elsewhere),
        Arm(Q(taken_by_id=actor.user) & (Q(officer_id=None) | ~Q(officer_id=actor.user)) & elsewhere),
    ]


def _owned(own: Own) -> list[Arm]:
    return [*_of_each("branch_id", own.branches), *_of_each("unit_id", own.units)]


def _of_each(column: str, values: tuple[uuid.UUID, ...], where: Q = Q()) -> list[Arm]:
    """One arm for a column that holds one of several values, walked value by value."""
    if len(values) == 1:
        return [Arm(Q(**{column: values[0]}) & where)]
    return [Arm(where, each=column, values=values)] if values else []


def _parties(own: Own) -> dict[str, Any]:
    return {"parties": [str(u) for u in own.all_units], "away": True, **own.narrow()}


def _searched(actor: Actor, asked: Filter) -> dict[str, Any]:
    own = Own.of(actor, wide=True)
    match asked.scope:
        case "mine":
            return {"officer": actor.user}
        case "taken":
            return {"taken": actor.user}
        case "unit" | "sign":
            return {"own": True, **own.narrow()}
        case "party":
            return _parties(own)
    return {}


def received_from(asked: Filter) -> datetime | None:
    """The first instant of the first day asked for."""
    return _midnight(asked.since, 0)


def received_until(asked: Filter) -> datetime | None:
    """The first instant after the last day asked for."""
    return _midnight(asked.until, 1)


def _midnight(day: Any, more: int) -> datetime | None:
    if day is None:
        return None
    try:
        return catalog.schedule().at(day + timedelta(days=more), time()).astimezone(UTC)
    except OverflowError:
        return None


def open_or_not(asked: Filter) -> bool | None:
    """Whether only open (or only ended) cases can be meant; the queues index open ones alone."""
    if asked.which != "all":
        return asked.which == "open"
    if asked.scope in _QUEUES or asked.late or asked.waiting:
        return True
    ends = {s.final for kind in of_kind(asked.kind) for s in kind.states if s.name == asked.state}
    return not ends.pop() if len(ends) == 1 else None


def conditions(actor: Actor, asked: Filter, now: datetime) -> Q:
    """What every row of the list fulfils besides its arm, as a condition of the table."""
    opened = open_or_not(asked)
    where = Q() if opened is None else Q(is_open=opened)
    for name in ("kind", "state", "channel", "category"):
        if value := getattr(asked, name):
            where &= Q(**{name: value})
    if asked.urgency is not None:
        where &= Q(urgency=asked.urgency)
    if asked.unit:
        where &= Q(unit_id=asked.unit)
    if asked.branch:
        where &= Q(branch_id=asked.branch)
    if asked.officer:
        where &= Q(officer_id=asked.officer)
    if asked.late:
        where &= Q(is_open=True, due_at__lte=now)
    if asked.waiting:
        where &= Q(waiting=True)
    if (first := received_from(asked)) is not None:
        where &= Q(received_at__gte=first)
    if (after := received_until(asked)) is not None:
        where &= Q(received_at__lt=after)
    return where & _further(asked) & _queue(actor, asked)


_UPDATED = 'EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = "cases_case"."id" AND s.at >= %s)'


def _further(asked: Filter) -> Q:
    """What programs ask for besides what a page offers."""
    where = Q()
    for name, column in (("states", "state"), ("categories", "category"), ("numbers", "number")):
        if values := getattr(asked, name):
            where &= Q(**{f"{column}__in": values})
    if asked.subject:
        where &= Q(subject_id=asked.subject)
    if asked.due_from:
        where &= Q(due_at__gte=asked.due_from)
    if asked.due_until:
        where &= Q(due_at__lt=asked.due_until)
    if asked.box:
        west, south, east, north = asked.box
        where &= Q(lon__gte=west, lon__lte=east, lat__gte=south, lat__lte=north)
    if asked.updated_since:
        where &= Q(RawSQL(_UPDATED, [asked.updated_since], output_field=BooleanField()))  # noqa: S611  no words of others
    return where


_FURTHER = (
    ("states", "some_states"),
    ("categories", "some_categories"),
    ("numbers", "numbers"),
    ("subject", "subject"),
    ("due_from", "due_from"),
    ("due_until", "due_until"),
    ("box", "box"),
    ("updated_since", "updated"),
)
"""A field of the filter, and what the search function calls it."""


def _queue(actor: Actor, asked: Filter) -> Q:
    if asked.scope not in _QUEUES:
        return Q()
    states = queue_states(_QUEUES[asked.scope])
    if asked.scope == "sign":
        return _standing(states)
    where = Q(state=states[0]) if len(states) == 1 else Q(state__in=states)
    if asked.scope == "revisit":  # nobody revisits what they or their unit handled (C4)
        where &= Q(officer_id=None) | ~Q(officer_id=actor.user)
        where &= ~Q(unit_id__in=[g.unit for g in actor.grants]) if actor.grants else Q()
    return where


def narrowed(actor: Actor, asked: Filter, now: datetime) -> dict[str, Any]:
    """The same conditions in the words of the search function."""
    opened = open_or_not(asked)
    said: dict[str, Any] = {} if opened is None else {"open": opened}
    for name in ("kind", "state", "channel", "category", "unit", "branch", "urgency"):
        if (value := getattr(asked, name)) not in ("", None):
            said[name] = value
    if asked.officer and asked.scope != "mine":  # “mine” has said whose already; the table's condition holds both
        said["officer"] = asked.officer
    if asked.late:
        said["late"] = now
    if asked.waiting:
        said["waiting"] = True
    said |= {word: value for name, word in _FURTHER if (value := getattr(asked, name))}
    said |= {k: v for k, v in (("since", received_from(asked)), ("until", received_until(asked))) if v is not None}
    if asked.scope in _QUEUES:
        said["states"] = queue_states(_QUEUES[asked.scope])
    if asked.scope == "revisit":
        said |= {"not_officer": actor.user, "not_unit": actor.unit} if actor.unit else {"not_officer": actor.user}
    return said


def found(query: str | None, patterns: list[str] | None, want: int, narrow: dict[str, Any]) -> RawSQL:
    """“The row is among those the search function gives”, as a condition that walks the primary key."""
    return RawSQL(
        '"cases_case"."id" = ANY (ARRAY(SELECT f.id FROM cases_found(%s::tsquery, %s::text[], %s, %s::jsonb) f))',
        [query, patterns, want, canonical_json(narrow)],
        output_field=BooleanField(),
    )


def value_of_each() -> RawSQL:
    """The value an arm that goes value by value has reached."""
    return RawSQL("place.value", [], output_field=UUIDField())
