"""What each move of a card does beyond its state. Called by the engine, inside its transaction."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huhang.base.messages import actions as messages
from huhang.cases.actions import clocks
from huhang.cases.models import Case
from huhang.cases.rules import Doing, Outcome
from huhang.kernel.errors import Conflict
from huhang.kinds.cards import catalogue, queries
from huhang.kinds.cards.actions.issuing import ANSWER, begin_answer
from huhang.kinds.cards.models import Card

LIFTS = (("gone", gettext_lazy("起因已经消除")), ("explained", gettext_lazy("起因还在，情况已经说明")))


def _card(doing: Doing) -> Card:
    return Card.objects.select_for_update().get(case=doing.case)


def _tell_issuer(doing: Doing, card: Card, template: str) -> None:
    if card.issued_by_id is not None and card.issued_by_id != doing.by.user:
        params = {"number": doing.case.number}
        messages.tell_user(
            card.issued_by_id, template=template, params=params, case=doing.case.pk, by=doing.by, now=doing.now
        )


def answer(doing: Doing) -> Outcome:
    """The written answer: why, and what is done about it; whether it came in time is kept."""
    values, case, card = doing.values, doing.case, _card(doing)
    parts = [_("原因：%(text)s") % {"text": values["why"]}, _("措施：%(text)s") % {"text": values["measures"]}]
    if values.get("until"):
        parts.append(_("预计办结：%(day)s") % {"day": values["until"].isoformat()})
    card.answer, card.answered_at, card.answered_by_id = "\n".join(parts), doing.now, doing.by.user
    card.in_time = case.due_at is not None and doing.now < case.due_at
    card.save(update_fields=["answer", "answered_at", "answered_by", "in_time"])
    clocks.stop(case, ANSWER, at=doing.now)
    _tell_issuer(doing, card, "card.answered")
    return Outcome(note=card.answer, data={"level": card.level, "in_time": card.in_time})


def ask_again(doing: Doing) -> Outcome:
    """The answer does not do; the time for another begins."""
    card = _card(doing)
    _forget_answer(card)
    _begin(doing, card)
    return Outcome(note=doing.values["reason"], data={"level": card.level})


def _forget_answer(card: Card) -> None:
    card.answer, card.answered_at, card.answered_by_id, card.in_time = "", None, None, None
    card.save(update_fields=["answer", "answered_at", "answered_by", "in_time"])


def _begin(doing: Doing, card: Card) -> None:
    ladder = catalogue.ladder(card.version)
    if ladder is None:
        raise Conflict("还没有发卡标准，请先由管理员载入目录。")
    begin_answer(doing.case, ladder, card.level, now=doing.now)


def appeal(doing: Doing) -> Outcome:
    """The card is contested; the time for an answer stands still until it is judged."""
    card = _card(doing)
    card.appeal, card.appealed_at, card.appealed_by_id = doing.values["reason"], doing.now, doing.by.user
    card.save(update_fields=["appeal", "appealed_at", "appealed_by"])
    clocks.stop(doing.case, ANSWER, at=doing.now)
    _tell_issuer(doing, card, "card.appealed")
    return Outcome(note=card.appeal, data={"level": card.level})


def uphold(doing: Doing) -> Outcome:
    """The card stands; without an answer yet, the time to give it begins anew."""
    card = _card(doing)
    _judge(doing, card)
    if card.answered_at is not None:
        return Outcome(note=doing.values["reason"], to="replied")
    _begin(doing, card)
    return Outcome(note=doing.values["reason"])


def _judge(doing: Doing, card: Card) -> None:
    card.judgement, card.judged_at, card.judged_by_id = doing.values["reason"], doing.now, doing.by.user
    card.save(update_fields=["judgement", "judged_at", "judged_by"])


def revoke(doing: Doing) -> Outcome:
    """The appeal is right: the card is withdrawn; a red one waits for the second person all the same."""
    card = _card(doing)
    _judge(doing, card)
    return _lift(doing, card, "revoked")


def lift(doing: Doing) -> Outcome:
    """The issuer lifts it: because the cause is gone, or because it stands and was explained in writing."""
    card, cause = _card(doing), doing.values.get("cause") or "gone"
    told = _standing(doing, card)
    if cause == "gone" and told:
        raise Conflict("起因还在（%(why)s）。请等原事项办好，或选“情况已经说明”并写明理由。", params={"why": told})
    return _lift(doing, card, cause)


def _standing(doing: Doing, card: Card) -> str:
    """Why the cause stands, in words; nothing when it is gone."""
    ladder = catalogue.ladder(card.version)
    matter = Case.objects.defer("search", "folded").get(pk=card.matter_id)
    if ladder is None:
        return ""
    told = queries.standing(matter, ladder, doing.now)
    return queries.why(matter, told, doing.now) if told.level else ""


def _lift(doing: Doing, card: Card, cause: str) -> Outcome:
    clocks.stop(doing.case, ANSWER, at=doing.now)
    card.lift_reason, card.lift_cause = doing.values["reason"], cause
    card.lifted_by_id = doing.by.user
    if card.level == "red":
        card.save(update_fields=["lift_reason", "lift_cause", "lifted_by"])
        return Outcome(note=card.lift_reason, data={"level": card.level, "cause": cause}, to="lifting")
    return _end(doing, card)


def _end(doing: Doing, card: Card) -> Outcome:
    card.lifted_at = doing.now
    card.save()
    if doing.case.officer_id is not None:
        params = {"number": doing.case.number}
        messages.tell_user(
            doing.case.officer_id, template="card.lift", params=params, case=doing.case.pk, by=doing.by, now=doing.now
        )
    note = doing.values.get("reason") or ""
    return Outcome(note=note, data={"level": card.level, "cause": card.lift_cause}, to="lifted")


def confirm(doing: Doing) -> Outcome:
    """The second person agrees; both are kept."""
    card = _card(doing)
    card.confirmed_by_id = doing.by.user
    return _end(doing, card)


def keep_up(doing: Doing) -> Outcome:
    """The second person does not agree: the card stays out as it was."""
    card = _card(doing)
    card.lift_reason, card.lift_cause, card.lifted_by_id = "", "", None
    card.save(update_fields=["lift_reason", "lift_cause", "lifted_by"])
    if card.answered_at is not None:
        return Outcome(note=doing.values["reason"], to="replied")
    _begin(doing, card)
    return Outcome(note=doing.values["reason"])
