"""Beginning a survey, ending it, and counting its opinions in the year's ranking (C6)."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from huhang.base.access.rules import Perm
from huhang.base.replies.actions import Answer, once
from huhang.doors.desk.case.told import Told
from huhang.doors.desk.register import asking
from huhang.doors.desk.surveys.pages import shown_page
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.kinds.requests.surveying import actions, catalogue, queries
from huhang.kinds.requests.surveying.models import Round
from huhang.register.announcements.queries import audience

_WHEN, LASTS = "%Y-%m-%dT%H:%M", timedelta(days=14)


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_WHEN)


class RoundForm(Told):
    """Which questionnaire, whom to ask, from when until when."""

    title = forms.CharField(label=gettext_lazy("名称"), max_length=80, help_text=gettext_lazy("答卷的人看得见"))
    questionnaire = forms.ChoiceField(label=gettext_lazy("问卷"), widget=forms.RadioSelect)
    audience = forms.ChoiceField(label=gettext_lazy("问谁"), widget=forms.RadioSelect, choices=Round.Audience.choices)
    starts_at = forms.CharField(label=gettext_lazy("起"), widget=_moment())
    ends_at = forms.CharField(label=gettext_lazy("止"), widget=_moment())

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        choices = [
            (code, f"{catalogue.say(body)}：{catalogue.say(body, 'purpose')}") for code, body in catalogue.newest()
        ]
        self.fields["questionnaire"].choices = choices  # type: ignore[attr-defined]


def _when(text: str, field: str) -> datetime:
    try:
        naive = datetime.strptime(text.strip()[:16], _WHEN)  # noqa: DTZ007  told in Shanghai
    except ValueError:
        raise Invalid("请填写日期和时间，例如 2026-11-20T09:00。", field=field) from None
    return timezone.make_aware(naive)


@officers(Perm.NOTIFY)
@require_http_methods(["GET", "HEAD", "POST"])
def new_page(request: HttpRequest) -> HttpResponse:
    """A new survey; who is invited is what is filtered in the address, as in the register.

    Raises:
        Invalid: a filter that cannot be used.
    """
    actor, now = actor_of(request), timezone.now()
    shown, local = asking.read(request.GET.dict(), now), timezone.localtime(now)
    initial = {"starts_at": f"{local:{_WHEN}}", "ends_at": f"{local + LASTS:{_WHEN}}"}
    form, status = RoundForm(initial=initial, auto_id="s-%s"), 200
    if request.method == "POST":
        form = RoundForm(request.POST, auto_id="s-%s")
        try:
            return _begun(request, shown)
        except (Invalid, Denied, Conflict) as wrong:
            form.tell(wrong)
            status = wrong.status
    here = reverse("desk:survey_new")
    context = {
        "form": form,
        "count": audience(actor, shown.wanted).order_by().count(),
        "words": asking.words(shown, actor),
        "filters": asking.bar(shown, actor, here),
        "here": shown.link(here),
        "key": request.POST.get("idempotency_key") or str(uuid7()),
    }
    return render(request, "desk/surveys/new.html", context, status=status)


def _begun(request: HttpRequest, shown: asking.Shown) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    said = {name: request.POST.get(name, "") for name in ("title", "questionnaire", "audience", "starts_at", "ends_at")}
    times = {name: _when(said[name], name) for name in ("starts_at", "ends_at")}

    def work() -> Answer:
        made = actions.begin(
            title=said["title"],
            questionnaire=said["questionnaire"],
            audience=said["audience"],
            starts_at=times["starts_at"],
            ends_at=times["ends_at"],
            wanted=shown.wanted,
            narrowed_by="" if said["audience"] == Round.Audience.OPEN else asking.words(shown, actor),
            by=actor,
            now=now,
        )
        return Answer(303, location=reverse("desk:survey", args=[made.pk]))

    key = request.POST.get("idempotency_key", "")[:80] or str(uuid7())
    content = canonical_json({"survey": "begin", "asked": shown.query, **said})
    return redirect(once(key, who=str(actor.id), content=content, now=now, work=work).location)


@officers(Perm.NOTIFY)
@require_POST
def close_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ends it now."""
    actor = actor_of(request)
    row = queries.round_of(actor, pk)
    try:
        actions.close(round_id=pk, by=actor, now=timezone.now())
    except Conflict as refusal:
        return shown_page(request, row, refusal)
    done(request, _("调查已结束。"))
    return redirect("desk:survey", pk=pk)


@officers(Perm.NOTIFY)
@require_POST
def remind_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Reminds once those who have not answered; the links stand in their messages and nowhere else."""
    actor = actor_of(request)
    row = queries.round_of(actor, pk)
    try:
        count = actions.remind(round_id=pk, by=actor, now=timezone.now())
    except (Conflict, Missing) as refusal:
        return shown_page(request, row, refusal)
    done(request, _("提醒 %(n)d 家，在工作时间发出；当月通知已满的不发。") % {"n": count})
    return redirect("desk:survey", pk=pk)


@officers(Perm.SUPERVISE)
@require_POST
def count_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Counts its opinions in the ranking of a year."""
    actor = actor_of(request)
    row = queries.round_of(actor, pk)
    told = request.POST.get("year", "")
    year = int(told) if told.isascii() and told.isdigit() and len(told) == 4 else 0
    try:
        made = actions.count_in(round_id=pk, year=year, by=actor, now=timezone.now())
    except (Invalid, Conflict) as refusal:
        return shown_page(request, row, refusal)
    counts = {"n": made.opinions, "votes": made.votes, "categories": made.categories}
    done(request, _("已计入：%(categories)d 类，%(votes)d 票，%(n)d 条意见。") % counts)
    return redirect("desk:survey", pk=pk)
