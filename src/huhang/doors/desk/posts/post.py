"""One post: where it stands and since when, who is posted there, and changing both (B4)."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor, Perm
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.desk.case.told import Told
from huhang.doors.desk.posts.deciding import day_of, id_of
from huhang.doors.desk.posts.lists import address
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.parts import Fact
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Conflict, Invalid, Refusal
from huhang.register.posts import actions, catalogue, queries
from huhang.register.posts.models import Post, Round
from huhang.register.units.queries import tree

NEWEST = 8
WHEN = "%Y-%m-%dT%H:%M"
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ManForm(Told):
    """Somebody is posted."""

    officer = forms.ChoiceField(label=gettext_lazy("派谁驻站"), help_text=gettext_lazy("本单位和同一分局的民警"))
    starts_on = forms.DateField(label=gettext_lazy("从哪天起"), widget=DAY)
    ends_on = forms.DateField(
        label=gettext_lazy("到哪天止"), widget=DAY, required=False, help_text=gettext_lazy("不填就是长期")
    )
    why = forms.CharField(label=gettext_lazy("为什么派驻"), max_length=200)

    def __init__(self, post: Post, now: datetime, data: Any = None) -> None:
        today = timezone.localtime(now).date()
        super().__init__(data, initial={"starts_on": today}, auto_id="m-%s")
        people = [(str(one.pk), f"{one.name} {one.username}") for one in queries.able(post, today)]
        self.fields["officer"].choices = [("", _("请选择")), *people]  # type: ignore[attr-defined]


class LeaveForm(Told):
    """Somebody leaves the post, or the post is closed."""

    ends_on = forms.DateField(label=gettext_lazy("最后一天"), widget=DAY)
    why = forms.CharField(label=gettext_lazy("为什么"), max_length=200)

    def __init__(self, now: datetime, data: Any = None, *, auto_id: str) -> None:
        super().__init__(data, initial={"ends_on": timezone.localtime(now).date()}, auto_id=auto_id)


class RoundForm(Told):
    """A round that was gone."""

    at = forms.DateTimeField(
        label=gettext_lazy("什么时候"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=WHEN)
    )
    seen = forms.CharField(
        label=gettext_lazy("看到什么"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("没有什么也写一句；看到隐患另外记"),
    )

    def __init__(self, now: datetime, data: Any = None) -> None:
        super().__init__(data, initial={"at": timezone.localtime(now)}, auto_id="r-%s")


@officers(Perm.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def post_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The post; ``do`` says which of its three changes is sent.

    Raises:
        Missing: no such post for this officer.
        Denied: not this officer's to change.
    """
    actor, now = actor_of(request), timezone.now()
    post = queries.post_of(actor, pk)
    if request.method != "POST":
        return _show(request, post, actor, now, do=request.GET.get("do", ""))
    do = request.POST.get("do", "")
    try:
        words = _change(request, post, actor, now, do)
    except (Invalid, Conflict) as refusal:
        return _show(request, post, actor, now, do=do, wrong=refusal)
    done(request, words, keep=f"post-{pk}")
    return redirect("desk:post", pk)


def moment_of(text: str) -> datetime | None:
    """A moment as the form sends it, in Shanghai; none when nothing was said.

    Raises:
        Invalid: no moment.
    """
    if not text.strip():
        return None
    try:
        return timezone.make_aware(datetime.fromisoformat(text.strip()).replace(tzinfo=None))
    except (ValueError, OverflowError):
        raise Invalid("请按 2026-11-21 14:20 这样填时间。", field="at") from None


def _change(request: HttpRequest, post: Post, actor: Actor, now: datetime, do: str) -> str:
    said, why = request.POST, request.POST.get("why", "")
    if do == "round":
        at = moment_of(said.get("at", ""))
        actions.note_round(post_id=post.pk, at=at, seen=said.get("seen", ""), by=actor, now=now)
        return _("巡查已记下。")
    until = day_of(said.get("ends_on", ""), "ends_on")
    if do == "man":
        actions.post_officer(
            post_id=post.pk,
            officer_id=id_of(said.get("officer", ""), "officer"),
            starts_on=day_of(said.get("starts_on", ""), "starts_on"),
            ends_on=until,
            why=why,
            by=actor,
            now=now,
        )
        return _("已派驻，从哪天到哪天、为什么都记下了。")
    if do == "close":
        actions.close_post(post_id=post.pk, why=why, closed_on=until, by=actor, now=now)
        return _("警务站已撤销，驻站民警同时离站，记录都在。")
    actions.end_stay(stay_id=id_of(said.get("stay", ""), "stay"), why=why, ends_on=until, by=actor, now=now)
    return _("已记下离站。")


def _show(
    request: HttpRequest, post: Post, actor: Actor, now: datetime, *, do: str, wrong: Refusal | None = None
) -> HttpResponse:
    may = queries.may_decide(actor, post.station.unit_id) and post.closed_on is None
    takes = Perm.VISIT in actor.perms and post.closed_on is None
    data = request.POST if wrong else None
    forms_: dict[str, Told] = {}
    if may and do == "man":
        forms_["man"] = ManForm(post, now, data)
    elif takes and do == "round":
        forms_["round"] = RoundForm(now, data)
    elif may and do in ("close", "leave"):
        forms_[do] = LeaveForm(now, data, auto_id=f"{do}-%s")
    if wrong is not None and do in forms_:
        forms_[do].tell(wrong)
    mine = {kind: _newest(actor, post, kind) for kind in ("hazard", "dispute")}
    stays, today = queries.stays_of(post), timezone.localtime(now).date()
    asked = (request.POST if wrong else request.GET).get("stay", "")
    context = {
        "post": post,
        "facts": _facts(post),
        "unfit": queries.visible(actor).filter(queries.unfit(), pk=post.pk).exists() and post.closed_on is None,
        "here": [one for one in stays if one.ends_on is None or one.ends_on >= today],
        "left": [one for one in stays if one.ends_on is not None and one.ends_on < today],
        "leaving": next((one for one in stays if str(one.pk) == asked), None),
        "may": may,
        "may_take": takes,
        "rounds": Round.objects.filter(post=post).select_related("officer").order_by("-at", "-id")[:NEWEST],
        "boxes": [
            (_("隐患"), mine["hazard"], address("hazard", post=post.pk)),
            (_("纠纷"), mine["dispute"], address("dispute", post=post.pk)),
        ],
        "form": next(iter(forms_.values()), None),
        "do": next(iter(forms_), ""),
        "now": now,
        "today": today,
        "wrong": say(wrong) if wrong else "",
    }
    return render(request, "desk/posts/post.html", context, status=wrong.status if wrong else 200)


def _newest(actor: Actor, post: Post, kind: str) -> list[dict[str, Any]]:
    """The newest of a kind at this post, those open first."""
    rows = visible_to(actor, Case.objects.filter(kind=kind, **{f"{kind}__post": post}))
    found = rows.defer("search", "folded", "body").order_by("-is_open", "-received_at", "-id")[:NEWEST]
    return [{"case": one, "state": kind_of(kind).state(one.state)} for one in found]


def _facts(post: Post) -> list[Fact]:
    rows = [
        Fact(_("设在哪里"), post.host.name, url=reverse("desk:subject", args=[post.host_id])),
        Fact(_("派出单位"), tree().label(post.station.unit_id)),
        Fact(_("位置"), post.station.address),
        Fact(_("设立日期"), post.opened_on.isoformat()),
        Fact(_("为什么设"), post.why),
        Fact(_("依据"), catalogue.label(post.rule) if post.rule else _("由人决定，不是按规则提出的")),
    ]
    if post.closed_on is not None:
        rows += [Fact(_("撤销日期"), post.closed_on.isoformat()), Fact(_("为什么撤"), post.closed_why)]
    return rows
