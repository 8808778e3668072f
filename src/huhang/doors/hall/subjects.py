"""The enterprises a visitor speaks for: what the bureau holds of them, asking for a correction, and its outcome."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.doors.frame.gates import actor_of
from huhang.doors.frame.notices import done
from huhang.doors.frame.parts import Fact
from huhang.doors.hall.forms import blame
from huhang.doors.hall.showing import limited, show
from huhang.doors.hall.visitor import with_phone
from huhang.kernel.errors import Invalid, Missing, TooMany
from huhang.kinds.trainings import queries as trainings
from huhang.kinds.trainings.rules import CHECK
from huhang.register.subjects import catalogue, particulars, queries
from huhang.register.subjects.actions import ask_correction
from huhang.register.subjects.actions.correcting import CORRECTABLE
from huhang.register.subjects.models import Correction, Subject
from huhang.register.units.queries import tree

SHOWN = 20


class CorrectionForm(forms.Form):
    """The held values, to be written over where they are wrong."""

    note = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("例如：8 月已搬到新厂区；联系人换了，请来电核实"),
    )

    def __init__(self, subject: Subject, data: Any = None) -> None:
        held = {name: getattr(subject, name) for name in CORRECTABLE}
        super().__init__(data, initial=held, auto_id="e-%s")
        for name in CORRECTABLE:
            one = particulars.BY_NAME[name]
            self.fields[name] = forms.CharField(
                label=one.label, help_text=one.help, required=False, max_length=one.most
            )
            if name == "name":
                self.fields[name].widget.attrs["autocomplete"] = "organization"
        self.order_fields([*CORRECTABLE, "note"])


@with_phone
@require_http_methods(["GET", "HEAD"])
def subjects(request: HttpRequest) -> HttpResponse:
    """Whom this visitor speaks for; the only one is shown at once."""
    actor = actor_of(request)
    rows = queries.own_subjects(actor.person) if actor.person else []
    if len(rows) == 1:
        return redirect("hall:subject", pk=rows[0].pk)
    lines = [{"subject": one, "kind": Subject.Kind(one.kind).label, "unit": tree().label(one.unit_id)} for one in rows]
    return show(request, "subjects", {"rows": lines})


@with_phone
@require_http_methods(["GET", "HEAD", "POST"])
def subject(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What is held of one's own enterprise, the form for a correction, and earlier ones with their outcome.

    Raises:
        Missing: the visitor does not speak for it.
    """
    actor, now = actor_of(request), timezone.now()
    own = _own(actor, pk)
    form = CorrectionForm(own, request.POST if request.method == "POST" else None)
    status, refusal = 200, None
    if request.method == "POST":
        form.full_clean()
        form.errors.clear()
        values = {name: request.POST[name] for name in CORRECTABLE if name in request.POST}
        try:
            ask_correction(subject_id=pk, values=values, note=request.POST.get("note", ""), by=actor, now=now)
        except (Invalid, TooMany) as wrong:
            blame(form, wrong)
            status, refusal = wrong.status, wrong
        else:
            done(request, _("更正申请已提交。核实以后，结果在这一页看得到。"), keep=f"correct-{pk}")
            return redirect("hall:subject", pk=pk)
    context = {
        "subject": own,
        "facts": _facts(own),
        "contacts": [
            {"name": one.name_masked, "phone": one.phone_masked, "role": catalogue.role_label(one.role)}
            for one in queries.contacts_of(own)
        ],
        "form": form,
        "coming": _coming(own, now),
        "asked": [_asked(one) for one in Correction.objects.filter(subject=own).order_by("-at")[:SHOWN]],
        "now": now,
    }
    response = show(request, "subject", context, status=status)
    return limited(response, refusal) if refusal is not None else response


def _own(actor: Actor, pk: uuid.UUID) -> Subject:
    found = next((one for one in queries.own_subjects(actor.person) if one.pk == pk), None) if actor.person else None
    if found is None:
        raise Missing
    return found


def _coming(own: Subject, now: datetime) -> list[dict[str, Any]]:
    """Lectures and drills planned for one's own enterprise; a check is told to nobody beforehand (B5)."""
    with acting(SYSTEM):
        rows = [one for one in trainings.of_subjects([own.pk], since=now) if one.training.form != CHECK]
    return [
        {"title": one.title, "at": one.training.starts_at, "place": one.place, "unit": tree().label(one.unit_id)}
        for one in rows
    ]


def _facts(own: Subject) -> list[Fact]:
    rows = [(str(particulars.LABELS[name]), getattr(own, name)) for name in CORRECTABLE]
    shown = [Fact(label, f"{value:,}" if isinstance(value, int) else str(value or "")) for label, value in rows]
    return [
        *shown,
        Fact(_("分类"), "、".join(catalogue.class_labels(own.flags))),
        Fact(_("责任单位"), tree().label(own.unit_id)),
        Fact(_("状态"), str(Subject.State(own.state).label)),
    ]


def _asked(one: Correction) -> dict[str, Any]:
    wanted = [
        (str(particulars.LABELS[name]), "—" if value in (None, "") else str(value), name in one.taken)
        for name, value in one.wanted.items()
    ]
    state = Correction.State(one.state)
    tones = {state.OPEN: "wait", state.ACCEPTED: "ok", state.PART: "ok"}
    return {
        "row": one,
        "wanted": wanted,
        "state": state.label,
        "tone": tones.get(state, ""),
        "unit": tree().label(one.decided_unit),
    }
