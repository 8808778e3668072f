"""The boxes of a visit: who was met, what was answered and asked for; and looking at a name, for a purpose (B3)."""

import uuid
from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.access.queries import allows, visible_to
from huhang.base.access.rules import Actor, Perm
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.desk.case.finding import case_at
from huhang.doors.desk.case.section import Section
from huhang.doors.desk.case.told import Told
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Event
from huhang.kernel.errors import Denied, Invalid, Missing
from huhang.kinds.visits import queries
from huhang.kinds.visits.actions import reveal_met
from huhang.kinds.visits.catalogue import conduct_labels
from huhang.kinds.visits.models import Met
from huhang.register.subjects.catalogue import role_label
from huhang.register.units.queries import tree

SPOKEN = 30
"""So many requests of one visit are shown in its box."""


def part(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """Who was met and what was answered; a visit of which only a head-count is known has no box."""
    shown = []
    if case.visit.consent and (met := queries.met(case)):
        looks = allows(actor, Perm.REVEAL, case)
        shown.append(Section(_("见到谁"), events=[_met(case, one, looks) for one in met]))
    if case.visit.sheet and (said := queries.answers(case)):
        shown.append(Section(_("问卷"), quote="\n".join(f"{question}：{answer}" for question, answer in said)))
    if case.visit.rated_at is not None:
        stars = _("%(n)d 星") % {"n": case.visit.stars}
        broken = [_("反映：%(what)s") % {"what": one} for one in conduct_labels(case.visit.breaches)]
        shown.append(Section(_("企业评价"), stars, at=case.visit.rated_at, quote=case.visit.comment, notes=broken))
    return shown


def _met(case: Case, one: Met, looks: bool) -> Event:
    link: str | SafeString = ""
    if looks:
        where = reverse("desk:visit_met", kwargs={"number": case.number, "pk": one.pk})
        link = format_html('<a class="no-print" href="{}">{}</a>', where, _("查看（留痕）"))
    role = role_label(one.role) if one.role else ""
    return Event(one.name_masked, case.received_at, text=format_html("{} {}", role, link))


def spoken(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """Requests that were spoken on the visit, as far as the reader sees them."""
    rows = visible_to(actor, Case.objects.filter(parent=case, kind="request"))
    found = list(
        rows.only("number", "title", "state", "unit", "received_at", "kind").order_by("received_at", "id")[:SPOKEN]
    )
    if not found:
        return []
    events = []
    for one in found:
        link = format_html('<a href="{}">{}</a>', reverse("desk:case", kwargs={"number": one.number}), one.number)
        text = format_html("{} {}", tree().label(one.unit_id), link)
        events.append(Event(one.title, one.received_at, text=text, note=str(kind_of("request").state(one.state).label)))
    return [Section(_("带回的诉求"), _("%(n)d 件") % {"n": len(found)}, events=events)]


class LookForm(Told):
    """What the name is looked at for."""

    why = forms.CharField(label=gettext_lazy("用途"), max_length=100)


@officers(Perm.REVEAL)
@require_http_methods(["GET", "HEAD", "POST"])
def met_page(request: HttpRequest, number: str, pk: uuid.UUID) -> HttpResponseBase:
    """Asks what for; then shows the name on this one answer, which no browser keeps."""
    actor, now = actor_of(request), timezone.now()
    case = case_at(number, actor)
    if not allows(actor, Perm.REVEAL, case):
        raise Denied("您没有查看完整个人信息的权限。")
    met = Met.objects.filter(case=case, pk=pk).first()
    if met is None:
        raise Missing
    form, shown, status = LookForm(request.POST if request.method == "POST" else None), "", 200
    if request.method == "POST":
        try:
            why = request.POST.get("why", "")[:100]
            if not why.strip():
                raise Invalid("请写明用途。", field="why")
            shown = reveal_met(case=case, met=pk, why=why, by=actor, now=now)
        except Invalid as wrong:
            form.tell(wrong)
            status = wrong.status
    context = {"case": case, "form": form, "met": met, "shown": shown}
    response = render(request, "desk/visits/met.html", context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response
