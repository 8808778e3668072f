"""The one way a state changes."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.base.statements import rows
from huhang.base.statements.prepared import prepared
from huhang.base.statements.whole import whole
from huhang.cases.actions.ending import end_supports
from huhang.cases.fields import clean_all
from huhang.cases.models import Assignment, Case, Step
from huhang.cases.registry import kind_of
from huhang.cases.rules import Doing, Kind, Move, Outcome
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing, Sentence
from huhang.kernel.text import plain
from huhang.kernel.worktime import Schedule
from huhang.register.units.queries import receiving, tree

SAVED = [
    f.name
    for f in Case._meta.concrete_fields
    if f.name not in ("id", "number", "kind", "search", "folded", "secret_digest")
]


class Overtaken(Conflict):
    """Somebody moved the case between reading and acting; ``since`` tells the steps that were missed."""

    code = "overtaken"

    def __init__(self, since: list[Step]) -> None:
        self.since = since
        last = since[-1].by_label if since else ""
        super().__init__(
            "您打开之后，%(who)s已经办过这件事。您填的内容还在，请看过变化再决定。",
            hint="变化列在下面；仍要办理请再次提交。",
            params={"who": last or Sentence("别人")},
        )


def locked(case_id: uuid.UUID, by: Actor) -> Case:
    """The case row, locked until the transaction ends.

    Raises:
        Missing: no such case, or not this actor's to see.
    """
    case = rows.one(Case, id=case_id, lock=True, without=("search", "folded"))
    if case is None or not by.sees(case):
        raise Missing
    return case


def is_their_own(case: Case, by: Actor) -> bool:
    """Whether the person whose case it is acts: by a proved phone, or by number and secret."""
    return by.kind == "system" or (by.person is not None and by.person == case.requester_id) or by.case == case.pk


def refused(kind: Kind, move: Move, case: Case, by: Actor, now: datetime) -> Conflict | Denied | None:
    """Why this move cannot be made now by this actor; nothing when it can. Pages offer exactly what this lets pass."""
    if case.state not in move.from_:
        return Conflict(
            "这件事现在是“%(state)s”，不能“%(move)s”。",
            params={"state": str(kind.state(case.state).label), "move": str(move.label)},
        )
    if move.by_person and not is_their_own(case, by):
        return Denied("这一步由诉求人自己办理。")
    if not move.by_person and not allows(by, move.needs, case):
        return Denied()
    reason = move.guard(case, by, now) if move.guard else None
    return Conflict(reason) if reason else None


@prepared()
@whole()
def move(
    *,
    case_id: uuid.UUID,
    name: str,
    values: Mapping[str, Any],
    by: Actor,
    now: datetime,
    version: int | None = None,
) -> Step:
    """Makes one move: lock, check version, state, permission and guard, take effect, append the step, journal it.

    Args:
        version: the version the actor was looking at; none when a program does not care.

    Raises:
        Missing, Denied, Conflict, Invalid: as the checks find; nothing was written.
        Overtaken: the case changed since ``version``.
    """
    case = locked(case_id, by)
    kind = kind_of(case.kind)
    found = kind.move(name)
    if found is None:
        raise Invalid("没有“%(name)s”这一步。", params={"name": name[:40]})
    if version is not None and version != case.version:
        raise Overtaken(list(Step.objects.filter(case=case, seq__gt=version).order_by("seq")))
    if (problem := refused(kind, found, case, by, now)) is not None:
        raise problem
    cleaned = clean_all(found.fields, dict(values))
    return _take(kind, found, Doing(case, by, now, cleaned, found))


def _take(kind: Kind, found: Move, doing: Doing) -> Step:
    case, before, open_to_all = doing.case, doing.case.state, not doing.case.sensitive
    with translation.override(settings.LANGUAGE_CODE):  # what is kept for good does not hang on somebody's browser
        outcome = found.effect(doing)
    case.state = outcome.to or found.to or before
    final = kind.state(case.state).final
    if final is case.is_open:  # ended, or taken up again
        case.is_open, case.closed_at = not final, doing.now if final else None
        if final and (released := end_supports(case, now=doing.now)):
            outcome.data["supports_ended"] = released
    step = append(case, found.name, before, outcome, by=doing.by, now=doing.now)
    rows.change(case, *SAVED)
    if case.sensitive and open_to_all:  # what came of it repeats its title
        with acting(SYSTEM):
            Case.objects.filter(parent=case, sensitive=False).update(sensitive=True)
    journal.write(
        f"{case.kind}.{found.name}",
        by=doing.by,
        now=doing.now,
        case=case.pk,
        data={"from": before, "to": case.state, **outcome.data},
    )
    return step


def append(case: Case, name: str, before: str, outcome: Outcome, *, by: Actor, now: datetime) -> Step:
    """Adds a step and raises the version; the caller saves the case."""
    case.version += 1
    step = Step(
        case=case,
        seq=case.version,
        move=name,
        from_state=before,
        to_state=case.state,
        at=now,
        by_kind=by.kind,
        by_user_id=by.user,
        by_label=by.label,
        unit_id=by.unit,
        note=outcome.note,
        public_note=outcome.public,
        data=plain(outcome.data),
    )
    rows.add(step)
    return step


def give(case: Case, unit: uuid.UUID, *, now: datetime) -> None:
    """Makes a unit the lead: ends the former lead's part, keeps it as a party, opens the new one's."""
    receiving(unit, on=Schedule().date_of(now))
    Assignment.objects.filter(case=case, role=Assignment.Role.LEAD, ended_at__isnull=True).update(
        ended_at=now, ended_why="replaced"
    )
    rows.add(Assignment(case=case, unit_id=unit, role=Assignment.Role.LEAD, opened_at=now))
    party(case, case.unit_id)
    case.unit_id, case.branch_id, case.officer_id = unit, tree().branch_of(unit), None


def party(case: Case, unit: uuid.UUID | None) -> None:
    """Gives a unit a part in the case: it goes on seeing it. The caller saves the case."""
    if unit is None or unit in case.party_units:
        return
    case.party_units = [*case.party_units, unit]
    branch = tree().branch_of(unit)
    if branch is not None and branch not in case.party_branches:
        case.party_branches = [*case.party_branches, branch]


def note_beside(case: Case, name: str) -> None:
    """Notes that something of this name stands beside the case (helpers, talk, a referral…). The caller saves the case.

    A page asks the database for exactly what is noted, so that a plain case costs no statement for what it has not.
    """
    if name not in case.beside:
        case.beside = [*case.beside, name]
