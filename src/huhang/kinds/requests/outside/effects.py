"""What the moves of a referral do; called by the engine, inside its transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.cases.actions import clocks
from huhang.cases.actions.moving import note_beside
from huhang.cases.models import Attachment, Case
from huhang.cases.rules import Doing, Outcome
from huhang.kernel.errors import Conflict, Invalid
from huhang.kinds.requests.outside import catalogue, letters, queries
from huhang.kinds.requests.outside.models import Referral, Urging
from huhang.kinds.requests.outside.rules import RESULTS, names_a_person
from huhang.kinds.requests.promises import tell

CLOCK = "outside"


def refer(doing: Doing) -> Outcome:
    """Writes the letter and starts the authority's clock; our own answer clock goes on (ADR 16)."""
    case, code, asked = doing.case, doing.values["authority"], doing.values["asked"]
    body = catalogue.authorities().get(code)
    if body is None:
        raise Invalid("目录里没有这个单位，或它已停用，请重新选择。", field="authority")
    if names_a_person(asked):
        raise Invalid("函里不写手机号和身份证号；需要联系诉求人时，由承办人来联系。", field="asked")
    if any(one.authority == code for one in queries.open_of(case)):
        raise Conflict("已经发函给这个单位，还没有函复；可以催办。", field="authority")
    seq = Referral.objects.filter(case=case).count() + 1
    clock = clocks.start(case, f"{CLOCK}-{seq}", catalogue.promise(body), at=doing.now, shown=False)
    assert clock.due_at is not None  # a clock without pauses always has a due instant
    number, letter = letters.refer(case, body=body, asked=asked, due_at=clock.due_at, by=doing.by, now=doing.now)
    Referral.objects.create(
        case=case,
        seq=seq,
        authority=code,
        authority_version=int(body["version"]),
        name=body["name"],
        asked=asked,
        number=number,
        letter=letter,
        clock=clock,
        unit_id=case.unit_id,
        sent_at=doing.now,
        sent_by=doing.by.label,
    )
    note_beside(case, queries.BESIDE)
    queries.forget(case)
    tell(doing, "request.refer_outside")
    until = letters.day_words(clock.due_at)
    return Outcome(
        note=number,
        public=_("已转请%(name)s协助，请其在 %(day)s前答复") % {"name": body["name"], "day": until},
        data={"authority": code, "version": int(body["version"]), "paper": number},
    )


def _chosen(doing: Doing) -> Referral:
    """The referral meant; the only open one need not be named.

    Raises:
        Invalid: not one of this case's open ones, or several are open and none was named.
    """
    known, wanted = queries.open_of(doing.case), doing.values.get("referral")
    found = [one for one in known if one.pk == wanted] if wanted else known
    if not found:
        raise Invalid("请从列出的选项里选一项。", field="referral")
    if len(found) > 1:
        raise Invalid("有几件函在等答复，请选是哪一件。", field="referral")
    return found[0]


def urge(doing: Doing) -> Outcome:
    """A letter of reminder at the officer's word."""
    made = urge_by_letter(doing.case, _chosen(doing), by=doing.by, now=doing.now)
    return Outcome(note=made.number, public=_("已发函催办"), data={"paper": made.number})


def urge_by_letter(case: Case, referral: Referral, *, by: Actor, now: datetime) -> Urging:
    """Writes a letter of reminder and counts it."""
    number, letter = letters.urge(case, referral, by=by, now=now)
    made = Urging.objects.create(case=case, referral=referral, at=now, number=number, letter=letter, by_label=by.label)
    referral.urged, referral.urged_at = referral.urged + 1, now
    referral.save(update_fields=["urged", "urged_at"])
    return made


def interim(doing: Doing) -> Outcome:
    """Tells the person how it stands while others are waited for; our clock neither stops nor begins anew."""
    for one in queries.open_of(doing.case):
        one.interim_at = doing.now
        one.save(update_fields=["interim_at"])
    due = doing.case.due_at
    tell(doing, "request.interim")
    in_time = due is not None and doing.now < due
    return Outcome(public=doing.values["text"], data={"in_time": in_time})


def answered(doing: Doing) -> Outcome:
    """The authority's answer brought back: what it says to us, and what we may say of it to the person."""
    referral, values = _chosen(doing), doing.values
    referral.result, referral.answer = values["result"], values["text"]
    referral.said, referral.answer_file = values.get("said") or "", _file(doing)
    _end(doing.case, referral, "answered", at=doing.now)
    tell(doing, "request.outside_answer")
    result = str(dict(RESULTS)[referral.result])
    said = _("%(name)s已答复：%(result)s") % {"name": referral.name, "result": result}
    return Outcome(
        note=referral.answer,
        public="\n".join(text for text in (said, referral.said) if text),
        data={"paper": referral.number, "result": referral.result},
    )


def _file(doing: Doing) -> Attachment | None:
    wanted = doing.values.get("file")
    found = doing.case.attachments.filter(pk=wanted, file__removed_at__isnull=True).first() if wanted else None
    if wanted and found is None:
        raise Invalid("请从这件诉求的附件里选，或先上传。", field="file")
    return found


def call_off(doing: Doing) -> Outcome:
    """Takes a letter back that was sent to the wrong place, with a reason."""
    referral = _chosen(doing)
    _end(doing.case, referral, "called_off", at=doing.now)
    public = _("不再请%(name)s协助：%(why)s") % {"name": referral.name, "why": doing.values["reason"]}
    return Outcome(note=referral.number, public=public, data={"paper": referral.number})


def _end(case: Case, referral: Referral, why: str, *, at: datetime) -> None:
    referral.ended_at, referral.ended_why = at, why
    referral.save()
    clocks.stop(case, referral.clock.name, at=at, shown=False)
    queries.forget(case)


def end_all(doing: Doing, why: str) -> Sequence[str]:
    """Ends what is still open when the request itself ends; returns the numbers of the letters left unanswered."""
    with acting(SYSTEM):  # the person who withdraws does not see the letters
        left = queries.open_of(doing.case)
        for referral in left:
            _end(doing.case, referral, why, at=doing.now)
    return [one.number for one in left]


def close_over(doing: Doing, reason: Any) -> dict[str, Any]:
    """What a closing notes of referrals nobody answered.

    Raises:
        Invalid: some are open and no reason is signed for closing over them (C5).
    """
    if queries.open_of(doing.case) and not reason:
        raise Invalid("外单位还没有函复：请等函复，或写明为什么不等就销号。", field="reason")
    left = end_all(doing, "closed")
    return {"unanswered_outside": left} if left else {}
