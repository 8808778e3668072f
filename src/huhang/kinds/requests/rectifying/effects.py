"""What the moves of a rectification do: contact, put right, more time, and asking by somebody else (C4)."""

from django.utils.translation import gettext as _

from huhang.base.messages import actions as messages
from huhang.cases.actions import clocks
from huhang.cases.queries import running
from huhang.cases.rules import Doing, Outcome
from huhang.kernel.errors import Invalid
from huhang.kinds.requests.rectifying import queries, rules_of_time
from huhang.kinds.requests.rectifying.actions import end, settle
from huhang.kinds.requests.rectifying.models import CONTACT, DONE, RECTIFY, REVISIT, Rectification
from huhang.kinds.requests.solved import catalogue as policy
from huhang.kinds.requests.solved import queries as rounds
from huhang.kinds.requests.solved.rules import counted


def _one(doing: Doing) -> Rectification:
    found = queries.current(doing.case)
    assert found is not None  # the guard let only a case with an open one through
    return found


def _in_time(doing: Doing, name: str) -> bool:
    clock = running(doing.case, name)
    return clock is not None and clock.due_at is not None and doing.now < clock.due_at


def contact(doing: Doing) -> Outcome:
    """The unit has spoken with the person and written down what is wrong; trying without reaching is a step too."""
    one, said = _one(doing), doing.values["said"]
    if doing.values["reached"] != "yes":
        return Outcome(note=_("没有联系上：%(said)s") % {"said": said}, data={"reached": False})
    one.contacted_in_time = _in_time(doing, CONTACT)
    one.contacted_at, one.contacted_by_id, one.said = doing.now, doing.by.user, said
    one.stage = RECTIFY
    one.save()
    clocks.stop(doing.case, CONTACT, at=doing.now, shown=False)
    settle(doing.case)
    return Outcome(note=said, data={"reached": True, "in_time": one.contacted_in_time})


def rectify(doing: Doing) -> Outcome:
    """What was done, with proof; from now on somebody else has to hear from the person.

    Raises:
        Invalid: neither a named record nor a file put to the case since the rating.
    """
    case, one, values = doing.case, _one(doing), doing.values
    files = rounds.papers(case, since=one.begun_at)
    reference = values.get("proof") or ""
    if not files and not reference:
        raise Invalid("整改要有佐证：写明记录编号，或上传一份材料。", field="proof")
    one.rectified_in_time = _in_time(doing, RECTIFY)
    one.rectified_at, one.rectified_by_id = doing.now, doing.by.user
    one.measures, one.reference, one.files = values["measures"], reference, files
    one.stage, one.tries = REVISIT, []
    one.save()
    for name in (CONTACT, RECTIFY):
        clocks.stop(case, name, at=doing.now, shown=False)
    clocks.start(case, REVISIT, rules_of_time.promise("revisit"), at=doing.now, shown=False)
    settle(case)
    return Outcome(note=reference, public=one.measures, data={"in_time": one.rectified_in_time})


def ask_extension(doing: Doing) -> Outcome:
    """More time for putting it right: once, before it is due, to fifteen working days altogether."""
    amount = doing.values["amount"]
    most = rules_of_time.most_more()
    if amount > most:
        raise Invalid("最多再延长 %(most)d 个工作日。", field="amount", params={"most": most})
    clocks.ask_extension(
        doing.case, RECTIFY, amount=amount, reason=doing.values["reason"], by=doing.by, at=doing.now, most=most
    )
    return Outcome(note=doing.values["reason"], data={"amount": amount})


def decide_extension(doing: Doing) -> Outcome:
    """Somebody else grants or refuses it."""
    granted = doing.values["decision"] == "grant"
    asked = clocks.decide_extension(
        doing.case,
        RECTIFY,
        granted=granted,
        decision=doing.values["reason"],
        by=doing.by,
        at=doing.now,
        shown=False,
    )
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


def revisit(doing: Doing) -> Outcome:
    """Somebody who had no part in it asks the person. Still not right: back to the unit once, with its clock anew."""
    case, one, values = doing.case, _one(doing), doing.values
    reached, word = values["reached"] == "yes", values.get("word") or ""
    if reached and values.get("content") not in ("yes", "no"):
        raise Invalid("联系上了，请选诉求人是否认可整改。", field="content")
    one.tries = [*one.tries, doing.now]
    tried, rule = counted(one.tries, policy.sampling().apart), policy.sampling()
    if not reached and tried < rule.attempts:
        one.save(update_fields=["tries"])
        return Outcome(note=_("第 %(n)d 次未联系上") % {"n": tried}, data={"reached": False})
    content = values["content"] == "yes" if reached else None
    if content is False and not one.sent_back:
        one.sent_back, one.stage, one.word, one.tries = 1, RECTIFY, word, []
        one.save()
        clocks.stop(case, REVISIT, at=doing.now, shown=False)
        clocks.start(case, RECTIFY, rules_of_time.promise("rectify"), at=doing.now, shown=False)
        settle(case)
        return Outcome(note=_("诉求人不认可，退回再整改：%(word)s") % {"word": word}, data={"content": False})
    one.revisited_at, one.revisited_by_id = doing.now, doing.by.user
    one.reached, one.content, one.word = reached, content, word
    end(case, one, DONE, at=doing.now)
    said = _("多次未联系上") if not reached else _("诉求人认可整改") if content else _("诉求人仍不认可整改")
    return Outcome(note=_("，").join(x for x in (said, word) if x), data={"reached": reached, "content": content})
