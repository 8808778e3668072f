"""The boxes of a dispute: who is at odds, each sitting, each letter, the agreement; and looking at a name (B4)."""

import uuid
from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.doors.desk.case.finding import case_at
from huhang.doors.desk.case.section import Section
from huhang.doors.desk.case.visits import LookForm
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Event
from huhang.kernel.errors import Denied, Invalid, Missing
from huhang.kernel.worktime import Schedule
from huhang.kinds.disputes import queries
from huhang.kinds.disputes.actions import reveal_party
from huhang.kinds.disputes.models import Letter, Party
from huhang.kinds.disputes.rules import RESULTS, SIDES, SIGNS


def part(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """Parties, the agreement, sittings and letters, as far as there are any."""
    parties, looks = queries.parties(case), allows(actor, Perm.REVEAL, case)
    names = {one.pk: one.name_masked for one in parties}
    shown = [Section(_("当事人"), events=[_party(case, one, looks) for one in parties])]
    known = queries.detail(case)
    if known.terms:
        link: str | SafeString = _("口头协议")
        if known.agreement_id is not None:
            where = reverse("desk:file", kwargs={"number": case.number, "pk": known.agreement_id})
            link = format_html('<a class="no-print" href="{}">{}</a>', where, _("调解协议书（Word）"))
        shown.append(Section(_("协议"), link, at=known.agreed_at, quote=known.terms))
    if sittings := queries.sittings(case):
        events = []
        for one in reversed(sittings):
            who = "、".join(names[pk] for pk in one.present if pk in names)
            text = "，".join(part for part in (who, one.others, one.place) if part)
            title = _("第 %(n)d 次调解 · %(day)s") % {"n": one.seq, "day": one.on.isoformat()}
            events.append(Event(title, one.at, text=text, who=one.by_label, quote=one.said))
        shown.append(Section(_("调解经过"), _("%(n)d 次") % {"n": len(sittings)}, events=events))
    if letters := queries.letters(case):
        shown.append(Section(_("其他部门"), events=[_letter(case, one, now) for one in letters]))
    return shown


def _party(case: Case, one: Party, looks: bool) -> Event:
    link: str | SafeString = ""
    if one.subject_id is not None:
        where = reverse("desk:subject", args=[one.subject_id])
        link = format_html('<a class="no-print" href="{}">{}</a>', where, _("主体库"))
    elif looks:
        where = reverse("desk:dispute_party", kwargs={"number": case.number, "pk": one.pk})
        link = format_html('<a class="no-print" href="{}">{}</a>', where, _("查看姓名（留痕）"))
    side = str(dict(SIDES).get(one.side, one.side))
    signed = ""
    if one.signed_at is not None:
        day = catalog.schedule().date_of(one.signed_at).isoformat()
        signed = _("已读、已签（%(how)s，%(day)s）") % {"how": dict(SIGNS).get(one.signed_how, ""), "day": day}
    elif one.read_at is not None:
        signed = _("已口头确认")
    return Event(one.name_masked, one.signed_at or case.received_at, text=format_html("{} {}", side, link), note=signed)


def _letter(case: Case, one: Letter, now: datetime) -> Event:
    where = reverse("desk:file", kwargs={"number": case.number, "pk": one.file_id})
    text = format_html('{} <a class="no-print" href="{}">{}</a>', one.asked, where, one.number)
    if one.ended_at is not None:
        note = str(dict(RESULTS).get(one.result, "")) or _("纠纷已结束，没有函复")
        return Event(one.name, one.ended_at, text=text, note=note, quote=one.answer)
    due = one.clock.due_at
    day = Schedule().date_of(due).isoformat() if due else ""
    late = due is not None and now >= due
    note = (_("应在 %(day)s前函复，已超期") if late else _("请在 %(day)s前函复")) % {"day": day}
    if one.urged_at is not None:
        note += "；" + _("催办 %(n)d 次，最近 %(day)s") % {
            "n": one.urged,
            "day": Schedule().date_of(one.urged_at).isoformat(),
        }
    return Event(one.name, one.sent_at, text=text, note=note, current=True)


@officers(Perm.REVEAL)
@require_http_methods(["GET", "HEAD", "POST"])
def party_page(request: HttpRequest, number: str, pk: uuid.UUID) -> HttpResponseBase:
    """Asks what for; then shows the name on this one answer, which no browser keeps.

    Raises:
        Missing: no person among the parties of a dispute this officer sees.
        Denied: without the permission to look in this dispute.
    """
    actor, now = actor_of(request), timezone.now()
    case = case_at(number, actor)
    if not allows(actor, Perm.REVEAL, case):
        raise Denied("您没有查看完整个人信息的权限。")
    found = Party.objects.filter(case=case, pk=pk, subject__isnull=True).first()
    if found is None:
        raise Missing
    form, shown, status = LookForm(request.POST if request.method == "POST" else None), "", 200
    if request.method == "POST":
        try:
            why = request.POST.get("why", "")[:100]
            if not why.strip():
                raise Invalid("请写明用途。", field="why")
            shown = reveal_party(case=case, party_id=pk, why=why, by=actor, now=now)
        except Invalid as wrong:
            form.tell(wrong)
            status = wrong.status
    context = {"case": case, "form": form, "party": found, "shown": shown}
    response = render(request, "desk/posts/party.html", context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response
