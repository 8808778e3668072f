"""What routing proposes, on the case page and beside the forms of classify and dispatch. The officer chooses (C2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.cases.actions.moving import refused
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.desk.case.finding import case_at
from huhang.doors.desk.case.sections import Section
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.saying import say
from huhang.kinds.requests.routing import queries
from huhang.kinds.requests.routing.suggesting import WAITING
from huhang.register.units.queries import tree

MOVES = {"category": "classify", "unit": "dispatch"}
"""By which move a proposal is taken."""


@dataclass(frozen=True)
class Offer:
    """One proposal as the page says it; ``take_url`` opens the form with it filled in, for those who may take it."""

    what: str
    label: str
    value: str
    by: str
    sure: str
    second: str
    take_url: str = ""
    returned: bool = False


@dataclass(frozen=True)
class Box(Section):
    """The box on the case page; ``later`` means that it is fetched after the page."""

    template: str = "desk/case/_proposals.html"
    offers: list[Offer] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    later: str = ""


def part(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """The box, while a category or a unit is still to be chosen by this officer."""
    return [_box(case, actor, now)] if _concerns(case, actor) else []


def waiting(case: Case, actor: Actor) -> list[Section]:
    """A place for the box of a case the worker has not come to yet; asks nothing of the database."""
    if queries.BESIDE in case.beside or not _concerns(case, actor):
        return []
    return [Box(_("分派建议"), later=reverse("desk:proposal", kwargs={"number": case.number}))]


def _concerns(case: Case, actor: Actor) -> bool:
    if case.kind != "request" or case.state not in WAITING:
        return False
    return allows(actor, Perm.CLASSIFY, case) or allows(actor, Perm.DISPATCH, case)


def _box(case: Case, actor: Actor, now: datetime) -> Box:
    shown = queries.shown(case, now)
    faults = {rule: why for one in shown for rule, why in one.faults}
    says = [_("规则 %(rule)s 出错，已跳过：%(why)s") % {"rule": rule, "why": say(why)} for rule, why in faults.items()]
    return Box(_("分派建议"), offers=[_offer(case, actor, one, now) for one in shown], faults=says)


def _offer(case: Case, actor: Actor, one: queries.Shown, now: datetime) -> Offer:
    label = _("类别") if one.what == "category" else _("主办单位")
    if one.first is None:
        return Offer(one.what, label, "", "", "", "")
    return Offer(
        one.what,
        label,
        one.first.label,
        _by(one.first),
        _sure(one.first),
        _second(one.second) if one.second else "",
        "" if one.chosen else _take(case, actor, one.what, one.first.value, now),
        returned=one.chosen is not None and one.chosen.agreed and one.what == "unit",
    )


def _by(named: queries.Named) -> str:
    if named.source == "rule":
        return _("规则“%(name)s” %(tag)s") % {"name": named.name, "tag": named.by}
    return _("模型 %(tag)s") % {"tag": named.by}


def _sure(named: queries.Named) -> str:
    if named.confidence is None:
        return _("把握未知：用得还少")
    return _("把握 %(n)s") % {"n": _percent(named.confidence)}


def _second(named: queries.Named) -> str:
    said = {"value": named.label, "by": _by(named)}
    if named.confidence is None:
        return _("其次：%(value)s（%(by)s）") % said
    return _("其次：%(value)s（%(by)s，%(n)s）") % {**said, "n": _percent(named.confidence)}


def _percent(share: float) -> str:
    return "<1%" if share < 0.01 else f"{share:.0%}"  # a runner-up is never said to be impossible


def _take(case: Case, actor: Actor, what: str, value: str, now: datetime) -> str:
    kind, name = kind_of(case.kind), MOVES[what]
    found = kind.move(name)
    if found is None or refused(kind, found, case, actor, now) is not None:
        return ""
    if what == "unit":
        value = next((str(node.id) for node in tree().nodes.values() if node.code == value), "")
    return reverse("desk:move", kwargs={"number": case.number, "name": name}) + "?" + urlencode({what: value})


def offers_for(case: Case, name: str, form: forms.Form, actor: Actor, now: datetime) -> list[Offer]:
    """The proposals that belong beside the form of a move; what is filled in already needs no button."""
    if name not in MOVES.values() or case.kind != "request":
        return []
    offers = [offer for offer in _box(case, actor, now).offers if MOVES[offer.what] == name and offer.value]
    return [replace(offer, take_url="") if _filled(form, offer) else offer for offer in offers]


def _filled(form: forms.Form, offer: Offer) -> bool:
    made = form.fields.get(offer.what)
    return made is not None and bool(made.initial) and offer.take_url.endswith(urlencode({offer.what: made.initial}))


def take(form: forms.Form, told: Mapping[str, str]) -> None:
    """Fills a proposed value into the form as its start; one the form does not offer is left out."""
    for name in MOVES:
        made, value = form.fields.get(name), told.get(name, "")
        if value and isinstance(made, forms.ChoiceField) and made.valid_value(value):
            made.initial = value


@officers()
@require_GET
def proposal_page(request: HttpRequest, number: str) -> HttpResponseBase:
    """What is proposed for a case, worked out on the spot when the worker has not come to it yet."""
    actor, now = actor_of(request), timezone.now()
    case = case_at(number, actor)
    found = part(case, actor, now)
    context = {"case": case, "section": found[0] if found else None, "now": now}
    inside = bool(request.headers.get("HX-Request"))
    return render(request, "desk/case/_section.html" if inside and found else "desk/case/proposal.html", context)
