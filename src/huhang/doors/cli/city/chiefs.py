"""Who answers for whom in the city: the plan of the catalogue over its own officers, but for a few left open (B1)."""

import random
import uuid
from datetime import datetime, timedelta

from huhang.base.catalog import queries as catalog
from huhang.doors.cli.city.people import Officer as Staff
from huhang.doors.cli.city.register import Body as Firm
from huhang.doors.cli.city.register import Register
from huhang.doors.cli.city.rows import Sheet
from huhang.register.liaisons.catalogue import CODE, PLAN
from huhang.register.liaisons.planning import plan
from huhang.register.liaisons.rules import Body, Officer, Policy, Seat, policy_of

_COLUMNS = "id subject_id line officer_id each starts_at why"
_SKILLS = "id officer_id unit_id skill"
OPEN_ONE_IN = 40
"""One in so many is left without an officer, so that there is a plan to make."""


def of_chiefs(register: Register, now: datetime, seed: int) -> list[Sheet]:
    """Responsibilities and skills as rows."""
    rng = random.Random(f"chiefs{seed}")  # noqa: S311  a demonstration, made again from its seed
    body = catalog.newest(PLAN).get(CODE)
    if not body:
        return []
    policy = policy_of(int(body["version"]), body)
    skills = _skills(register, policy, rng)
    of_unit = {unit: frozenset({skill}) for _pk, _officer, unit, skill in skills if unit}
    own: dict[uuid.UUID, frozenset[str]] = {
        officer: frozenset({skill}) for _pk, officer, _unit, skill in skills if officer
    }
    made = plan(policy, [_body(one) for one in register.bodies], _officers(register, own, of_unit), {})
    since = {one.id: one.since for one in register.bodies}
    rows = []
    for row in made.rows:
        if row.after is None or (row.line == "officer" and rng.randrange(OPEN_ONE_IN) == 0):
            continue
        start = max(since[row.subject], now - timedelta(days=rng.randint(30, 700)))
        key = register.keys.at(int(start.timestamp() * 1000))
        rows.append((key, row.subject, row.line, row.after, row.each, start, ",".join(row.why)))
    return [Sheet("liaisons_liaison", _COLUMNS, rows), Sheet("liaisons_skill", _SKILLS, skills)]


def _skills(
    register: Register, policy: Policy, rng: random.Random
) -> list[tuple[uuid.UUID, uuid.UUID | None, uuid.UUID | None, str]]:
    spoken = [skill for skill in ("english", "korean", "japanese", "russian") if skill in policy.skills]
    moment = int(register.officers[0].since.timestamp() * 1000)
    key = register.keys.at
    rows: list[tuple[uuid.UUID, uuid.UUID | None, uuid.UUID | None, str]] = []
    for officer in rng.sample(register.officers, len(register.officers) // 25):
        if spoken:
            rows.append((key(moment), officer.id, None, rng.choice(spoken)))
    for unit, skill in (("治安危险物品大队", "hazmat"), ("交警货运车辆大队", "logistics")):
        place = register.by_short.get(unit)
        if place is not None and skill in policy.skills:
            rows.append((key(moment), None, place.id, skill))
    return rows


def _body(firm: Firm) -> Body:
    branch = firm.unit.branch.id if firm.unit.branch else None
    return Body(firm.id, firm.kind, frozenset(firm.flags), firm.unit.id, branch, firm.investment or 0, firm.heads or 0)


def _officers(
    register: Register, own: dict[uuid.UUID, frozenset[str]], of_unit: dict[uuid.UUID, frozenset[str]]
) -> list[Officer]:
    def seat(one: Staff) -> Seat:
        return Seat(one.role, one.unit.id, one.unit.level, one.unit.kind)

    nothing: frozenset[str] = frozenset()
    return [
        Officer(one.id, one.name, (seat(one),), own.get(one.id, nothing) | of_unit.get(one.unit.id, nothing))
        for one in register.officers
    ]
