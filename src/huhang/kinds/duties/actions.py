"""Giving a duty, and what its moves do."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.base.messages import actions as messages
from huhang.cases.actions import clocks
from huhang.cases.actions.moving import SAVED, append, note_beside, party
from huhang.cases.actions.opening import enter
from huhang.cases.actions.supporting import people_of
from huhang.cases.models import Assignment, Case, Step
from huhang.cases.rules import Doing, Outcome
from huhang.kernel.errors import Invalid
from huhang.kernel.text import clean
from huhang.kernel.worktime import Schedule
from huhang.kinds.duties import rules
from huhang.kinds.duties.models import Duty
from huhang.register.units.queries import receiving, tree

CLOCK = "duty"


@transaction.atomic
def give_duty(
    *,
    what: str,
    unit: uuid.UUID,
    days: int,
    source: str = "",
    parent: Case | None = None,
    by: Actor,
    now: datetime,
) -> Case:
    """Makes something a unit's duty, by a working-day clock; the case it concerns says so in a step of its own.

    Args:
        days: working days from now; at most what the rule in force allows.
        source: where it was decided, in words.
        parent: the case it concerns; whoever gives the duty must be able to see it.

    Raises:
        Invalid: nothing said, no such unit, or an impossible time.
    """
    said = clean(what, max_length=2000)
    if not said:
        raise Invalid("请写明要做什么。", field="what")
    most = rules.longest()
    if not 1 <= days <= most:
        raise Invalid("请填 %(low)d 到 %(high)d 之间的整数。", field="days", params={"low": 1, "high": most})
    receiving(unit, on=Schedule().date_of(now))
    asked = by.unit or tree().root.id
    case = Case(
        kind="duty",
        state="owed",
        title=said.split("\n")[0][:200],
        body=said,
        unit_id=unit,
        parent=parent,
        sensitive=bool(parent and parent.sensitive),
        received_at=now,
    )
    party(case, asked)
    if parent is not None:  # whoever leads the case follows what was decided about it
        party(case, parent.unit_id)
    case.officer_id = next(iter(people_of(unit, now, above=False)), None)  # its chief, until somebody reports
    clocks.start(case, CLOCK, rules.promise(days), at=now)
    step = Step(move="open", to_state="owed", by_kind=by.kind, by_user_id=by.user, by_label=by.label, unit_id=by.unit)
    step.note, step.data = source, {"days": days, "unit": str(unit)}
    enter(case, step=step, by=by, now=now)
    Assignment.objects.create(case=case, unit_id=unit, role=Assignment.Role.LEAD, opened_at=now)
    Duty.objects.create(case=case, asked_unit_id=asked, asked_by_id=by.user, source=source)
    for user in people_of(unit, now):
        messages.tell_user(user, template="duty.open", params={"number": case.number}, case=case.pk, by=by, now=now)
    if parent is not None:
        _say_on(parent.pk, case, days, source, by, now)
    return case


def _say_on(parent: uuid.UUID, duty: Case, days: int, source: str, by: Actor, now: datetime) -> None:
    """The case it concerns keeps the decision where everybody at work on it reads it (L2)."""
    with acting(SYSTEM):  # whoever convenes sees the case, and yet may not be the one who moves it
        case = Case.objects.select_for_update(of=("self",)).defer("search", "folded").get(pk=parent)
        words = _("%(what)s（%(unit)s，%(days)d 个工作日内，%(number)s）") % {
            "what": duty.title,
            "unit": tree().label(duty.unit_id),
            "days": days,
            "number": duty.number,
        }
        note_beside(case, "duty")
        append(case, "decided", case.state, Outcome(note=words, data={"duty": duty.number}), by=by, now=now)
        case.save(update_fields=SAVED)
        journal.write(f"{case.kind}.decided", by=by, now=now, case=case.pk, data={"duty": duty.number})


def report(doing: Doing) -> Outcome:
    """The unit says that it is done; the clock ends, and whoever asked for it is told."""
    case, known = doing.case, Duty.objects.get(case=doing.case)
    known.in_time = case.due_at is not None and doing.now < case.due_at
    known.report, known.reported_by_id, known.reported_at = doing.values["report"], doing.by.user, doing.now
    known.save(update_fields=["report", "reported_by", "reported_at", "in_time"])
    clocks.stop(case, CLOCK, at=doing.now)
    case.answered_at, case.officer_id = doing.now, doing.by.user
    _tell(doing, "duty.report", known.asked_by_id)
    return Outcome(note=known.report, data={"in_time": known.in_time})


def accept(doing: Doing) -> Outcome:
    """Whoever asked for it finds it done."""
    known = Duty.objects.get(case=doing.case)
    _tell(doing, "duty.accept", known.reported_by_id)
    return Outcome(note=doing.values.get("note") or "")


def send_back(doing: Doing) -> Outcome:
    """It is not done yet: new time, and the report that did not do is kept."""
    case, known = doing.case, Duty.objects.get(case=doing.case)
    known.reports = [*known.reports, known.report]
    known.report, known.in_time, known.reported_at = "", None, None
    known.save(update_fields=["reports", "report", "in_time", "reported_at"])
    clocks.start(case, CLOCK, rules.promise(doing.values["days"]), at=doing.now)
    case.answered_at = None
    _tell(doing, "duty.send_back", known.reported_by_id)
    return Outcome(note=doing.values["reason"], data={"days": doing.values["days"]})


def excuse(doing: Doing) -> Outcome:
    """It need not be done any more."""
    clocks.stop(doing.case, CLOCK, at=doing.now)
    return Outcome(note=doing.values["reason"])


def _tell(doing: Doing, template: str, user: uuid.UUID | None) -> None:
    if user is not None and user != doing.by.user:
        params = {"number": doing.case.number}
        messages.tell_user(user, template=template, params=params, case=doing.case.pk, by=doing.by, now=doing.now)
