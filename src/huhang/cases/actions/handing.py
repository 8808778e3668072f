"""A dissolved unit's cases and tasks go to its successor."""

import uuid
from datetime import datetime

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.journal import actions as journal
from huhang.cases.actions.ending import end_support
from huhang.cases.actions.moving import SAVED, append, give, party
from huhang.cases.models import Assignment, Case
from huhang.cases.rules import Outcome
from huhang.kernel.errors import Conflict, Denied
from huhang.kernel.worktime import Schedule
from huhang.register.units.queries import Node, tree


def hand_over(*, unit_id: uuid.UUID, by: Actor, now: datetime) -> int:
    """Gives every open case and task of a dissolved unit to its successor, each with a step that says so.

    A task whose successor is the lead itself, or supports the case already, comes back to the lead. Whoever manages
    units sees no cases, so the rows are found and changed as the system; the journal names the officer.

    Returns:
        How many cases the successor leads now.

    Raises:
        Denied: without the permission to manage units.
        Conflict: the unit still stands, or has no successor.
    """
    if not allows(by, Perm.MANAGE_SYSTEM):
        raise Denied
    node = tree()[unit_id]
    if node.stands(Schedule().date_of(now)) or node.successor is None:
        raise Conflict("这个单位还在，或没有指定承接单位。")
    with acting(SYSTEM):
        rows = list(Case.objects.filter(unit_id=unit_id, is_open=True).order_by("id").values_list("pk", flat=True))
        helping = Assignment.objects.filter(unit=unit_id, role=Assignment.Role.SUPPORT, ended_at=None)
        tasks = list(helping.order_by("case_id").values_list("case_id", flat=True))
    for pk in rows:
        with acting(SYSTEM):
            _hand_case(pk, node, node.successor, by, now)
    for pk in tasks:
        with acting(SYSTEM):
            _hand_task(pk, node, node.successor, by, now)
    return len(rows)


def _locked(pk: uuid.UUID) -> Case | None:
    return Case.objects.select_for_update(of=("self",)).defer("search", "folded").filter(pk=pk, is_open=True).first()


def _hand_case(pk: uuid.UUID, node: Node, successor: uuid.UUID, by: Actor, now: datetime) -> None:
    case = _locked(pk)
    if case is None or case.unit_id != node.id:  # closed or given elsewhere in the meantime
        return
    give(case, successor, now=now)
    text = f"{node.short}撤销，由{tree().label(successor)}承接"
    _say(case, "hand_over", Outcome(note=text, public=text), successor, node, by, now)


def _hand_task(pk: uuid.UUID, node: Node, successor: uuid.UUID, by: Actor, now: datetime) -> None:
    case = _locked(pk)
    mine = Assignment.objects.filter(case=pk, role=Assignment.Role.SUPPORT, ended_at=None)
    part = mine.filter(unit=node.id).select_related("clock").first() if case else None
    if case is None or part is None:
        return
    clock, heir = part.clock, tree().label(successor)
    if successor == case.unit_id or mine.filter(unit=successor).exists():
        end_support(part, status=Assignment.Status.MOVED, why="back_to_lead", now=now)
        note = f"{node.short}撤销，它的协办任务交回主办单位：{part.task}"
        _say(case, "support_moved", Outcome(note=note), case.unit_id, node, by, now)
        return
    part.clock = None  # the clock goes along, with its date: a reorganisation gives nobody more time
    part.status, part.ended_at, part.ended_why = Assignment.Status.MOVED, now, "handed_on"
    part.save(update_fields=["clock", "status", "ended_at", "ended_why"])
    Assignment.objects.create(
        case=case,
        unit_id=successor,
        role=Assignment.Role.SUPPORT,
        opened_at=now,
        status=Assignment.Status.ASKED,
        ordinal=part.ordinal,
        task=part.task,
        terms=part.terms,
        asked_by_id=part.asked_by_id,
        clock=clock,
        waived_at=part.waived_at,
        waived_by_id=part.waived_by_id,
        waived_why=part.waived_why,
    )
    party(case, successor)
    _say(case, "support_moved", Outcome(note=f"{node.short}撤销，它的协办任务由{heir}承接"), successor, node, by, now)


def _say(case: Case, name: str, outcome: Outcome, to: uuid.UUID, node: Node, by: Actor, now: datetime) -> None:
    append(case, name, case.state, outcome, by=by, now=now)
    case.save(update_fields=SAVED)
    journal.write(f"{case.kind}.{name}", by=by, now=now, case=case.pk, data={"from": node.id, "to": to})
