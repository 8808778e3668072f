"""Hazards a post told an enterprise, as its contact sees them: what, until when, and saying that it is done (B4).

By number and secret, or by a proved phone. It is a service: nothing here is a finding (ADR 36).
"""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.files import actions as files
from huhang.cases.actions import move
from huhang.cases.actions.moving import refused
from huhang.cases.models import Attachment, Case, Step
from huhang.cases.registry import kind_of
from huhang.doors.frame.gates import actor_of
from huhang.doors.frame.notices import done
from huhang.doors.frame.parts import Event, Fact
from huhang.doors.hall import visitor
from huhang.doors.hall.clock import left_of
from huhang.doors.hall.forms import blame
from huhang.doors.hall.showing import show
from huhang.kernel.errors import Conflict, Invalid, Missing
from huhang.kernel.numbering import normalise_number
from huhang.kinds.hazards.catalogue import label
from huhang.register.units.queries import tree

KIND = "hazard"
MOST = 50


class RemovedForm(forms.Form):
    """What was done about it."""

    text = forms.CharField(
        label=gettext_lazy("怎么消除的"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4, "maxlength": 2000})
    )


def _found(number: str, actor: Actor) -> Case:
    """The visitor's own hazard of a number.

    Raises:
        Missing: no such number, or not theirs.
    """
    try:
        wanted = normalise_number(number)
    except Invalid:
        raise Missing from None
    rows = Case.objects.filter(number=wanted, kind=KIND).select_related("hazard").defer("search", "folded")
    case = visible_to(actor, rows).first()
    if case is None:
        raise Missing
    return case


@visitor.with_phone
@require_http_methods(["GET", "HEAD"])
def hazards(request: HttpRequest) -> HttpResponse:
    """Everything this phone was told of, newest first."""
    actor, now, kind = actor_of(request), timezone.now(), kind_of(KIND)
    own = Case.objects.filter(kind=KIND, requester_id=actor.person) if actor.person else Case.objects.none()
    found = visible_to(actor, own).order_by("-received_at", "-id").defer("search", "folded", "body")[:MOST]
    rows = [{"case": one, "state": kind.state(one.state), "left": left_of(one, now)} for one in found]
    return show(request, "hazards", {"rows": rows, "now": now})


@require_http_methods(["GET", "HEAD", "POST"])
def hazard_page(request: HttpRequest, number: str) -> HttpResponseBase:
    """One hazard; sent, it says that it was put right. A stranger is asked for number and secret first."""
    visitor.refuse_officers(request)
    actor, now = actor_of(request), timezone.now()
    if actor.kind != "person":
        return redirect(reverse("hall:follow") + "?" + urlencode({"number": number[:40]}))
    case = _found(number, actor)
    if request.method != "POST":
        return _show(request, case, actor, now, RemovedForm())
    form = RemovedForm(request.POST)
    if not form.is_valid():
        return _show(request, case, actor, now, form, status=422)
    try:
        move(case_id=case.pk, name="say_removed", values=form.cleaned_data, by=actor, now=now)
    except (Invalid, Conflict) as refusal:
        blame(form, refusal)
        return _show(request, case, actor, now, form, status=refusal.status)
    done(request, _("已告诉警务站，会有人来复看。"), keep=f"hall-hazard-{case.number}")
    return redirect("hall:hazard", number=case.number)


hazard_page.gate = "person"  # type: ignore[attr-defined]


def _show(
    request: HttpRequest, case: Case, actor: Actor, now: datetime, form: RemovedForm, *, status: int = 200
) -> HttpResponse:
    kind = kind_of(KIND)
    said = kind.move("say_removed")
    assert said is not None
    steps = case.steps.order_by("seq")
    attached = Attachment.objects.filter(case=case, public=True, file__removed_at__isnull=True).select_related("file")
    context = {
        "case": case,
        "state": kind.state(case.state),
        "facts": _facts(case),
        "left": left_of(case, now) if case.is_open else None,
        "events": [_event(one) for one in reversed(steps) if _told(one)],
        "files": list(attached.order_by("at", "id")),
        "form": form if refused(kind, said, case, actor, now) is None else None,
        "now": now,
    }
    return show(request, "hazard", context, status=status)


def _told(step: Step) -> bool:
    move_ = kind_of(KIND).move(step.move)
    return step.move == "open" or (move_ is not None and move_.public)


def _event(step: Step) -> Event:
    who = _("您") if step.by_kind == "person" else tree().label(step.unit_id)
    move_ = kind_of(KIND).move(step.move)
    title = str(move_.says) if move_ is not None else _("警务站看到一处隐患")
    return Event(title, step.at, who=who, quote=step.public_note)


def _facts(case: Case) -> list[Fact]:
    known: Any = case.hazard
    rows = [
        Fact(_("隐患种类"), label(case.category, case.category_version)),
        Fact(_("在哪里"), case.place),
        Fact(_("由谁消除"), known.fixer),
        Fact(_("谁来复看"), tree().label(case.unit_id)),
    ]
    return [one for one in rows if one.value]


@require_http_methods(["GET", "HEAD"])
def hazard_file(request: HttpRequest, number: str, attachment: uuid.UUID) -> HttpResponseBase:
    """A photo of one's own hazard; the reading is a line of the journal."""
    visitor.refuse_officers(request)
    actor = actor_of(request)
    if actor.kind != "person":
        return redirect(reverse("hall:follow") + "?" + urlencode({"number": number[:40]}))
    case = _found(number, actor)
    found = Attachment.objects.filter(pk=attachment, case=case, public=True).select_related("file").first()
    if found is None:
        raise Missing
    return files.serve(found.file, by=actor, now=timezone.now())


hazard_file.gate = "person"  # type: ignore[attr-defined]
