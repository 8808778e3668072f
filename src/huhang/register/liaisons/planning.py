"""Making a plan: everybody who needs an officer gets one, within bounds, near, able, and with as few changes as can be.

A minimum-cost flow in which every subject sends one unit: that is an assignment problem between subjects and the
officers' free places, solved exactly (scipy's Jonker–Volgenant) within each area. The k-th place of an officer costs k
weights of load, so even loads are cheapest; a column of one's own stands for nobody (ADR 31). Nothing here reads a
clock or a table.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment  # type: ignore[attr-defined]

from huhang.register.liaisons.rules import Body, Each, Line, Officer, Policy, area_of

Key = tuple[uuid.UUID, str]
"""A subject and a line."""


@dataclass(frozen=True)
class Row:
    """Who is to answer for a subject in a line, who does so now, and why.

    ``change``: keep · new · replace (the former can no longer) · relieve (the former is over the bound) · end (no
    longer needed) · missing (nobody could be found). ``why`` names what told: see `REASONS`.
    """

    subject: uuid.UUID
    line: str
    before: uuid.UUID | None
    after: uuid.UUID | None
    change: str
    why: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    load: int = 0
    most: int = 0
    others: int = 0
    each: str = ""


REASONS = (
    *("same_unit", "same_branch", "city", "skills", "skills_missing", "first_role", "even"),
    *("gone", "full", "none", "unneeded"),
)


@dataclass
class Plan:
    """Everything decided, and what was found."""

    rows: list[Row] = field(default_factory=list)
    short: list[tuple[uuid.UUID, str]] = field(default_factory=list)
    """Officers for whom no subject of a sort each of them carries was left: officer, sort."""

    def of(self, *changes: str) -> list[Row]:
        """The rows of these changes."""
        return [row for row in self.rows if row.change in changes]


def plan(policy: Policy, bodies: Sequence[Body], officers: Sequence[Officer], held: dict[Key, uuid.UUID]) -> Plan:
    """The plan for all subjects given.

    Args:
        held: who answers now, by subject and line; also by officers no longer able to.
    """
    made = Plan()
    asked: set[Key] = set()
    taken = _each(policy, bodies, officers, held, made, asked)
    for code, line in policy.lines.items():
        by_area: dict[uuid.UUID | None, list[Body]] = defaultdict(list)
        for body in bodies:
            if code in policy.lines_of(body) and (body.id, code) not in asked:
                asked.add((body.id, code))
                by_area[area_of(line, body)].append(body)
        for area, inside in by_area.items():
            able = [o for o in officers if _may(line, o, area)]
            made.rows += _area(policy, line, inside, able, held, taken)
    by_id, seated = {body.id: body for body in bodies}, {officer.id: officer for officer in officers}
    for (subject, code), keeper in held.items():
        if subject in by_id and (subject, code) not in asked:
            there = seated.get(keeper)
            fits = (
                there is not None
                and code in policy.lines
                and there.fits(policy.lines[code], by_id[subject]) is not None
            )
            made.rows.append(Row(subject, code, keeper, None, "end", ("unneeded" if fits else "gone",)))
    return made


def _may(line: Line, officer: Officer, area: uuid.UUID | None) -> bool:
    """Whether the officer has any post from which this line is held within the area."""
    for seat in officer.seats:
        if seat.role in line.roles and (seat.unit == area if area is not None else seat.kind == line.where):
            return True
    return False


def _area(
    policy: Policy,
    line: Line,
    bodies: list[Body],
    officers: list[Officer],
    held: dict[Key, uuid.UUID],
    taken: dict[tuple[uuid.UUID, str], int],
) -> Iterable[Row]:
    """One line within one area: an exact assignment of subjects to the places officers have left."""
    bodies = sorted(bodies, key=lambda b: b.id)
    officers = sorted(officers, key=lambda o: o.id)
    room = [max(0, line.most - taken.get((o.id, line.code), 0)) for o in officers]
    weights = policy.weights
    base = np.full((len(bodies), len(officers)), np.inf)
    for i, body in enumerate(bodies):
        wanted, keeper = policy.wanted(body), held.get((body.id, line.code))
        keeps = any(o.id == keeper and o.fits(line, body) is not None for o in officers)
        for j, officer in enumerate(officers):
            usual = officer.fits(line, body)
            if usual is None:
                continue
            cost = weights["role"] * usual + weights["skill"] * len(wanted - officer.skills)
            base[i, j] = cost + (weights["change"] if keeps and officer.id != keeper else 0)
    columns, owner = _places(base, room, weights["load"], len(bodies))
    whole = np.concatenate([columns, _nobody(len(bodies), weights["missing"])], axis=1)
    chosen = [owner[column] if column < len(owner) else None for column in linear_sum_assignment(whole)[1]]
    load = defaultdict(int, {o.id: taken.get((o.id, line.code), 0) for o in officers})
    for place in chosen:
        if place is not None:
            load[officers[place].id] += 1
    for body, place, costs in zip(bodies, chosen, base, strict=True):
        able = int(np.isfinite(costs).sum())
        yield _told(policy, line, body, None if place is None else officers[place], held, officers, load, able)


def _places(
    base: "np.ndarray[tuple[int, int], np.dtype[np.float64]]", room: list[int], load: int, wanted: int
) -> tuple["np.ndarray[tuple[int, int], np.dtype[np.float64]]", list[int]]:
    """A column for every place an officer has left, the later ones dearer; and whose each column is."""
    parts, owner = [np.empty((base.shape[0], 0))], []
    for j, free in enumerate(room):
        places = min(free, wanted)
        if places:
            parts.append(base[:, [j]] + load * np.arange(1, places + 1))
            owner += [j] * places
    return np.concatenate(parts, axis=1), owner


def _nobody(n: int, missing: int) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    own = np.full((n, n), np.inf)
    np.fill_diagonal(own, missing)
    return own


def _told(
    policy: Policy,
    line: Line,
    body: Body,
    officer: Officer | None,
    held: dict[Key, uuid.UUID],
    officers: list[Officer],
    load: dict[uuid.UUID, int],
    able: int,
) -> Row:
    before = held.get((body.id, line.code))
    if officer is None:
        return Row(body.id, line.code, before, None, "missing", ("full",) if able else ("none",), most=line.most)
    wanted = policy.wanted(body)
    why = [{"unit": "same_unit", "branch": "same_branch"}.get(line.where, "city")]
    if wanted:
        why.append("skills" if wanted <= officer.skills else "skills_missing")
    usual = len(line.roles) > 1 and officer.fits(line, body) == 0
    if usual:
        why.append("first_role")
    if before == officer.id:
        change = "keep"
    elif before is None:
        change = "new"
        why += [] if usual or able == 1 else ["even"]
    else:
        still = any(o.id == before and o.fits(line, body) is not None for o in officers)
        change = "relieve" if still else "replace"
        why.append("full" if still else "gone")
    skills = tuple(sorted(wanted & officer.skills if wanted <= officer.skills else wanted - officer.skills))
    return Row(
        body.id, line.code, before, officer.id, change, tuple(why), skills, load[officer.id], line.most, able - 1
    )


def _each(
    policy: Policy,
    bodies: Sequence[Body],
    officers: Sequence[Officer],
    held: dict[Key, uuid.UUID],
    made: Plan,
    asked: set[Key],
) -> dict[tuple[uuid.UUID, str], int]:
    """One subject of each sort for every officer of the line, at once, so that none is given twice."""
    taken: dict[tuple[uuid.UUID, str], int] = defaultdict(int)
    for code in dict.fromkeys(one.line for one in policy.each):
        line = policy.lines[code]
        sorts = [one for one in policy.each if one.line == code]
        pool = sorted((b for b in bodies if any(one.sort.holds(b) for one in sorts)), key=lambda b: b.id)
        able = sorted((o for o in officers if _may(line, o, None)), key=lambda o: o.id)
        slots = [(officer, one) for officer in able for one in sorts]
        if not slots:
            continue
        if not pool:
            made.short += [(officer.id, one.code) for officer, one in slots]
            continue
        cost = np.array([[_worth(policy, line, o, one, b, held) for b in pool] for o, one in slots])
        own = _nobody(len(slots), policy.weights["missing"])
        for i, column in zip(*linear_sum_assignment(np.concatenate([cost, own], axis=1)), strict=True):
            officer, one = slots[int(i)]
            if column >= len(pool):
                made.short.append((officer.id, one.code))
                continue
            body = pool[int(column)]
            before = held.get((body.id, code))
            change = "keep" if before == officer.id else "new" if before is None else "replace"
            asked.add((body.id, code))
            taken[officer.id, code] += 1
            fitting = sum(one.sort.holds(b) for b in pool) - 1
            row = Row(body.id, code, before, officer.id, change, ("city",), (), 0, line.most, fitting, one.code)
            made.rows.append(row)
    return taken


def _worth(policy: Policy, line: Line, officer: Officer, one: Each, body: Body, held: dict[Key, uuid.UUID]) -> float:
    """Cheap when the officer carries it already, else the larger the cheaper; not at all when of another sort."""
    if not one.sort.holds(body):
        return float("inf")
    keeper = held.get((body.id, line.code))
    if keeper == officer.id:
        return 0
    size = min(999, (body.investment // 10_000_000) + body.heads // 100)
    return policy.weights["change"] + policy.weights["role"] - size
