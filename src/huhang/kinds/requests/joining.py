"""Repeats joined to the request they repeat, parted again when that was wrong, and what becomes of them when that one
is taken back (C6).

A chain has one link: what is joined leads nothing. Two joins that cross are kept from a ring by the order in which rows
are locked (`_held`), and by the database whatever the order (`repeats.walls.no_ring`).
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.base.messages import actions as messages
from huhang.cases.actions import clocks
from huhang.cases.actions.moving import SAVED, append, give, note_beside, party
from huhang.cases.models import Case
from huhang.cases.rules import Doing, Outcome
from huhang.kernel.errors import Conflict, Invalid
from huhang.kernel.numbering import normalise_number
from huhang.kernel.worktime import Schedule
from huhang.kinds.requests import catalogue, effects, queries
from huhang.kinds.requests.instructions import effects as instructions
from huhang.kinds.requests.models import Rating, Request
from huhang.kinds.requests.outside.effects import end_all
from huhang.kinds.requests.promises import ANSWER, SIGN, tell
from huhang.kinds.requests.rectifying import actions as rectifying
from huhang.kinds.requests.rectifying.queries import JOINED
from huhang.kinds.requests.rules import BAD, RATE_DAYS
from huhang.register.units.queries import tree

BRIEFLY = "400ms"
"""So long is waited for a row that stands before the one already held: less than the second after which PostgreSQL
looks for a deadlock, so that one of two who cross gets through and the other is told why not."""


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
    note_beside(target, JOINED)
    append(target, "joined", target.state, note, by=doing.by, now=doing.now)
    target.save(update_fields=SAVED)
    with acting(SYSTEM):  # what was joined to the repeat before goes along; another answer will be theirs to rate
        Request.objects.filter(case__merged_into=case).update(stars=None, excluded=False)
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
    target = _held(found, doing.case.pk)
    if target.merged_into_id is not None:
        raise Invalid("要并入的那一件自己刚并入了别的诉求，请改选它并入的那一件。", field="into")
    if not target.is_open:
        raise Invalid("要并入的那一件已经办结，请选在办的。", field="into")
    return target


def _held(wanted: UUID, holding: UUID) -> Case:
    """The row of another case, locked while ``holding`` is locked already.

    Rows are locked in the order of their ids: towards a later one it is safe to wait as long as it takes. Towards an
    earlier one somebody may be waiting for ours, so it is waited for only briefly.

    Raises:
        Conflict: somebody else is at work on it.
    """
    rows = Case.objects.select_for_update(of=("self",)).defer("search", "folded").filter(pk=wanted)
    if wanted > holding:
        return rows.get()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [BRIEFLY])
            found = rows.get()
            cursor.execute("SELECT set_config('lock_timeout', '0', true)")
            return found
    except OperationalError as problem:
        raise Conflict(
            "要并入的那一件正在被办理，请稍后再试。", hint="可能有人正在把两件互相并入，请先看看对方并到了哪里。"
        ) from problem


RATED = ("answered", "revisited", "closed")
"""The states in which an answer is rated."""


def too_late(lead: Case, now: datetime) -> bool:
    """Whether the answer was closed too long ago to be rated."""
    return lead.closed_at is not None and now > lead.closed_at + timedelta(days=RATE_DAYS)


def rated_since(case: Case, answered_at: datetime) -> bool:
    """Whether the person of a joined request has rated since the answer was given."""
    return Rating.objects.filter(case=case, at__gte=answered_at).exists()


def rate(doing: Doing) -> Outcome:
    """The person's own word on the answer; one whose request was joined elsewhere rates what was answered there.

    Their stars stand with their own request, whatever the others say; a new answer may be rated anew. A bad word is put
    right like any other: on clocks of its own, by the unit that answered, which the joined request is given to (C4).
    """
    if doing.case.state != "merged":
        return effects.rate(doing)
    stars, reasons, comment = doing.values["stars"], doing.values.get("reasons") or [], doing.values.get("comment")
    if any(code not in dict(catalogue.reason_choices(stars)) for code in reasons):
        raise Invalid("请从列出的选项里选。", field="reasons")
    lead, detail = queries.lead_of(doing.case), Request.objects.get(case=doing.case)
    said = Rating.objects.create(
        case=doing.case,
        answer_of=lead,
        round=lead.request.redo_count,
        stars=stars,
        reasons=reasons,
        comment=comment or "",
        said_to="person",
        at=doing.now,
    )
    detail.stars, detail.worst_stars, detail.excluded = stars, min(stars, detail.worst_stars or stars), False
    detail.save(update_fields=["stars", "worst_stars", "excluded"])
    data = {"stars": stars, "answer_of": lead.number}
    if stars <= BAD:
        _to_whoever_answered(doing, lead)
        rectifying.begin(doing, said, answered=lead.request)
        data["unit"] = str(doing.case.unit_id)
    return Outcome(note=_("%(n)d 星") % {"n": stars}, public=comment or "", data=data)


def _to_whoever_answered(doing: Doing, lead: Case) -> None:
    """Only the unit that owns a request puts it right; one that is no more leaves it with the lead's unit of today."""
    case, answered = doing.case, lead.request.answered_unit_id
    day = Schedule().date_of(doing.now)
    unit = answered if answered is not None and tree()[answered].stands(day) else lead.unit_id
    if case.unit_id != unit:
        give(case, unit, now=doing.now)
    case.officer_id = lead.request.answered_by_id if unit == answered else None


def part(doing: Doing) -> Outcome:
    """Takes a repeat out again that was joined by mistake: it goes on by itself, its time counted from its receipt.

    The time it stood joined is not given back to the house: the person has been waiting since they asked (C3).
    """
    case = doing.case
    assert case.merged_into_id is not None  # only what is joined has the state
    with acting(SYSTEM):  # whoever may part need not see the other one, which is told all the same
        lead = _held(case.merged_into_id, case.pk)
        append(lead, "parted_off", lead.state, Outcome(note=case.number), by=doing.by, now=doing.now)
        lead.save(update_fields=SAVED)
    to = _alone(case, since=case.received_at)
    _tell_parted(case, "request.parted", by=doing.by, now=doing.now)
    public = _("并错了，恢复单独办理，答复时限仍从受理之日起算")
    return Outcome(note=doing.values["reason"], public=public, data={"from": lead.number}, to=to)


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
            _left_alone(other, now=doing.now)
    return Outcome(public=doing.values["reason"])


def _left_alone(case: Case, *, now: datetime) -> None:
    case.state = _alone(case, since=now)
    case.is_open, case.closed_at = True, None
    text = _("并入的那一件已撤回，恢复单独办理")
    append(case, "parted", "merged", Outcome(note=text, public=text), by=SYSTEM, now=now)
    case.save(update_fields=SAVED)
    journal.write("request.parted", by=SYSTEM, now=now, case=case.pk, data={"from": "merged", "to": case.state})
    _tell_parted(case, "request.part", by=SYSTEM, now=now)


def _alone(case: Case, *, since: datetime) -> str:
    """Frees a case of the one it was joined to and starts its answer clock; the state it goes on in."""
    detail = Request.objects.get(case=case)
    detail.stars, detail.excluded = None, False  # what it said of the other's answer says nothing of its own
    detail.save(update_fields=["stars", "excluded"])
    case.merged_into = None
    times = catalogue.promise(
        ANSWER, nature=detail.nature, category=case.category, version=case.category_version, urgency=case.urgency
    )
    clocks.start(case, ANSWER, times, at=since)
    return "classified" if case.category else "registered"


def _tell_parted(case: Case, template: str, *, by: Actor, now: datetime) -> None:
    if case.requester_id is not None:
        messages.tell_person(
            case.requester_id, template=template, params={"number": case.number}, case=case.pk, by=by, now=now
        )
