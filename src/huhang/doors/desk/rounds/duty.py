"""One duty: where it stands and why, writing down that it was done, excusing it, taking either back (B2)."""

import uuid
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.access.rules import Actor, Perm
from huhang.doors.desk.case.told import Told
from huhang.doors.desk.rounds.words import shown
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.register.rounds import actions, catalogue, queries
from huhang.register.rounds.deriving import Duty
from huhang.register.rounds.rules import DONE, RECORD, Rule
from huhang.register.subjects.catalogue import role_label
from huhang.register.units.queries import tree

_WHEN = "%Y-%m-%dT%H:%M"


class ExcuseForm(Told):
    """Why a duty need not be done."""

    reason = forms.CharField(
        label=gettext_lazy("为什么免办"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("看得见这项职责的人都看得到"),
    )


class RecordForm(Told):
    """What was done, in roles and numbers, without names."""

    held_at = forms.CharField(label=gettext_lazy("时间"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    place = forms.CharField(label=gettext_lazy("地点"), max_length=120, required=False)
    people = forms.CharField(
        label=gettext_lazy("到了几人"), max_length=5, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    bodies = forms.CharField(
        label=gettext_lazy("来了几家"), max_length=5, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    roles = forms.MultipleChoiceField(label=gettext_lazy("见到了"), required=False, widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(
        label=gettext_lazy("谈了什么、做了什么"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("不写姓名、电话"),
    )

    def __init__(self, rule: Rule, now: datetime, data: Any = None) -> None:
        super().__init__(data, auto_id="r-%s", initial={"held_at": timezone.localtime(now).strftime(_WHEN)})
        roles = next((way.roles for way in rule.ways if way.sort == RECORD), ())
        if roles:
            self.fields["roles"].required = True
            self.fields["roles"].choices = [(role, role_label(role)) for role in roles]  # type: ignore[attr-defined]
        else:
            del self.fields["roles"]
        if not rule.of_units:
            del self.fields["bodies"]


@officers(Perm.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def duty_page(request: HttpRequest, rule: str, of: uuid.UUID, day: str) -> HttpResponse:
    """Where a duty stands; a POST says which of its forms was sent."""
    actor, now = actor_of(request), timezone.now()
    duty = queries.duty_of(rule, of, _day(day), actor, now)
    if request.method != "POST":
        return _show(request, duty, actor, now)
    act = request.POST.get("act", "")
    work = {"excuse": _excuse, "record": _record, "end": _end, "void": _void}.get(act)
    if work is None:
        raise Missing
    try:
        said = work(request, duty, actor, now)
    except (Invalid, Conflict, Denied) as wrong:
        return _show(request, duty, actor, now, act=act, wrong=wrong)
    done(request, said, keep=f"round-{duty.rule}-{duty.of}-{duty.day}")
    return redirect(request.path)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Missing from None


def _excuse(request: HttpRequest, duty: Duty, actor: Actor, now: datetime) -> str:
    reason = request.POST.get("reason", "")
    actions.excuse(rule=duty.rule, of=duty.of, day=duty.day, reason=reason, by=actor, now=now)
    return _("已说明免办。")


def _record(request: HttpRequest, duty: Duty, actor: Actor, now: datetime) -> str:
    said = request.POST
    try:
        held = datetime.fromisoformat(said.get("held_at", "")[:19])
    except ValueError:
        raise Invalid("请填时间。", field="held_at") from None
    if held.tzinfo is None:
        held = timezone.make_aware(held)
    actions.record(
        rule=duty.rule,
        of=duty.of,
        day=duty.day,
        held_at=held,
        place=said.get("place", ""),
        people=_number(said.get("people", "")),
        bodies=_number(said.get("bodies", "1") or "0"),
        roles=said.getlist("roles")[:20],
        note=said.get("note", ""),
        by=actor,
        now=now,
    )
    return _("已登记，这项职责已办。")


def _number(text: str) -> int:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 6 else 0


def _end(request: HttpRequest, duty: Duty, actor: Actor, now: datetime) -> str:
    actions.end_excuse(excuse_id=_id(request.POST.get("excuse", "")), by=actor, now=now)
    return _("已收回免办。")


def _void(request: HttpRequest, duty: Duty, actor: Actor, now: datetime) -> str:
    why = request.POST.get("why", "")
    actions.void_record(record_id=_id(request.POST.get("record", "")), why=why, by=actor, now=now)
    return _("这条记录已作废。")


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Missing from None


def _show(
    request: HttpRequest,
    duty: Duty,
    actor: Actor,
    now: datetime,
    *,
    act: str = "",
    wrong: Invalid | Conflict | Denied | None = None,
) -> HttpResponse:
    rule = catalogue.rule(duty.rule, duty.version)
    why_not = queries.why_not_excuse(duty, actor)
    forms_: dict[str, Told | None] = {"excuse": None, "record": None}
    if duty.state != DONE and duty.excuse_id is None and why_not is None:
        forms_["excuse"] = ExcuseForm(request.POST if act == "excuse" else None, auto_id="x-%s")
    if duty.state != DONE and rule is not None and rule.by_hand and queries.may_record(duty, actor):
        forms_["record"] = RecordForm(rule, now, request.POST if act == "record" else None)
    told = forms_.get(act)
    if told is not None and wrong is not None:
        told.tell(wrong)
    elif wrong is not None:
        raise wrong
    (row,) = shown([duty], actor, now)
    context = {
        "row": row,
        "duty": duty,
        "about": catalogue.about(rule) if rule else "",
        "branch": tree().label(duty.branch_id) if duty.branch_id != duty.unit_id else "",
        "excuse_form": forms_["excuse"],
        "record_form": forms_["record"],
        "excuses": queries.excuses(duty.rule, duty.of, duty.day),
        "may_end": why_not is None,
        "records": [{"record": one, "may_void": _may_void(one, actor)} for one in queries.records(duty)],
        "roles": {code: role_label(code) for way in (rule.ways if rule else ()) for code in way.roles},
        "keep": f"round-{duty.rule}-{duty.of}-{duty.day}",
        "now": now,
    }
    return render(request, "desk/rounds/duty.html", context, status=wrong.status if wrong else 200)


def _may_void(record: Any, actor: Actor) -> bool:
    return record.voided_at is None and record.by != actor.user and queries.may_void(record, actor)
