"""Repeats joined to the request they repeat, and what becomes of them when that one is taken back."""

from datetime import datetime

from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import visible_to
from huhang.base.journal import actions as journal
from huhang.base.messages import actions as messages
from huhang.cases.actions import clocks
from huhang.cases.actions.moving import SAVED, append, party
from huhang.cases.models import Case
from huhang.cases.rules import Doing, Outcome
from huhang.kernel.errors import Conflict, Invalid
from huhang.kernel.numbering import normalise_number
from huhang.kinds.requests import catalogue
from huhang.kinds.requests.instructions import effects as instructions
from huhang.kinds.requests.models import Request
from huhang.kinds.requests.outside.effects import end_all
from huhang.kinds.requests.promises import ANSWER, SIGN, tell


def merge(doing: Doing) -> Outcome:
    """Joins a repeat to the request it repeats; its person goes on being told, through that one."""
    case = doing.case
    target = _target(doing)
    if target.requester_id != case.requester_id:
        party(target, case.unit_id)
    case.merged_into = target
    for name, shown in ((SIGN, False), (ANSWER, True)):
        clocks.stop(case, name, at=doing.now, shown=shown)
    note = Outcome(note=case.number, data={"merged": case.number})
    append(target, "joined", target.state, note, by=doing.by, now=doing.now)
    target.save(update_fields=SAVED)
    with acting(SYSTEM):  # what was joined to the repeat before goes along
        Case.objects.filter(merged_into=case).update(merged_into=target)
    end_all(doing, "merged")
    tell(doing, "request.merge", into=target.number)
    return Outcome(note=doing.values["reason"], public=target.number, data={"into": target.number})


def _target(doing: Doing) -> Case:
    number = normalise_number(doing.values["into"])
    seen = visible_to(doing.by, Case.objects.filter(number=number, kind=doing.case.kind))
    found = seen.values_list("pk", flat=True).first()
    if found is None:
        raise Invalid("没有找到这个编号，或您无权查看。", field="into")
    if found == doing.case.pk:
        raise Invalid("不能并入它自己。", field="into")
    rows = Case.objects.select_for_update(of=("self",), skip_locked=True).defer("search", "folded")
    target = rows.filter(pk=found).first()
    if target is None:
        raise Conflict("要并入的那一件正在被办理，请稍后再试。")
    if not target.is_open:
        raise Invalid("要并入的那一件已经办结，请选在办的。", field="into")
    return target


def withdraw(doing: Doing) -> Outcome:
    """The person takes it back, or an officer notes that they did; every clock ends.

    What others had joined to it goes on by itself: nobody's request ends because somebody else took theirs back.
    """
    for name, shown in ((SIGN, False), (ANSWER, True)):
        clocks.stop(doing.case, name, at=doing.now, shown=shown)
    end_all(doing, "withdrawn")
    instructions.end_all(doing)
    if doing.case.requester_id is not None and not doing.move.by_person:
        messages.tell_person(
            doing.case.requester_id,
            template="request.withdraw",
            params={"number": doing.case.number},
            case=doing.case.pk,
            by=doing.by,
            now=doing.now,
        )
    with acting(SYSTEM):
        joined = Case.objects.select_for_update(of=("self",)).defer("search", "folded").filter(merged_into=doing.case)
        for other in joined.order_by("pk"):
            _part(other, now=doing.now)
    return Outcome(public=doing.values["reason"])


def _part(case: Case, *, now: datetime) -> None:
    detail = Request.objects.get(case=case)
    case.state = "classified" if case.category else "registered"
    case.is_open, case.closed_at, case.merged_into = True, None, None
    times = catalogue.promise(
        ANSWER, nature=detail.nature, category=case.category, version=case.category_version, urgency=case.urgency
    )
    clocks.start(case, ANSWER, times, at=now)
    text = _("并入的那一件已撤回，恢复单独办理")
    append(case, "parted", "merged", Outcome(note=text, public=text), by=SYSTEM, now=now)
    case.save(update_fields=SAVED)
    journal.write("request.parted", by=SYSTEM, now=now, case=case.pk, data={"from": "merged", "to": case.state})
    if case.requester_id is not None:
        messages.tell_person(
            case.requester_id,
            template="request.part",
            params={"number": case.number},
            case=case.pk,
            by=SYSTEM,
            now=now,
        )
