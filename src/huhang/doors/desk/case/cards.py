"""Supervision cards on the case page: what a card's own page says, and the box on the page of its matter (D2)."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from huhang.base.access.rules import Actor
from huhang.base.people.models import User
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.desk.case.section import Section
from huhang.doors.frame.parts import Event
from huhang.kinds.cards.models import Card
from huhang.kinds.cards.queries import cards_of, detail, post_words
from huhang.kinds.cards.rules import CAUSES, LABELS


def card_sections(case: Case) -> list[Section]:
    """What has been answered, contested and judged on a card's present level; what came before is in the timeline."""
    card = detail(case)
    names = _names(card)
    shown = []
    if card.answer:
        end = _("按时") if card.in_time else _("逾期")
        shown.append(Section(_("书面答复"), _who(names, card.answered_by_id, end), card.answered_at, card.answer))
    if card.appeal:
        shown.append(Section(_("申诉"), _who(names, card.appealed_by_id), card.appealed_at, card.appeal))
    if card.judgement:
        shown.append(Section(_("申诉裁定"), _who(names, card.judged_by_id), card.judged_at, card.judgement))
    if card.lift_reason:
        second = _("%(name)s确认") % {"name": names[card.confirmed_by_id]} if card.confirmed_by_id else ""
        shown.append(Section(_("解除理由"), _who(names, card.lifted_by_id, second), card.lifted_at, card.lift_reason))
    who = case.officer.name if case.officer else _("无人任职")
    said = _("由%(post)s%(name)s答复") % {"post": post_words(card.post), "name": who}
    return [Section(_("督办"), said, card=card.level, quote=card.passed, top=True), *shown]


def _names(card: Card) -> dict[object, str]:
    people = (card.answered_by_id, card.appealed_by_id, card.judged_by_id, card.lifted_by_id, card.confirmed_by_id)
    wanted = {one for one in people if one is not None}
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}


def _who(names: dict[object, str], user: object, *more: str) -> str:
    return " · ".join(word for word in (names.get(user, ""), *more) if word)


def cards_beside(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """The live card of a matter, above everything else on its page; the lifted ones below, so that none disappears."""
    found = cards_of(case.pk)
    live = [c for c in found if c.lifted_at is None]
    past = [c for c in found if c.lifted_at is not None]
    shown = [_live(card) for card in live]
    if past:
        shown.append(Section(_("以前的督办卡"), events=[_past(card) for card in past]))
    return shown


def _live(card: Card) -> Section:
    state = kind_of("card").state(card.case.state)
    who = card.case.officer.name if card.case.officer else _("无人任职")
    end = _("%(state)s · 由%(post)s%(name)s答复") % {
        "state": state.label,
        "post": post_words(card.post),
        "name": who,
    }
    quote = "\n".join(text for text in (card.case.body, card.passed) if text)
    return Section(
        _("督办"),
        end,
        card.case.received_at,
        quote,
        card=card.level,
        top=True,
        bad=card.level == "red",
        url=reverse("desk:case", kwargs={"number": card.case.number}),
        label=card.case.number,
    )


def _past(card: Card) -> Event:
    return Event(
        str(LABELS[card.level]),
        card.lifted_at or card.case.received_at,
        text=_("%(number)s 已解除") % {"number": card.case.number},
        who=str(dict(CAUSES)[card.cause]),
        quote=card.lift_reason,
    )
