"""Meetings to come, duties that are open, and the form that convenes a meeting over open cases (L2)."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor, Perm
from huhang.base.replies.actions import Answer, once
from huhang.cases.actions import open_case
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.desk.case.move_form import grouped_units
from huhang.doors.desk.case.told import Told
from huhang.doors.desk.lists.table import Words, left_of
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Invalid
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.kinds.meetings import queries
from huhang.reading.ledger import chosen
from huhang.register.units.queries import tree

SHOWN = 50
"""So many meetings and duties are shown at once; the rest is found by the inbox's filter of kinds."""


class ConveneForm(Told):
    """What it takes to call a meeting."""

    title = forms.CharField(label=gettext_lazy("会议名称"), max_length=100)
    meets_at = forms.DateTimeField(
        label=gettext_lazy("开会时间"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    place = forms.CharField(label=gettext_lazy("地点"), max_length=200)
    units = forms.MultipleChoiceField(
        label=gettext_lazy("参会单位"),
        widget=forms.SelectMultiple(attrs={"size": 10}),
        help_text=gettext_lazy("按住 Ctrl 可以选几个；各单位负责人和承办人会收到通知"),
    )
    cases = forms.MultipleChoiceField(
        label=gettext_lazy("建议的议题"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("按多次流转、协办争议、超期、转外单位提出；勾选即列入，会前还可以增减、排序"),
    )

    def __init__(self, actor: Actor, now: datetime, data: Any = None) -> None:
        super().__init__(data, auto_id="m-%s")
        self.fields["units"].choices = grouped_units(now)  # type: ignore[attr-defined]
        rows = queries.proposals(actor, now)
        self.fields["cases"].choices = [(str(p.case), queries.said(p)) for p in rows]  # type: ignore[attr-defined]


@officers(Perm.SEE)
@require_GET
def meetings(request: HttpRequest) -> HttpResponse:
    """Meetings to come and duties that are open, as far as this officer sees them."""
    actor, now = actor_of(request), timezone.now()
    rows = visible_to(actor, Case.objects.filter(kind="meeting", is_open=True)).select_related("meeting")
    coming = [
        {
            "number": case.number,
            "title": case.title,
            "meets_at": case.meeting.meets_at,
            "place": case.place,
            "unit": tree().label(case.unit_id),
            "state": kind_of("meeting").state(case.state),
        }
        for case in rows.defer("search", "folded", "body").order_by("meeting__meets_at", "id")[:SHOWN]
    ]
    duties = visible_to(actor, Case.objects.filter(kind="duty", is_open=True)).order_by("due_at", "id")
    wanted = list(duties.values_list("pk", flat=True)[:SHOWN])
    context = {
        "coming": coming,
        "duties": _duties(actor, wanted, now),
        "may_convene": Perm.CONVENE in actor.perms,
        "now": now,
    }
    return render(request, "desk/meetings/meetings.html", context)


def _duties(actor: Actor, wanted: list[uuid.UUID], now: datetime) -> list[dict[str, Any]]:
    words = Words(now)
    lines = sorted(chosen(actor, wanted), key=lambda line: wanted.index(line.id))
    return [
        {
            "number": line.number,
            "title": line.title,
            "unit": tree().label(line.unit_id),
            "state": kind_of("duty").state(line.state),
            "left": left_of(line, words),
        }
        for line in lines
    ]


@officers(Perm.CONVENE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_meeting(request: HttpRequest) -> HttpResponse:
    """The form that convenes a meeting, and the meeting it makes."""
    actor, now = actor_of(request), timezone.now()
    if request.method != "POST":
        return _show(request, ConveneForm(actor, now))
    form = ConveneForm(actor, now, request.POST)
    try:
        where = _convene(request, actor, now)
    except Invalid as wrong:
        form.tell(wrong)
        return _show(request, form, status=wrong.status)
    done(request, _("会议已召集，参会单位会收到通知。"), keep="meeting-new")
    return redirect(where)


def _convene(request: HttpRequest, actor: Actor, now: datetime) -> str:
    sent = request.POST
    values = {
        "title": sent.get("title", ""),
        "place": sent.get("place", ""),
        "meets_at": _instant(sent.get("meets_at", "")),
        "units": _ids(sent.getlist("units"), "units"),
        "about": _ids(sent.getlist("cases"), "cases"),
    }

    def work() -> Answer:
        made = open_case("meeting", by=actor, now=now, **values)
        return Answer(303, location=reverse("desk:case", kwargs={"number": made.number}))

    key = sent.get("idempotency_key", "")[:80] or str(uuid7())
    content = canonical_json({name: str(value) for name, value in values.items()})
    return once(key, who=str(actor.id), content=content, now=now, work=work).location


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return make_aware(at) if is_naive(at) else at


def _ids(sent: Iterable[str], field: str) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(one) for one in sent]
    except ValueError:
        raise Invalid("请从列出的选项里选一项。", field=field) from None


def _show(request: HttpRequest, form: ConveneForm, *, status: int = 200) -> HttpResponse:
    return render(request, "desk/meetings/new.html", {"form": form, "key": str(uuid7())}, status=status)
