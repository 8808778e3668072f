"""Corrections that contacts asked for: those that wait, and the decision field by field."""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from huhang.base.access.rules import Perm
from huhang.doors.desk.case.told import Told
from huhang.doors.desk.register.record import said_value
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Conflict, Invalid
from huhang.register.subjects import particulars, queries
from huhang.register.subjects.actions import decide_correction
from huhang.register.subjects.actions.correcting import correction_of
from huhang.register.subjects.models import Correction
from huhang.register.units.queries import tree

SHOWN = 100


class DecideForm(Told):
    """Which of the wanted changes are taken over."""

    take = forms.MultipleChoiceField(
        label=gettext_lazy("采纳哪些"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=gettext_lazy("给本人的说明"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("没有全部采纳的必须写；申请人看得到"),
    )

    def __init__(self, correction: Correction, data: Any = None) -> None:
        super().__init__(data, initial={"take": list(correction.wanted)}, auto_id="k-%s")
        self.fields["take"].choices = [  # type: ignore[attr-defined]
            (name, f"{particulars.LABELS[name]}：{said_value(name, value, {})}")
            for name, value in correction.wanted.items()
        ]


@officers(Perm.KEEP_REGISTER)
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """What waits for a decision on this actor's ground, the oldest first."""
    actor = actor_of(request)
    waiting = queries.open_corrections(actor)[: SHOWN * 5]
    rows = [
        {"row": one, "fields": "、".join(str(particulars.LABELS[name]) for name in one.wanted)}
        for one in waiting
        if queries.may_keep(actor, one.subject)
    ][:SHOWN]
    return render(request, "desk/register/corrections.html", {"rows": rows, "now": timezone.now()})


@officers(Perm.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def correction_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """What was asked beside what is held; whoever keeps the subject decides, others read.

    Raises:
        Missing: no such correction for this actor.
    """
    actor, now = actor_of(request), timezone.now()
    correction = correction_of(actor, pk)
    form = DecideForm(correction, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        try:
            take, reason = request.POST.getlist("take"), request.POST.get("reason", "")
            decide_correction(correction_id=pk, take=take, reason=reason, by=actor, now=now)
        except (Invalid, Conflict) as wrong:
            form.tell(wrong)
            status = wrong.status
        else:
            done(request, _("已处理，申请人在“我的企业”里看得到结果。"))
            return redirect("desk:subject", pk=correction.subject_id)
    subject = correction.subject
    rows = [
        {
            "label": particulars.LABELS[name],
            "was": said_value(name, correction.was.get(name), {}),
            "now": said_value(name, getattr(subject, name), {}),
            "wanted": said_value(name, value, {}),
            "taken": name in correction.taken,
        }
        for name, value in correction.wanted.items()
    ]
    open_ = correction.state == Correction.State.OPEN
    context = {
        "correction": correction,
        "subject": subject,
        "rows": rows,
        "form": form if open_ and queries.may_keep(actor, subject) else None,
        "state": Correction.State(correction.state).label,
        "open": open_,
        "unit": tree().label(correction.decided_unit),
        "now": now,
    }
    return render(request, "desk/register/correction.html", context, status=status)
