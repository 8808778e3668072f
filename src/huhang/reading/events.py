"""What happened, in the order in which it was committed, for whoever follows from a cursor.

The order is the journal's: a link gets its number at commit under a lock taken last, so numbers have no gaps and a
smaller one never turns up after a larger one was read. Ids and times of the rows themselves could not promise that: a
transaction that began earlier may commit later.
"""

import uuid
from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Max

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor, Perm
from huhang.base.exchange.rules import Event, Span
from huhang.base.journal.models import Entry, Link
from huhang.cases.models import Case, Step

ROUND, ROUNDS = 1000, 5
"""Journal rows looked at in one statement, and statements in one call: a page costs the same however little of it is
this reader's. The cursor moves on all the same."""

# The join is an outer one: rows this reader may not see still move the cursor. Row-level security decides.
_STRETCH = """SELECT l.seq, e.action, e.at, e."case"
  FROM (SELECT seq, entry FROM journal_link WHERE seq > %s ORDER BY seq LIMIT %s) l
  LEFT JOIN journal_entry e ON e.id = l.entry AND e."case" IS NOT NULL
 ORDER BY l.seq
"""


class _Row(NamedTuple):
    seq: int
    action: str | None
    at: datetime
    case: uuid.UUID


class _Case(NamedTuple):
    id: uuid.UUID
    number: str
    kind: str
    received_at: datetime


def newest() -> int:
    """The cursor behind everything there is."""
    return int(Link.objects.aggregate(seq=Max("seq"))["seq"] or 0)


def since(moment: datetime) -> int:
    """A cursor before everything that was done from this moment on."""
    first = Entry.objects.filter(at__gte=moment).order_by("at").values_list("link__seq", flat=True).first()
    return int(first) - 1 if first else newest()


def after(actor: Actor, cursor: int, *, limit: int) -> Span:
    """Up to ``limit`` events behind a cursor that this actor may see now, oldest first."""
    events: list[Event] = []
    for _ in range(ROUNDS):
        rows = _stretch(cursor, ROUND)
        found = _told(actor, rows) if Perm.SEE in actor.perms else []
        room = limit - len(events)
        events += found[:room]
        if len(found) > room:
            return Span(events, events[-1].seq, more=True)
        cursor = rows[-1].seq if rows else cursor
        if len(rows) < ROUND:
            return Span(events, cursor, more=False)
        if len(events) == limit:
            break
    return Span(events, cursor, more=True)


def _stretch(cursor: int, want: int) -> list[_Row]:
    with connection.cursor() as told:
        told.execute(_STRETCH, [cursor, want])
        return [_Row(*row) for row in told.fetchall()]


def _told(actor: Actor, rows: Iterable[_Row]) -> list[Event]:
    """The rows that are steps of cases this actor sees: every step has a row of the journal with its name and time."""
    about = [row for row in rows if row.action]
    if not about:
        return []
    seen = visible_to(actor, Case.objects.filter(pk__in={row.case for row in about}))
    cases = {c[0]: _Case(*c) for c in seen.values_list("id", "number", "kind", "received_at")}
    mine = [row for row in about if row.case in cases]
    steps = _steps(mine)
    made = []
    for row in mine:
        case = cases[row.case]
        kind, _, move = (row.action or "").partition(".")
        waiting = steps.get((row.case, move, row.at))
        if kind == case.kind and waiting:
            made.append(_event(row.seq, case, waiting.popleft()))
    return made


def _steps(rows: list[_Row]) -> dict[tuple[uuid.UUID, str, datetime], deque[Step]]:
    found: dict[tuple[uuid.UUID, str, datetime], deque[Step]] = defaultdict(deque)
    if rows:
        asked = Step.objects.filter(case_id__in={r.case for r in rows}, at__in={r.at for r in rows})
        for step in asked.only("case_id", "seq", "move", "from_state", "to_state", "at").order_by("case_id", "seq"):
            found[step.case_id, step.move, step.at].append(step)
    return found


def _event(seq: int, case: _Case, step: Step) -> Event:
    return Event(
        seq=seq,
        kind=case.kind,
        move=step.move,
        number=case.number,
        from_state=step.from_state,
        to_state=step.to_state,
        version=step.seq,
        at=step.at,
        received_at=case.received_at,
    )
