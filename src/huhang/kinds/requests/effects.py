"""What each move of a request does beyond changing its state. Called by the engine, inside its transaction."""

import uuid
from typing import Any

from django.utils.translation import gettext as _

from huhang.base.access.rules import ROLES, Perm
from huhang.base.messages import actions as messages
from huhang.base.people.queries import with_posts
from huhang.base.statements import rows
from huhang.cases.actions import clocks
from huhang.cases.actions.moving import give, party
from huhang.cases.models import Assignment, Case
from huhang.cases.queries import running
from huhang.cases.rules import Doing, Outcome
from huhang.kernel.errors import Conflict, Invalid
from huhang.kernel.worktime import Schedule
from huhang.kinds.requests import catalogue, queries
from huhang.kinds.requests.models import Rating, Request, Revisit
from huhang.kinds.requests.outside.effects import close_over
from huhang.kinds.requests.promises import ANSWER, REVISIT, SIGN, detail_of, promise_of, tell
from huhang.kinds.requests.rectifying import actions as rectifying
from huhang.kinds.requests.routing.actions import note_choice
from huhang.kinds.requests.routing.models import What
from huhang.kinds.requests.rules import BAD
from huhang.kinds.requests.solved import actions as solved
from huhang.kinds.requests.solved import catalogue as policy
from huhang.kinds.requests.solved import disputes, links
from huhang.kinds.requests.solved import queries as rounds
from huhang.kinds.requests.solved.rules import APPEALED, BAD_RATING, NAMED, TICKETS
from huhang.register.units.queries import receiving, tree


def classify(doing: Doing) -> Outcome:
    """Category, nature and urgency; the answer clock goes on from where it began, by the new category's rule."""
    case, values = doing.case, doing.values
    body = catalogue.categories().get(values["category"])
    if body is None:
        raise Invalid("没有这个类别，或它已停用，请重新选择。", field="category")
    if values["sensitive"] and not doing.by.sees_sensitive and doing.by.user != case.taken_by_id:
        raise Invalid("标为涉敏后您就看不到它了，请交给派单员标注。", field="sensitive")
    detail = detail_of(doing)
    before = {"category": case.category, "urgency": case.urgency}
    case.category, case.category_version = values["category"], int(body["version"])
    case.urgency, case.sensitive = int(values["urgency"]), values["sensitive"]
    detail.nature = values["nature"]
    rows.change(detail, "nature")
    clocks.promise_anew(case, ANSWER, promise_of(doing, detail, ANSWER), at=doing.now)
    note_choice(doing, What.CATEGORY, case.category)
    return Outcome(
        note=catalogue.category_label(case.category, case.category_version),
        data={"before": before, "category": case.category, "version": case.category_version},
    )


def dispatch(doing: Doing) -> Outcome:
    """Gives the request to a unit; the unit's time to sign begins."""
    case, unit = doing.case, doing.values["unit"]
    detail = detail_of(doing)
    note = doing.values.get("note") or doing.values.get("reason") or ""
    if detail.returns and not note:
        _not_silently_again(case, unit)
    before = case.unit_id
    detail.dispatch_unit_id = doing.by.unit or case.unit_id
    detail.dispatched_at = doing.now
    detail.transfers += 1
    rows.change(detail, "dispatch_unit", "dispatched_at", "transfers")
    give(case, unit, now=doing.now)
    party(case, detail.dispatch_unit_id)
    clocks.stop(case, SIGN, at=doing.now, shown=False)
    clocks.start(case, SIGN, promise_of(doing, detail, SIGN), at=doing.now, shown=False)
    if doing.move.name == "dispatch":  # a later transfer says something of the unit, not of the proposal
        note_choice(doing, What.UNIT, tree()[unit].code)
    tell(doing, "request.dispatch")
    return Outcome(note=note, public=tree().label(unit), data={"from": before, "to": unit})


def _not_silently_again(case: Case, unit: uuid.UUID) -> None:
    """A unit that sent it back gets it again only with the dispatcher's reason (C2)."""
    before = queries.returned_by(case, unit)
    if before is not None:
        raise Invalid(
            "%(unit)s退过这件（%(why)s）。仍要派给它，请写明为什么归它。",
            field="note",
            params={"unit": tree().label(unit), "why": before.note},
        )


def sign(doing: Doing) -> Outcome:
    """The unit takes it on; whoever signs is the officer in charge."""
    case = doing.case
    clocks.stop(case, SIGN, at=doing.now, shown=False)
    Assignment.objects.filter(case=case, role=Assignment.Role.LEAD, ended_at__isnull=True).update(signed_at=doing.now)
    case.officer_id = doing.by.user
    return Outcome(public=tree().label(case.unit_id))


def give_back(doing: Doing) -> Outcome:
    """Not this unit's: back to whoever dispatched it, with a reason, within the window."""
    case, detail = doing.case, detail_of(doing)
    belongs = doing.values.get("belongs")
    if belongs is not None:
        receiving(belongs, on=Schedule().date_of(doing.now), field="belongs")
    if belongs == case.unit_id:
        raise Invalid("请选本单位以外的单位，或者不选。", field="belongs")
    clocks.stop(case, SIGN, at=doing.now, shown=False)
    detail.returns += 1
    rows.change(detail, "returns")
    before = case.unit_id
    assert detail.dispatch_unit_id is not None
    give(case, detail.dispatch_unit_id, now=doing.now)
    data: dict[str, Any] = {"from": before, "to": detail.dispatch_unit_id}
    note = doing.values["reason"]
    if belongs is not None:
        note = _("应归%(unit)s：%(why)s") % {"unit": tree().label(belongs), "why": note}
        data |= {"belongs": belongs}
    return Outcome(note=note, data=data)


def appoint(doing: Doing) -> Outcome:
    """Names the officer in charge, one who has a post in the owning unit now."""
    case, chosen = doing.case, doing.values["officer"]
    officer = with_posts(doing.now).filter(pk=chosen).first()
    held = officer.held_posts if officer else []  # type: ignore[attr-defined]
    if officer is None or not any(p["unit"] == str(case.unit_id) and _may_answer(p["role"]) for p in held):
        raise Invalid("请选主办单位在岗、能办理答复的人员。", field="officer")
    case.officer_id = officer.pk
    messages.tell_user(
        officer.pk, template="request.appoint", params={"number": case.number}, case=case.pk, by=doing.by, now=doing.now
    )
    return Outcome(note=officer.name)


def _may_answer(role: str) -> bool:
    return Perm.ANSWER in ROLES[role].perms


def suspend(doing: Doing) -> Outcome:
    """Waits for the person: the clock stands still, the person is told what is missing."""
    clocks.pause(doing.case, ANSWER, reason=_("等诉求人补充"), at=doing.now)
    tell(doing, "request.suspend")
    return Outcome(public=doing.values["reason"])


def resume(doing: Doing) -> Outcome:
    """Goes on counting."""
    clocks.resume(doing.case, ANSWER, at=doing.now, supplied=False)
    return Outcome(note=doing.values.get("note") or "")


def supply(doing: Doing) -> Outcome:
    """The person gives what was missing; the clock goes on by itself."""
    clocks.resume(doing.case, ANSWER, at=doing.now, supplied=True)
    if doing.case.officer_id is not None:
        messages.tell_user(
            doing.case.officer_id,
            template="request.supply",
            params={"number": doing.case.number},
            case=doing.case.pk,
            by=doing.by,
            now=doing.now,
        )
    return Outcome(public=doing.values["text"])


def ask_extension(doing: Doing) -> Outcome:
    """Asks for more time before it is due."""
    asked = clocks.ask_extension(
        doing.case, ANSWER, amount=doing.values["amount"], reason=doing.values["reason"], by=doing.by, at=doing.now
    )
    return Outcome(note=doing.values["reason"], data={"amount": asked.amount})


def decide_extension(doing: Doing) -> Outcome:
    """Somebody else grants or refuses it; the person is told of a later date and why."""
    granted = doing.values["decision"] == "grant"
    asked = clocks.decide_extension(
        doing.case, ANSWER, granted=granted, decision=doing.values["reason"], by=doing.by, at=doing.now
    )
    if granted:
        tell(doing, "request.extend")
    if asked.asked_by_id is not None:
        messages.tell_user(
            asked.asked_by_id,
            template="request.extension_granted" if granted else "request.extension_refused",
            params={"number": doing.case.number},
            case=doing.case.pk,
            by=doing.by,
            now=doing.now,
        )
    word = _("同意") if granted else _("不同意")
    return Outcome(note=f"{word}：{doing.values['reason']}", data={"granted": granted, "amount": asked.amount})


def answer(doing: Doing) -> Outcome:
    """Tells the person what was done; the answer clock ends and the revisit clock begins (C4)."""
    case, detail = doing.case, detail_of(doing)
    stands = solved.keep_answer(doing, detail)
    detail.answer, detail.result = doing.values["answer"], doing.values["result"]
    detail.answered_unit_id, detail.answered_by_id = case.unit_id, doing.by.user
    detail.in_time = case.due_at is not None and doing.now < case.due_at
    rows.change(detail, "answer", "result", "answered_unit", "answered_by", "in_time")
    clocks.stop(case, ANSWER, at=doing.now)
    clocks.start(case, REVISIT, promise_of(doing, detail, REVISIT), at=doing.now)
    case.answered_at = doing.now
    tell(doing, "request.answer")
    links.send(doing, detail, "answer")
    return Outcome(
        note=policy.result_label(detail.result),
        public=detail.answer,
        data={"result": detail.result, "round": detail.redo_count, "proof": bool(stands.reference or stands.files)},
    )


def revisit(doing: Doing) -> Outcome:
    """Asks the person; reached or not, each attempt is a row. Unreached, it stays open for further attempts."""
    case, detail, values = doing.case, detail_of(doing), doing.values
    reached = values["reached"] == "yes"
    if reached and values.get("solved") not in ("yes", "no"):
        raise Invalid("联系上了，请选问题是否解决。", field="solved")
    if not reached and values.get("stars"):
        raise Invalid("没有联系上，不能代填评价。", field="stars")
    if values.get("reasons") and not values.get("stars"):
        raise Invalid("写了原因，请把诉求人说的星级也选上。", field="stars")
    Revisit.objects.create(
        case=case,
        round=detail.redo_count,
        at=doing.now,
        by_id=doing.by.user,
        unit_id=doing.by.unit,
        reached=reached,
        responded=(values.get("responded") == "yes") if reached else None,
        solved=(values["solved"] == "yes") if reached else None,
        note=values.get("note") or "",
    )
    detail.revisit_result = "unreached" if not reached else "solved" if values["solved"] == "yes" else "unsolved"
    rows.change(detail, "revisit_result")
    if values.get("stars"):
        reasons, comment = values.get("reasons") or [], values.get("note") or ""
        _rate(doing, detail, stars=values["stars"], said_to="revisit", reasons=reasons, comment=comment)
    tried = rounds.attempts(case, detail.redo_count)
    if not reached and tried < policy.sampling().attempts:
        return Outcome(note=_("第 %(n)d 次未联系上") % {"n": tried}, to="answered", data={"reached": False})
    clocks.stop(case, REVISIT, at=doing.now)
    word = _("已解决") if values.get("solved") == "yes" else _("未解决") if reached else _("多次未联系上")
    said = {"reached": reached, "solved": values.get("solved") if reached else None, "stars": values.get("stars")}
    return Outcome(note=word, data=said)


def _rate(doing: Doing, detail: Request, *, stars: int, said_to: str, reasons: list[str], comment: str) -> None:
    known = {code for code, _label in catalogue.reason_choices(stars)}
    if any(code not in known for code in reasons):
        raise Invalid("原因和星级对不上，请按所评的星级重新选。", field="reasons")
    held = Rating.objects.filter(case=doing.case, answer_of=None, round=detail.redo_count).first()
    if held is not None and (held.said_to == "person" or said_to != "person"):
        raise Conflict("这一次已经评价过了，谢谢。")
    if held is not None:  # what was noted down on the telephone gives way to the person's own word
        before, was_mistaken = held.stars, detail.excluded
        held.stars, held.reasons, held.comment, held.said_to, held.at = stars, reasons, comment, said_to, doing.now
        held.save(update_fields=["stars", "reasons", "comment", "said_to", "at"])
        disputes.overtake(doing, held)
        if before <= BAD < stars:
            rectifying.lift(doing, held, "rated anew")
        elif stars <= BAD and (before > BAD or was_mistaken):
            rectifying.begin(doing, held)
    else:
        held = _note_rating(doing, detail, stars, reasons, comment, said_to)
        if stars <= BAD:  # C4: a bad rating starts a matter of its own, with its own clocks
            rectifying.begin(doing, held)
    detail.stars, detail.worst_stars = stars, min(stars, detail.worst_stars or stars)
    rows.change(detail, "stars", "worst_stars")


def _note_rating(doing: Doing, detail: Request, stars: int, reasons: list[str], comment: str, said_to: str) -> Rating:
    return Rating.objects.create(
        case=doing.case,
        round=detail.redo_count,
        stars=stars,
        reasons=reasons,
        comment=comment,
        said_to=said_to,
        at=doing.now,
    )


def rate(doing: Doing) -> Outcome:
    """The person's own word, five stars best; never made by default.

    A bad word after closing, where nothing was redone yet, opens the request again for somebody else to see to (C4).
    A bad word, or one by a proved phone (实名), before the revisit takes even what was not drawn into it.
    """
    case, values, detail = doing.case, doing.values, detail_of(doing)
    reasons, comment = values.get("reasons") or [], values.get("comment") or ""
    _rate(doing, detail, stars=values["stars"], said_to="person", reasons=reasons, comment=comment)
    bad = values["stars"] <= BAD
    again = case.state == "closed" and bad and detail.redo_count == 0
    if case.state != "closed" or again:
        why = [*([BAD_RATING] if bad else []), *([NAMED] if doing.by.person is not None else [])]
        solved.pull_in(doing, detail.redo_count, *why)
    if again:
        clocks.start(case, REVISIT, promise_of(doing, detail, REVISIT), at=doing.now)
    return Outcome(
        note=_("%(n)d 星") % {"n": values["stars"]},
        public=comment,
        data={"stars": values["stars"]},
        to=_taken_up(case, detail) if again else None,
    )


def _taken_up(case: Case, detail: Request) -> str:
    """Where a closed request goes on: what nobody asked about is asked about first."""
    return "revisited" if Revisit.objects.filter(case=case, round=detail.redo_count).exists() else "answered"


def close(doing: Doing) -> Outcome:
    """Closed by number, after answer and revisit, by somebody who did not handle it (C4)."""
    detail = detail_of(doing)
    rating = Rating.objects.filter(case=doing.case, answer_of=None, round=detail.redo_count).first()
    unsolved = Revisit.objects.filter(case=doing.case, round=detail.redo_count, solved=False).exists()
    bad = rating is not None and rating.stars <= BAD and not detail.excluded
    if (bad or unsolved) and not doing.values.get("reason"):
        raise Invalid("诉求人不满意或未解决，销号要写明理由。", field="reason")
    left = close_over(doing, doing.values.get("reason"))
    clocks.stop(doing.case, REVISIT, at=doing.now)
    tell(doing, "request.close")
    links.send(doing, detail, "close")
    return Outcome(note=doing.values.get("reason") or "", data={"rated": rating.stars if rating else None, **left})


def close_undrawn(doing: Doing) -> Outcome:
    """Closed without a revisit because the draw left it out; the step says by which rule and ticket (C4)."""
    detail = detail_of(doing)
    lot = rounds.answered(doing.case, detail.redo_count)
    assert lot is not None  # the guard let only a drawn-out answer through
    left = close_over(doing, doing.values.get("reason"))
    clocks.stop(doing.case, REVISIT, at=doing.now)
    tell(doing, "request.close")
    links.send(doing, detail, "close")
    words = {"rule": lot.rule, "rate": lot.rate, "ticket": lot.ticket, "tickets": TICKETS}
    note = _("未抽中回访：规则 %(rule)s，抽样比例 %(rate)d%%，票号 %(ticket)d/%(tickets)d") % words
    note = _("，").join(x for x in (note, doing.values.get("reason")) if x)
    data = {"rule": lot.rule, "rate": lot.rate, "ticket": lot.ticket, "seed": lot.seed, **left}
    return Outcome(note=note, data=data)


def redo(doing: Doing) -> Outcome:
    """Not solved: back to the unit, with a clock of its own; the next answer is a new round."""
    case, detail = doing.case, detail_of(doing)
    detail.redo_count += 1
    detail.in_time, detail.revisit_result, detail.stars, detail.excluded = None, "", None, False
    rows.change(detail, "redo_count", "in_time", "revisit_result", "stars", "excluded")
    clocks.stop(case, REVISIT, at=doing.now)
    clocks.stop(case, ANSWER, at=doing.now)
    clocks.start(case, ANSWER, promise_of(doing, detail, ANSWER), at=doing.now)
    case.answered_at = None
    tell(doing, "request.redo")
    return Outcome(note=doing.values["reason"], data={"round": detail.redo_count})


def appeal(doing: Doing) -> Outcome:
    """The person does not accept the result: somebody who did not handle it decides (C7)."""
    case, detail = doing.case, detail_of(doing)
    solved.pull_in(doing, detail.redo_count, APPEALED)
    if running(case, REVISIT) is None:
        clocks.start(case, REVISIT, promise_of(doing, detail, REVISIT), at=doing.now)
    return Outcome(public=doing.values["text"])


def uphold(doing: Doing) -> Outcome:
    """The appeal is answered with reasons; what was not revisited yet goes there, the rest is closed again (C4)."""
    case, detail = doing.case, detail_of(doing)
    if not Revisit.objects.filter(case=case, round=detail.redo_count).exists():
        return Outcome(public=doing.values["reason"], to="answered")
    close_over(doing, doing.values["reason"])
    clocks.stop(case, REVISIT, at=doing.now)
    tell(doing, "request.close")
    return Outcome(public=doing.values["reason"])
