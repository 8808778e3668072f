"""Leaders' instructions that units have not reported on, in the scope of the page: one statement."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from huhang.base.catalog import queries as catalog
from huhang.doors.supervision.asking import Asked, language
from huhang.kernel.worktime import remaining, say_remaining
from huhang.kinds.requests.instructions import queries
from huhang.kinds.requests.instructions.models import Instruction
from huhang.register.units.queries import tree

SHOWN, MOST, SHORT = 10, 500, 60


@dataclass(frozen=True)
class Row:
    """One instruction as the page lists it."""

    number: str
    text: str
    unit: str
    who: str
    at: datetime
    left: str
    late: bool


@dataclass(frozen=True)
class Waiting:
    """The first of them, and how many there are."""

    rows: tuple[Row, ...]
    total: int
    late: int
    more: int


def waiting(asked: Asked) -> Waiting:
    """What the units of this scope owe a leader a report on, the most pressing first."""
    rows = queries.waiting(asked.actor)
    scope = asked.scope
    if scope.unit is not None:
        below = Q(case__unit=scope.unit) if scope.own else Q(case__unit=scope.unit) | Q(case__branch=scope.unit)
        rows = rows.filter(below)
    known = list(rows.defer("case__search", "case__folded", "case__body")[:MOST])
    late = sum(queries.late(one, asked.now) for one in known)
    return Waiting(tuple(_row(one, asked.now) for one in known[:SHOWN]), len(known), late, max(0, len(known) - SHOWN))


def _row(one: Instruction, now: datetime) -> Row:
    left = ""
    if one.clock is not None and one.clock.due_at is not None:
        left = say_remaining(remaining(now, one.clock.due_at, catalog.calendar(), catalog.schedule()), language())
    text = one.text if len(one.text) <= SHORT else one.text[:SHORT] + "…"
    unit = tree().label(one.case.unit_id)
    return Row(one.case.number, text, unit, one.given_label, one.given_at, left, queries.late(one, now))
