"""Whose duties there are, where they stand, how well a unit is covered; a list comes from what counts it."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor, Perm, Reach
from huhang.base.catalog import queries as catalog
from huhang.kernel.errors import Missing, Sentence
from huhang.register.liaisons.models import Liaison
from huhang.register.rounds import catalogue
from huhang.register.rounds.deriving import _FIELDS, Duty, Span, fetch, statement
from huhang.register.rounds.models import Excuse, Feed, Record
from huhang.register.rounds.rules import DONE, DUE, EXCUSED, FIRST, LAST, LATE, RECORD, coverage, first_of, next_of
from huhang.register.subjects.queries import reaches, units_below
from huhang.register.units.queries import tree

BACK = timedelta(days=100)
"""How far back a late duty is still looked for: a quarter and its days of grace."""
AHEAD = timedelta(days=95)


@dataclass(frozen=True)
class Wanted:
    """How duties are narrowed; several mean all of them. ``unit`` takes in the units below it, but for ``own``.

    ``open`` leaves what still asks for something: due, or late and not yet made up for.
    """

    span: Span
    rule: str = ""
    states: tuple[str, ...] = ()
    unit: uuid.UUID | None = None
    officer: uuid.UUID | None = None
    of: uuid.UUID | None = None
    open: bool = False
    own: bool = False
    chiefly: tuple[uuid.UUID, ...] = ()
    """Units whose own duties are also this officer's, because of a post held there."""


def _sight(actor: Actor) -> tuple[str, dict[str, Any]]:
    """Officers see the duties of their units and branches and their own; the sensitive, as the register shows it."""
    if actor.kind == "system":
        return "true", {}
    near = [n.id for n in tree().nodes.values() if n.id in actor.units or n.branch in actor.branches]
    params = {"near": near, "me": actor.user}
    told = "true" if actor.everything else "(d.unit_id = ANY (%(near)s) OR d.officer_id = %(me)s)"
    if not actor.sees_sensitive:
        told += " AND (NOT d.sensitive OR d.unit_id = ANY (%(near)s))"
    return (told, params) if actor.everything or actor.units or actor.branches else ("false", params)


def _where(wanted: Wanted, actor: Actor) -> tuple[str, dict[str, Any]]:
    sight, params = _sight(actor)
    asked = [sight]
    if wanted.states:
        asked.append("d.state = ANY (%(states)s)")
        params["states"] = list(wanted.states)
    if wanted.unit is not None and (wanted.own or wanted.unit != tree().root.id):
        asked.append("d.unit_id = ANY (%(inside)s)")
        params["inside"] = [wanted.unit] if wanted.own else units_below(wanted.unit)
    if wanted.officer is not None:
        mine = "d.officer_id = %(officer)s"
        asked.append(f"({mine} OR (d.subject_id IS NULL AND d.unit_id = ANY (%(chiefly)s)))")
        params |= {"officer": wanted.officer, "chiefly": list(wanted.chiefly)}
    if wanted.open:
        asked.append("(d.state = 'due' OR (d.state = 'late' AND d.later IS NULL))")
    return " AND ".join(asked), params


def _asked(wanted: Wanted, now: datetime) -> tuple[str, dict[str, Any]] | None:
    codes = (wanted.rule,) if wanted.rule else ()
    return statement(wanted.span, now, codes=codes, only=(wanted.of,) if wanted.of else ())


def duties(wanted: Wanted, actor: Actor, now: datetime, *, most: int | None = None, skip: int = 0) -> list[Duty]:
    """The duties a filter leaves, as far as this actor sees them: late ones first, then by the day they are due."""
    where, more = _where(wanted, actor)
    with acting(SYSTEM, apart=False):
        return _duties(wanted, where, more, now, most, skip)


def _duties(
    wanted: Wanted, where: str, more: Mapping[str, Any], now: datetime, most: int | None, skip: int
) -> list[Duty]:
    asked = _asked(wanted, now)
    if asked is None:
        return []
    sql = f"""
WITH d AS (SELECT * FROM ({asked[0]}) d WHERE {where} ORDER BY (d.state <> 'late'), d.last, d.unit_id, d.name, d.rule,
    d.of, d.day LIMIT %(most)s OFFSET %(skip)s)
SELECT {_FIELDS} FROM d LEFT JOIN people_user w ON w.id = d.officer_id LEFT JOIN people_user v ON v.id = d.done_by
LEFT JOIN rounds_excuse x ON x.id = d.excuse_id
ORDER BY (d.state <> 'late'), d.last, d.unit_id, d.name, d.rule, d.of, d.day
"""  # noqa: S608
    names, rows = fetch(sql, {**asked[1], **more, "most": most, "skip": skip})
    return [Duty(**dict(zip(names, row, strict=True))) for row in rows]


def duty_of(rule: str, of: uuid.UUID, day: date, actor: Actor, now: datetime) -> Duty:
    """One duty by its key.

    Raises:
        Missing: there is none, it has not begun, or it is not for this actor to see.
    """
    if not FIRST <= day < LAST:
        raise Missing
    span = Span(day - timedelta(days=40), day + timedelta(days=260))
    found = duties(Wanted(span, rule=rule, of=of), actor, now)
    one = next((duty for duty in found if duty.day == day), None)
    if one is None:
        raise Missing
    return one


@dataclass
class Tally:
    """How many duties stand how; ``made_up`` of the late were done afterwards."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((DUE, DONE, LATE, EXCUSED), 0))
    made_up: int = 0

    @property
    def owed(self) -> int:
        return sum(self.counts.values())

    @property
    def coverage(self) -> float | None:
        """Done out of all but the excused; nothing when there is nothing."""
        return coverage(self.counts[DONE], self.owed, self.counts[EXCUSED])

    @property
    def whole(self) -> int:
        """What coverage is a share of."""
        return self.owed - self.counts[EXCUSED]

    def add(self, state: str, n: int, made_up: int) -> None:
        """Counts some more."""
        self.counts[state] += n
        self.made_up += made_up


def tallies(wanted: Wanted, actor: Actor, now: datetime) -> dict[tuple[uuid.UUID, uuid.UUID | None, str], Tally]:
    """How the duties of a filter stand, by unit, branch and rule: one statement."""
    where, more = _where(wanted, actor)
    with acting(SYSTEM, apart=False):
        return _tallies(wanted, where, more, now)


def _tallies(
    wanted: Wanted, where: str, more: Mapping[str, Any], now: datetime
) -> dict[tuple[uuid.UUID, uuid.UUID | None, str], Tally]:
    asked = _asked(wanted, now)
    if asked is None:
        return {}
    sql = (
        "SELECT d.unit_id, d.branch_id, d.rule, d.state, count(*), count(*) FILTER (WHERE d.state = 'late'"  # noqa: S608
        f" AND d.later IS NOT NULL) FROM ({asked[0]}) d WHERE {where} GROUP BY 1, 2, 3, 4"
    )
    found: dict[tuple[uuid.UUID, uuid.UUID | None, str], Tally] = defaultdict(Tally)
    for unit, branch, rule, state, n, made_up in fetch(sql, {**asked[1], **more})[1]:
        found[unit, branch, rule].add(state, n, made_up)
    return dict(found)


def summed(rows: Mapping[tuple[uuid.UUID, uuid.UUID | None, str], Tally], by: str) -> dict[Any, Tally]:
    """The same by one of ``unit``, ``branch``, ``rule``, or ``all`` in one."""
    found: dict[Any, Tally] = defaultdict(Tally)
    for (unit, branch, rule), tally in rows.items():
        key = {"unit": unit, "branch": branch, "rule": rule}.get(by)
        for state, n in tally.counts.items():
            found[key].add(state, n, 0)
        found[key].made_up += tally.made_up
    return dict(found)


def month_of(day: date) -> Span:
    """What belongs to a month: the duties whose last working day lies in it."""
    first = first_of("month", day)
    return Span(first, next_of("month", first))


def now_open(now: datetime, *, ahead: bool = False) -> Span:
    """Everything that may still ask for something at an instant: what runs, and what was missed lately."""
    today = catalog.schedule().date_of(now)
    return Span(today - BACK, today + AHEAD, ahead)


def chiefly(actor: Actor) -> tuple[uuid.UUID, ...]:
    """The units whose own duties this officer owes, by a post that a rule names."""
    roles = {role for rule in catalogue.standing() for role in rule.roles}
    return tuple(dict.fromkeys(grant.unit for grant in actor.grants if grant.role in roles))


def mine(actor: Actor, span: Span, *, open_: bool = False) -> Wanted:
    """The duties an officer owes."""
    return Wanted(span, officer=actor.user or uuid.UUID(int=0), chiefly=chiefly(actor), open=open_)


def why_not_excuse(duty: Duty, actor: Actor) -> Sentence | None:
    """Why this officer may not excuse a duty; nothing when they may. Nobody excuses what is their own to do."""
    if duty.officer_id is not None and duty.officer_id == actor.user:
        return Sentence("自己的职责不能自己免办，请由上级说明。")
    if duty.subject_id is None:
        above = [g for g in actor.grants if Perm.PLAN_LIAISON in g.perms and g.unit != duty.unit_id]
        branch = tree()[duty.unit_id].branch
        if any(g.reach is Reach.ALL or (g.reach is Reach.BELOW and g.unit == branch) for g in above):
            return None
        return Sentence("单位自己的职责由上级说明免办。")
    if reaches(actor, Perm.PLAN_LIAISON, duty.unit_id):
        return None
    return Sentence("免办由单位负责人说明。")


def may_excuse_some(actor: Actor) -> bool:
    """Whether this officer excuses anything at all."""
    return Perm.PLAN_LIAISON in actor.perms


def may_record(duty: Duty, actor: Actor) -> bool:
    """Whether this officer may write down that it was done: whoever owes it; where the rule asks for nobody in
    particular, whoever visits in its unit; where it takes an officer of the subject, each of them."""
    if duty.officer_id is not None and duty.officer_id == actor.user:
        return True
    rule = catalogue.rule(duty.rule, duty.version)
    ways = [way for way in rule.ways if way.sort == RECORD] if rule else []
    if duty.subject_id and any(way.who in ("owes", "liaison") for way in ways):
        return (
            actor.user is not None
            and Liaison.objects.filter(subject_id=duty.subject_id, officer_id=actor.user).exists()
        )
    return reaches(actor, Perm.VISIT, duty.unit_id)


def may_void(row: Record, actor: Actor) -> bool:
    """Whether this officer may say that something was written down by mistake."""
    return reaches(actor, Perm.PLAN_LIAISON, row.unit_id)


def excuses(rule: str, of: uuid.UUID, day: date) -> list[Excuse]:
    """Every excuse of a duty, those taken back too, newest first; whoever sees the duty sees them."""
    rows = Excuse.objects.filter(rule=rule, day=day, subject_id=of) | Excuse.objects.filter(
        rule=rule, day=day, unit_id=of
    )
    return list(rows.order_by("-at", "-id"))


def records(duty: Duty) -> list[Record]:
    """What was written down by hand in the time of a duty, newest first."""
    rows = Record.objects.filter(rule=duty.rule, held_at__gte=duty.start, held_at__lt=duty.deadline)
    whose = (
        rows.filter(subject_id=duty.subject_id)
        if duty.subject_id
        else rows.filter(subject__isnull=True, unit_id__in=units_below(duty.unit_id))
    )
    return list(whose.order_by("-held_at", "-id"))


def feed_of(user: uuid.UUID) -> Feed | None:
    """An officer's calendar address that works now."""
    return Feed.objects.filter(user_id=user, ended_at__isnull=True).first()


def ids(duties_: Iterable[Duty]) -> list[uuid.UUID]:
    """The subjects some duties are about."""
    return list(dict.fromkeys(d.subject_id for d in duties_ if d.subject_id))
