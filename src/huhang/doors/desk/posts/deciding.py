"""Opening a post, from a proposal or by one's own judgement, and declining a proposal with a reason (B4)."""

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

from huhang.base.access.rules import Perm
from huhang.doors.desk.case.move_form import grouped_units
from huhang.doors.desk.case.told import Told
from huhang.doors.desk.posts.listing import proposed
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Conflict, Invalid, Refusal
from huhang.register.posts import actions, queries
from huhang.register.posts.models import Post
from huhang.register.subjects import queries as register
from huhang.register.subjects.models import Subject


class OpenForm(Told):
    """A post as it is opened."""

    host = forms.CharField(
        label=gettext_lazy("设在哪里"), max_length=120, help_text=gettext_lazy("填它的编号、信用代码或全称")
    )
    name = forms.CharField(label=gettext_lazy("警务站名称"), max_length=120)
    place = forms.CharField(label=gettext_lazy("具体位置"), max_length=200, required=False)
    unit = forms.ChoiceField(label=gettext_lazy("派出单位"))
    opened_on = forms.DateField(
        label=gettext_lazy("设立日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    why = forms.CharField(label=gettext_lazy("为什么设"), max_length=200)

    def __init__(self, now: datetime, data: Any = None, *, host: Subject | None = None) -> None:
        today = timezone.localtime(now).date()
        first: dict[str, Any] = {"opened_on": today}
        if host is not None:
            short = host.short_name or host.name.removesuffix("有限公司")
            tail = "警务室" if host.kind == Subject.Kind.SCENIC else "安企警务站"
            first |= {"host": host.number, "name": f"{short}{tail}", "unit": str(host.unit_id), "place": host.address}
        super().__init__(data, initial=first, auto_id="o-%s")
        self.fields["unit"].choices = [("", _("请选择")), *grouped_units(now)]  # type: ignore[attr-defined]


class DeclineForm(Told):
    """Why no post is opened."""

    reason = forms.CharField(label=gettext_lazy("为什么不设"), max_length=200)


def day_of(text: str, field: str) -> date | None:
    """A day as the form sends it; none when nothing was said.

    Raises:
        Invalid: no day.
    """
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("请按 2026-11-21 这样填日期。", field=field) from None


def id_of(text: str, field: str) -> uuid.UUID:
    """An id as a select sends it.

    Raises:
        Invalid: nothing chosen, or no id.
    """
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Invalid("请从列出的选项里选一项。", field=field) from None


def _open(request: HttpRequest, *, host: Subject | None, proposal: uuid.UUID | None, now: datetime) -> Post:
    said, actor = request.POST, actor_of(request)
    named = host or register.by_key(actor, said.get("host", "")[:120].replace("\0", ""))
    if named is None:
        raise Invalid("没有找到，请填它的编号、信用代码或全称。", field="host")
    return actions.open_post(
        host_id=named.pk,
        name=said.get("name", ""),
        place=said.get("place", ""),
        unit_id=id_of(said.get("unit", ""), "unit"),
        opened_on=day_of(said.get("opened_on", ""), "opened_on"),
        why=said.get("why", ""),
        proposal_id=proposal,
        by=actor,
        now=now,
    )


@officers(Perm.PLAN_LIAISON)
@require_http_methods(["GET", "HEAD", "POST"])
def new_post(request: HttpRequest) -> HttpResponse:
    """A post no rule proposed: in a scenic area, or where somebody sees the need."""
    now, wrong = timezone.now(), None
    host = register.by_key(actor_of(request), request.GET.get("host", "")[:120].replace("\0", ""))
    form = OpenForm(now, request.POST if request.method == "POST" else None, host=host)
    if request.method == "POST":
        try:
            made = _open(request, host=None, proposal=None, now=now)
        except (Invalid, Conflict) as refusal:
            wrong = refusal
            form.tell(refusal)
        else:
            done(request, _("警务站已设立，已登记到主体库。"), keep="post-new")
            return redirect("desk:post", made.pk)
    return render(request, "desk/posts/new.html", {"form": form, "now": now}, status=wrong.status if wrong else 200)


@officers(Perm.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One proposal: which rule and figures told, and the two ways to decide it.

    Raises:
        Missing: it does not wait, or is not this officer's to see.
        Denied: not this officer's to decide.
    """
    actor, now = actor_of(request), timezone.now()
    found = queries.proposal_of(actor, pk)
    declining = request.method == "POST" and "decline" in request.POST
    opening = OpenForm(now, request.POST if request.method == "POST" and not declining else None, host=found.host)
    del opening.fields["host"]
    against, wrong = DeclineForm(request.POST if declining else None, auto_id="d-%s"), None
    if request.method == "POST":
        try:
            if declining:
                actions.decline(proposal_id=pk, reason=request.POST.get("reason", ""), by=actor, now=now)
                done(request, _("已记下不设的理由；规则有新版本时才会再提。"), keep=f"proposal-{pk}")
                return redirect("desk:post_proposals")
            made = _open(request, host=found.host, proposal=pk, now=now)
            done(request, _("警务站已设立，已登记到主体库。"), keep=f"proposal-{pk}")
            return redirect("desk:post", made.pk)
        except (Invalid, Conflict) as refusal:
            wrong = _told(against if declining else opening, refusal)
    context = {
        **proposed(found),
        "may": queries.may_decide(actor, found.host.unit_id),
        "opening": opening,
        "against": against,
        "now": now,
    }
    return render(request, "desk/posts/proposal.html", context, status=wrong.status if wrong else 200)


def _told(form: Told, refusal: Refusal) -> Refusal:
    form.tell(refusal)
    return refusal
