"""What each move of a request does beyond changing its state. Called by the engine, inside its transaction."""

import uuid

from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import visible_to
from huhang.base.catalog import queries as catalog
from huhang.base.messages import actions as messages
from huhang.base.people.models import User
from huhang.base.people.queries import with_posts
from huhang.cases.actions import clocks
from huhang.cases.actions.moving import SAVED, append, give, party
from huhang.cases.models import Assignment, Case
from huhang.cases.queries import running
from huhang.cases.rules import Doing, Outcome, Promise
from huhang.kernel.errors import Conflict, Invalid
from huhang.kernel.numbering import normalise_number
from huhang.kinds.requests import catalogue
from huhang.kinds.requests.models import Rating, Request, Revisit
from huhang.kinds.requests.rules import ATTEMPTS, BAD, RESULTS, return_until
from huhang.register.units.queries import tree

ANSWER, SIGN, REVISIT = "answer", "sign", "revisit"


def _detail(doing: Doing) -> Request:
    return Request.objects.get(case=doing.case)


def _tell(doing: Doing, template: str, **params: str) -> None:
    """Tells the person, and everybody whose repeat was merged into this one, each by their own number."""
    for case, number, person in ((doing.case.pk, doing.case.number, doing.case.requester_id), *_merged(doing.case)):
        if person is not None:
            messages.tell_person(
                person,
                template=template,
                params={"number": number, **params},
                case=case,
                by=doing.by,
                now=doing.now,
            )


def _merged(case: Case) -> list[tuple[uuid.UUID, str, uuid.UUID | None]]:
    """Repeats joined to this case; looked up as the system, because the unit at work may not see them."""
    with acting(SYSTEM):
        return list(Case.objects.filter(merged_into=case).values_list("pk", "number", "requester"))


def _promise(doing: Doing, detail: Request, name: str) -> Promise:
    case = doing.case
    return catalogue.promise(
        name, nature=detail.nature, category=case.category, version=case.category_version, urgency=case.urgency
    )


def classify(doing: Doing) -> Outcome:
    """Category, nature and urgency; the answer clock is promised anew from the day of receipt."""
    case, values = doing.case, doing.values
    body = catalogue.categories().get(values["category"])
    if body is None:
        raise Invalid("没有这个类别，或它已停用，请重新选择。", field="category")
    if values["sensitive"] and not doing.by.sees_sensitive and doing.by.user != case.taken_by_id:
        raise Invalid("标为涉敏后您就看不到它了，请交给派单员标注。", field="sensitive")
    detail = _detail(doing)
    before = {"category": case.category, "urgency": case.urgency}
    case.category, case.category_version = values["category"], int(body["version"])
    case.urgency, case.sensitive = int(values["urgency"]), values["sensitive"]
    detail.nature = values["nature"]
    detail.save(update_fields=["nature"])
    clocks.stop(case, ANSWER, at=doing.now)
    clocks.start(case, ANSWER, _promise(doing, detail, ANSWER), at=case.received_at)
    return Outcome(
        note=catalogue.category_label(case.category, case.category_version),
        data={"before": before, "category": case.category, "version": case.category_version},
    )


def dispatch(doing: Doing) -> Outcome:
    """Gives the request to a unit; the unit's time to sign begins."""
    case, unit = doing.case, doing.values["unit"]
    detail = _detail(doing)
    before = case.unit_id
    detail.dispatch_unit_id = doing.by.unit or case.unit_id
    detail.dispatched_at = doing.now
    detail.transfers += 1
    detail.save(update_fields=["dispatch_unit", "dispatched_at", "transfers"])
    give(case, unit, now=doing.now)
    party(case, detail.dispatch_unit_id)
    clocks.stop(case, SIGN, at=doing.now, shown=False)
    clocks.start(case, SIGN, _promise(doing, detail, SIGN), at=doing.now, shown=False)
    note = doing.values.get("note") or doing.values.get("reason") or ""
    _tell(doing, "request.dispatch", unit=tree().label(unit))
    return Outcome(note=note, public=tree().label(unit), data={"from": before, "to": unit})


def sign(doing: Doing) -> Outcome:
    """The unit takes it on; whoever signs is the officer in charge."""
    case = doing.case
    clocks.stop(case, SIGN, at=doing.now, shown=False)
    Assignment.objects.filter(case=case, role=Assignment.Role.LEAD, ended_at__isnull=True).update(signed_at=doing.now)
    case.officer_id = doing.by.user
    return Outcome(public=tree().label(case.unit_id))


def give_back(doing: Doing) -> Outcome:
    """Not this unit's: back to whoever dispatched it, with a reason, within the window."""
    case, detail = doing.case, _detail(doing)
    times = _promise(doing, detail, "give_back")
    assert detail.dispatched_at is not None
    until = return_until(
        detail.dispatched_at,
        amount=times.amount,
        unit=times.unit_of_time,
        calendar=catalog.calendar(),
        schedule=catalog.schedule(),
    )
    if doing.now > until:
        raise Conflict(
            "退单期限已过（派单后 %(amount)d 个工作日内）。请办理，或请派单员改派。", params={"amount": times.amount}
        )
    clocks.stop(case, SIGN, at=doing.now, shown=False)
    detail.returns += 1
    detail.save(update_fields=["returns"])
    before = case.unit_id
    assert detail.dispatch_unit_id is not None
    give(case, detail.dispatch_unit_id, now=doing.now)
    return Outcome(note=doing.values["reason"], data={"from": before, "to": detail.dispatch_unit_id})


def appoint(doing: Doing) -> Outcome:
    """Names the officer in charge, one who has a post in the owning unit now."""
    case, chosen = doing.case, doing.values["officer"]
    officer = with_posts(doing.now).filter(pk=chosen).first()
    if officer is None or not any(p["unit"] == str(case.unit_id) for p in officer.held_posts):  # type: ignore[attr-defined]
        raise Invalid("请选主办单位在岗的人员。", field="officer")
    case.officer_id = officer.pk
    messages.tell_user(
        officer.pk, template="request.appoint", params={"number": case.number}, case=case.pk, by=doing.by, now=doing.now
    )
    return Outcome(note=officer.name)


def suspend(doing: Doing) -> Outcome:
    """Waits for the person: the clock stands still, the person is told what is missing."""
    clocks.pause(doing.case, ANSWER, reason=_("等诉求人补充"), at=doing.now)
    _tell(doing, "request.suspend")
    return Outcome(public=doing.values["reason"])


def resume(doing: Doing) -> Outcome:
    """Goes on counting."""
    clocks.resume(doing.case, ANSWER, at=doing.now)
    return Outcome(note=doing.values.get("note") or "")


def supply(doing: Doing) -> Outcome:
    """The person gives what was missing; the clock goes on by itself."""
    clocks.resume(doing.case, ANSWER, at=doing.now)
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
        _tell(doing, "request.extend")
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
    case, detail = doing.case, _detail(doing)
    detail.answer, detail.result = doing.values["answer"], doing.values["result"]
    detail.answered_unit_id, detail.answered_by_id = case.unit_id, doing.by.user
    detail.in_time = case.due_at is not None and doing.now < case.due_at
    detail.save(update_fields=["answer", "result", "answered_unit", "answered_by", "in_time"])
    clocks.stop(case, ANSWER, at=doing.now)
    clocks.start(case, REVISIT, _promise(doing, detail, REVISIT), at=doing.now)
    case.answered_at = doing.now
    _tell(doing, "request.answer")
    return Outcome(
        note=str(dict(RESULTS)[detail.result]),
        public=detail.answer,
        data={"result": detail.result, "round": detail.redo_count},
    )


def revisit(doing: Doing) -> Outcome:
    """Asks the person; reached or not, each attempt is a row. Unreached, it stays open for further attempts."""
    case, detail, values = doing.case, _detail(doing), doing.values
    reached = values["reached"] == "yes"
    if reached and values.get("solved") not in ("yes", "no"):
        raise Invalid("联系上了，请选问题是否解决。", field="solved")
    if not reached and values.get("stars"):
        raise Invalid("没有联系上，不能代填评价。", field="stars")
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
    detail.save(update_fields=["revisit_result"])
    if values.get("stars"):
        _rate(doing, detail, stars=values["stars"], said_to="revisit", reasons=[], comment=values.get("note") or "")
    tried = Revisit.objects.filter(case=case, round=detail.redo_count).count()
    if not reached and tried < ATTEMPTS:
        return Outcome(note=_("第 %(n)d 次未联系上") % {"n": tried}, to="answered", data={"reached": False})
    clocks.stop(case, REVISIT, at=doing.now)
    word = _("已解决") if values.get("solved") == "yes" else _("未解决") if reached else _("多次未联系上")
    said = {"reached": reached, "solved": values.get("solved") if reached else None, "stars": values.get("stars")}
    return Outcome(note=word, data=said)


def _rate(doing: Doing, detail: Request, *, stars: int, said_to: str, reasons: list[str], comment: str) -> None:
    known = {code for code, _label in catalogue.reason_choices(stars)}
    if any(code not in known for code in reasons):
        raise Invalid("请从列出的选项里选。", field="reasons")
    if Rating.objects.filter(case=doing.case, round=detail.redo_count).exists():
        raise Conflict("这一次已经评价过了，谢谢。")
    Rating.objects.create(
        case=doing.case,
        round=detail.redo_count,
        stars=stars,
        reasons=reasons,
        comment=comment,
        said_to=said_to,
        at=doing.now,
    )
    detail.stars, detail.worst_stars = stars, min(stars, detail.worst_stars or stars)
    detail.save(update_fields=["stars", "worst_stars"])


def rate(doing: Doing) -> Outcome:
    """The person's own word, five stars best; never made by default."""
    values = doing.values
    reasons = [r for r in (values.get("reasons") or "").split(",") if r]
    _rate(
        doing,
        _detail(doing),
        stars=values["stars"],
        said_to="person",
        reasons=reasons,
        comment=values.get("comment") or "",
    )
    return Outcome(
        note=_("%(n)d 星") % {"n": values["stars"]}, public=values.get("comment") or "", data={"stars": values["stars"]}
    )


def close(doing: Doing) -> Outcome:
    """Closed by number, after answer and revisit, by somebody who did not handle it (C4)."""
    detail = _detail(doing)
    rating = Rating.objects.filter(case=doing.case, round=detail.redo_count).first()
    unsolved = Revisit.objects.filter(case=doing.case, round=detail.redo_count, solved=False).exists()
    if ((rating is not None and rating.stars <= BAD) or unsolved) and not doing.values.get("reason"):
        raise Invalid("诉求人不满意或未解决，销号要写明理由。", field="reason")
    clocks.stop(doing.case, REVISIT, at=doing.now)
    _tell(doing, "request.close")
    return Outcome(note=doing.values.get("reason") or "", data={"rated": rating.stars if rating else None})


def redo(doing: Doing) -> Outcome:
    """Not solved: back to the unit, with a clock of its own; the next answer is a new round."""
    case, detail = doing.case, _detail(doing)
    detail.redo_count += 1
    detail.in_time, detail.revisit_result, detail.stars = None, "", None
    detail.save(update_fields=["redo_count", "in_time", "revisit_result", "stars"])
    clocks.stop(case, REVISIT, at=doing.now)
    clocks.stop(case, ANSWER, at=doing.now)
    clocks.start(case, ANSWER, _promise(doing, detail, ANSWER), at=doing.now)
    case.answered_at = None
    _tell(doing, "request.redo")
    return Outcome(public=doing.values["reason"], data={"round": detail.redo_count})


def appeal(doing: Doing) -> Outcome:
    """The person does not accept the result: somebody who did not handle it decides (C7)."""
    case, detail = doing.case, _detail(doing)
    if running(case, REVISIT) is None:
        clocks.start(case, REVISIT, _promise(doing, detail, REVISIT), at=doing.now)
    return Outcome(public=doing.values["text"])


def uphold(doing: Doing) -> Outcome:
    """The appeal is answered with reasons; what was not revisited yet goes there, the rest is closed again (C4)."""
    case, detail = doing.case, _detail(doing)
    if not Revisit.objects.filter(case=case, round=detail.redo_count).exists():
        return Outcome(public=doing.values["reason"], to="answered")
    clocks.stop(case, REVISIT, at=doing.now)
    _tell(doing, "request.close")
    return Outcome(public=doing.values["reason"])


def withdraw(doing: Doing) -> Outcome:
    """The person takes it back, or an officer notes that they did; every clock ends."""
    for name, shown in ((SIGN, False), (ANSWER, True)):
        clocks.stop(doing.case, name, at=doing.now, shown=shown)
    return Outcome(public=doing.values["reason"])


def merge(doing: Doing) -> Outcome:
    """Joins a repeat to the request it repeats; its person goes on being told, through that one."""
    case = doing.case
    number = normalise_number(doing.values["into"])
    found = (
        visible_to(doing.by, Case.objects.filter(number=number, kind=case.kind)).values_list("pk", flat=True).first()
    )
    if found is None:
        raise Invalid("没有找到这个编号，或您无权查看。", field="into")
    if found == case.pk:
        raise Invalid("不能并入它自己。", field="into")
    target = (
        Case.objects.select_for_update(of=("self",), skip_locked=True)
        .defer("search", "folded")
        .filter(pk=found)
        .first()
    )
    if target is None:
        raise Conflict("要并入的那一件正在被办理，请稍后再试。")
    if not target.is_open:
        raise Invalid("要并入的那一件已经办结，请选在办的。", field="into")
    if target.requester_id != case.requester_id:
        party(target, case.unit_id)
    case.merged_into = target
    for name, shown in ((SIGN, False), (ANSWER, True)):
        clocks.stop(case, name, at=doing.now, shown=shown)
    append(
        target,
        "joined",
        target.state,
        Outcome(note=case.number, data={"merged": case.number}),
        by=doing.by,
        now=doing.now,
    )
    target.save(update_fields=SAVED)
    _tell(doing, "request.merge", into=target.number)
    return Outcome(note=doing.values["reason"], public=target.number, data={"into": target.number})


def officers_of(case: Case) -> list[tuple[str, str]]:
    """Officers who could be put in charge: those with a post in the owning unit."""
    rows = (
        User.objects.filter(posts__unit=case.unit_id, posts__ends_at=None, is_active=True)
        .distinct()
        .order_by("username")
    )
    return [(str(u.pk), f"{u.name}（{u.username}）") for u in rows]
