"""Visits as the person sees them who was met and left a phone: when who came, and rating each of them (B3)."""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.papers.codes import qr
from huhang.cases.actions import move
from huhang.cases.actions.moving import refused
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.frame.gates import actor_of
from huhang.doors.hall import visitor
from huhang.doors.hall.forms import StarsForm, blame
from huhang.doors.hall.showing import show
from huhang.kernel.errors import Conflict, Invalid, Missing
from huhang.kernel.numbering import normalise_number
from huhang.kinds.visits import gate
from huhang.kinds.visits.catalogue import DONT, conduct, purpose_label
from huhang.register.subjects.queries import own_subjects
from huhang.register.units.queries import tree

KIND = "visit"
MOST = 50


class RateForm(StarsForm):
    """Stars, none of them chosen beforehand, and a word if one likes."""

    breaches = forms.MultipleChoiceField(
        label=gettext_lazy("有没有下列情况"), required=False, widget=forms.CheckboxSelectMultiple
    )
    comment = forms.CharField(
        label=gettext_lazy("还想说的"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 1000}),
        help_text=gettext_lazy("请不要写姓名、电话、身份证号"),
    )

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["breaches"].choices = conduct(DONT)  # type: ignore[attr-defined]


def _own(actor: Actor) -> Any:
    rows = visible_to(actor, Case.objects.filter(kind=KIND, requester_id=actor.person))
    return rows.select_related("visit").defer("search", "folded", "body")


def _line(case: Case) -> dict[str, Any]:
    return {
        "case": case,
        "state": kind_of(KIND).state(case.state),
        "unit": tree().label(case.unit_id),
        "purpose": purpose_label(case.category, case.category_version),
        "call": case.channel == "call",
    }


def _may_rate(case: Case, actor: Actor) -> bool:
    kind = kind_of(KIND)
    rate = kind.move("rate")
    assert rate is not None
    return refused(kind, rate, case, actor, timezone.now()) is None


@visitor.with_phone
@require_http_methods(["GET", "HEAD"])
def visits(request: HttpRequest) -> HttpResponse:
    """Visits to whoever holds the phone, newest first."""
    actor = actor_of(request)
    found = _own(actor).order_by("-received_at", "-id")[:MOST] if actor.person else []
    rows = [{**_line(case), "may_rate": _may_rate(case, actor)} for case in found]
    return show(request, "visits", {"rows": rows, "now": timezone.now()})


@visitor.with_phone
@require_http_methods(["GET", "HEAD", "POST"])
def visit(request: HttpRequest, number: str) -> HttpResponse:
    """One visit, and rating it once.

    Raises:
        Missing: not a visit to this person; a foreign one and none look the same.
    """
    actor, now = actor_of(request), timezone.now()
    try:
        found = _own(actor).filter(number=normalise_number(number)).first() if actor.person else None
    except Invalid:
        found = None
    if found is None:
        raise Missing
    form = RateForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = {name: form.cleaned_data[name] for name in ("stars", "breaches", "comment")}
            try:
                move(case_id=found.pk, name="rate", values=said, by=actor, now=now)
                return redirect("hall:visits")
            except (Invalid, Conflict) as wrong:
                blame(form, wrong)
                status = wrong.status
    context = {**_line(found), "form": form, "may_rate": _may_rate(found, actor), "now": now}
    return show(request, "visit", context, status=status)


@visitor.with_phone
@require_http_methods(["GET", "HEAD"])
def gate_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The code of an enterprise the visitor speaks for, for the officer at the door to scan.

    Raises:
        Missing: not one the visitor speaks for.
    """
    actor, now = actor_of(request), timezone.now()
    mine = own_subjects(actor.person) if actor.person else []
    subject = next((one for one in mine if one.pk == pk and one.stands), None)
    if subject is None:
        raise Missing
    code, until = gate.make(subject.pk, now=now, printed=False)
    where = request.build_absolute_uri("/desk/visits/phone/?" + urlencode({"code": code}))
    return show(request, "gate", {"subject": subject, "qr": qr(where, _("走访签到码")), "until": until, "now": now})
