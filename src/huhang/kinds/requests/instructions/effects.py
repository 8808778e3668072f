"""What instructing and reporting back do; called by the engine, inside its transaction."""

from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.base.messages import actions as messages
from huhang.cases.actions import clocks
from huhang.cases.actions.moving import note_beside
from huhang.cases.rules import Doing, Outcome, Promise
from huhang.kernel.errors import Denied, Invalid
from huhang.kernel.worktime import Unit
from huhang.kinds.requests.instructions import queries
from huhang.kinds.requests.instructions.models import Instruction
from huhang.kinds.requests.officers import chiefs_of
from huhang.register.units.queries import tree

CLOCK = "instruct"


def instruct(doing: Doing) -> Outcome:
    """A leader's word to the unit that owns the request; its chiefs and the officer in charge are told."""
    case, by, days = doing.case, doing.by, doing.values.get("days")
    if by.user is None:
        raise Denied
    seq = Instruction.objects.filter(case=case).count() + 1
    clock = None
    if days:
        given = Promise("instruction", days, Unit.WORKING_DAYS.value)
        clock = clocks.start(case, f"{CLOCK}-{seq}", given, at=doing.now, shown=False)
    Instruction.objects.create(
        case=case,
        seq=seq,
        text=doing.values["text"],
        unit_id=case.unit_id,
        given_at=doing.now,
        given_by_id=by.user,
        given_label=by.label,
        clock=clock,
    )
    note_beside(case, queries.BESIDE)
    queries.forget(case)
    told = [*chiefs_of(case.unit_id, now=doing.now), *([case.officer_id] if case.officer_id else [])]
    for user in dict.fromkeys(told):
        messages.tell_user(
            user, template="request.instructed", params={"number": case.number}, case=case.pk, by=by, now=doing.now
        )
    within = _("（%(n)d 个工作日内反馈）") % {"n": days} if days else ""
    return Outcome(note=doing.values["text"] + within, data={"seq": seq, "unit": case.unit_id, "days": days})


def report(doing: Doing) -> Outcome:
    """The owning unit says what it did; the leader is told."""
    case, known, wanted = doing.case, queries.open_of(doing.case), doing.values.get("instruction")
    found = [one for one in known if one.pk == wanted] if wanted else known
    if not found:
        raise Invalid("请从列出的选项里选一项。", field="instruction")
    if len(found) > 1:
        raise Invalid("有几条批示在等反馈，请选是哪一条。", field="instruction")
    one = found[0]
    one.report, one.report_unit_id, one.report_label = doing.values["text"], case.unit_id, doing.by.label
    _end(doing, one, "reported")
    messages.tell_user(
        one.given_by_id,
        template="request.instruction_reported",
        params={"number": case.number, "unit": tree().label(case.unit_id)},
        case=case.pk,
        by=doing.by,
        now=doing.now,
    )
    return Outcome(note=one.report, data={"seq": one.seq})


def _end(doing: Doing, one: Instruction, why: str) -> None:
    one.ended_at, one.ended_why = doing.now, why
    one.save()
    if one.clock is not None:
        clocks.stop(doing.case, one.clock.name, at=doing.now, shown=False)
    queries.forget(doing.case)


def end_all(doing: Doing) -> None:
    """The request was withdrawn: what is open ends with it, and the leaders are told."""
    with acting(SYSTEM):  # the person who withdraws does not see what leaders wrote
        left = queries.open_of(doing.case)
        for one in left:
            _end(doing, one, "withdrawn")
    for one in left:
        messages.tell_user(
            one.given_by_id,
            template="request.instruction_ended",
            params={"number": doing.case.number},
            case=doing.case.pk,
            by=doing.by,
            now=doing.now,
        )
