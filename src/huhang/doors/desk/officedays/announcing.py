"""Announcing an office day: where, when, in which slots (B6)."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.access.rules import Actor, Perm
from huhang.base.replies.actions import Answer, once
from huhang.cases.actions import open_case
from huhang.doors.desk.case.told import Told
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Conflict, Invalid
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.kinds.officedays import catalogue
from huhang.register.subjects import queries as register
from huhang.register.subjects.models import Subject
from huhang.register.subjects.queries import Wanted

FOUND = 20
PLAIN = ("topic", "place", "body", "slot_minutes", "seats")


class DayForm(Told):
    """What is told of an office day."""

    day = forms.CharField(label=gettext_lazy("日期"), widget=forms.DateInput(attrs={"type": "date"}))
    starts_at = forms.CharField(label=gettext_lazy("开始"), widget=forms.TimeInput(attrs={"type": "time"}))
    ends_at = forms.CharField(label=gettext_lazy("结束"), widget=forms.TimeInput(attrs={"type": "time"}))
    slot_minutes = forms.CharField(
        label=gettext_lazy("每段几分钟"), max_length=4, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    seats = forms.CharField(
        label=gettext_lazy("每段接待几位"), max_length=4, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    place = forms.CharField(
        label=gettext_lazy("地点"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("公开显示；选了主体的，不填就是登记的地址"),
    )
    topic = forms.CharField(
        label=gettext_lazy("主题"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("公开显示；不填就叫“某处现场办公”"),
    )
    body = forms.CharField(
        label=gettext_lazy("能办什么、要带什么"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("公开显示"),
    )

    def __init__(self, data: Any = None) -> None:
        rule = catalogue.rule()
        initial = {"slot_minutes": rule.slot_minutes, "seats": rule.seats, "starts_at": "09:00", "ends_at": "11:30"}
        super().__init__(data, auto_id="d-%s", initial=initial)


@officers(Perm.VISIT)
@require_http_methods(["GET", "HEAD", "POST"])
def new_office_day(request: HttpRequest) -> HttpResponseBase:
    """Where first, in one's own hall or at a subject; then the form, and after it the day's page."""
    actor, now = actor_of(request), timezone.now()
    sent = request.POST if request.method == "POST" else request.GET
    hall, subject = sent.get("hall") == "1", _subject(actor, sent.get("subject", ""))
    if not hall and subject is None:
        return _pick(request, actor)
    if request.method != "POST":
        return _form(request, subject, DayForm())
    try:
        number = _announce(request, subject, actor, now)
    except (Invalid, Conflict) as wrong:
        form = DayForm(request.POST)
        form.tell(wrong)
        return _form(request, subject, form, status=wrong.status)
    done(request, _("已公布，大厅里现在就能预约。"), keep="office-day-new")
    return redirect("desk:case", number=number)


def _subject(actor: Actor, text: str) -> Subject | None:
    try:
        return register.visible(actor).filter(pk=uuid.UUID(text)).first() if text else None
    except ValueError:
        return None


def _announce(request: HttpRequest, subject: Subject | None, actor: Actor, now: datetime) -> str:
    sent = request.POST
    values: dict[str, Any] = {name: sent.get(name, "") for name in PLAIN}
    values |= {name: _instant(sent.get("day", ""), sent.get(name, "")) for name in ("starts_at", "ends_at")}
    values["subject"] = subject.pk if subject else ""

    def work() -> Answer:
        return Answer(303, location=open_case("officeday", by=actor, now=now, **values).number)

    key = sent.get("idempotency_key", "")[:80] or str(uuid7())
    content = canonical_json({name: str(value) for name, value in values.items()})
    return once(key, who=str(actor.id), content=content, now=now, work=work).location


def _instant(day: str, clock: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(f"{day.strip()}T{clock.strip()}")
    except ValueError:
        return None
    return make_aware(at) if is_naive(at) else at


def _pick(request: HttpRequest, actor: Actor) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:120].replace("\0", "")
    found: list[Subject] = []
    if len(asked) >= 2:
        rows = register.narrowed(register.visible(actor).filter(sensitive=False), Wanted(q=asked))
        found = list(rows.order_by("name", "id")[:FOUND])
    return render(request, "desk/officedays/pick.html", {"asked": asked, "found": found})


def _form(request: HttpRequest, subject: Subject | None, form: DayForm, *, status: int = 200) -> HttpResponse:
    key = request.POST.get("idempotency_key") or str(uuid7())
    return render(request, "desk/officedays/new.html", {"subject": subject, "form": form, "key": key}, status=status)
