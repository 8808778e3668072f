"""What a post takes down on the phone: a hazard it noticed, a dispute that was brought to it (B4)."""

import uuid
from collections.abc import Callable
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

from huhang.base.access.rules import Actor, Perm
from huhang.base.replies.actions import Answer, once
from huhang.cases.actions import attach, open_case
from huhang.cases.models import Case
from huhang.doors.desk.case.told import Told
from huhang.doors.frame.fields import ManyFiles
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Conflict, Invalid, Refusal
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.kinds.disputes import catalogue as disputes
from huhang.kinds.disputes.rules import SIDES
from huhang.kinds.hazards import catalogue as hazards
from huhang.register.posts import queries as posts
from huhang.register.subjects import queries as register

ROWS, MOST_PHOTOS = 4, 9


def _choose(rows: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return rows if len(rows) == 1 else [("", _("请选择")), *rows]


class HazardForm(Told):
    """A hazard as it is noticed."""

    post = forms.ChoiceField(label=gettext_lazy("警务站"))
    category = forms.ChoiceField(label=gettext_lazy("隐患种类"))
    body = forms.CharField(label=gettext_lazy("看到了什么"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
    place = forms.CharField(label=gettext_lazy("在哪里"), max_length=200, required=False)
    photos = forms.FileField(
        label=gettext_lazy("照片"), required=False, widget=ManyFiles, help_text=gettext_lazy("企业凭编号也能看到")
    )

    def __init__(self, actor: Actor, data: Any = None, *, post: str = "") -> None:
        super().__init__(data, initial={"post": post}, auto_id="h-%s")
        self.fields["post"].choices = _choose(posts.posts_for(actor))  # type: ignore[attr-defined]
        self.fields["category"].choices = _choose(hazards.choices())  # type: ignore[attr-defined]
        self.fields["photos"].widget.attrs["accept"] = "image/*"


class DisputeForm(Told):
    """A dispute as it is brought."""

    post = forms.ChoiceField(
        label=gettext_lazy("哪个警务站受理"), required=False, help_text=gettext_lazy("不在警务站受理的不选")
    )
    topic = forms.ChoiceField(label=gettext_lazy("什么事"))
    title = forms.CharField(
        label=gettext_lazy("一句话"), max_length=100, help_text=gettext_lazy("不写姓名，如：项目涵洞堵了村里排水")
    )
    body = forms.CharField(label=gettext_lazy("经过"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6}))
    place = forms.CharField(label=gettext_lazy("地点"), max_length=200, required=False)

    def __init__(self, actor: Actor, data: Any = None, *, post: str = "") -> None:
        super().__init__(data, initial={"post": post}, auto_id="j-%s")
        self.fields["post"].choices = [("", "—"), *posts.posts_for(actor)]  # type: ignore[attr-defined]
        self.fields["topic"].choices = _choose(disputes.choices())  # type: ignore[attr-defined]
        for n in range(ROWS):
            first = ("a", "b", "other", "other")[n]
            self.fields[f"side_{n}"] = forms.ChoiceField(label=_("哪一方"), choices=SIDES, initial=first)
            self.fields[f"subject_{n}"] = forms.CharField(
                label=_("单位（主体库里的编号、信用代码或全称）"), max_length=120, required=False
            )
            name = forms.CharField(label=_("或者个人姓名"), max_length=40, required=False)
            phone = forms.CharField(label=_("电话"), max_length=30, required=False)
            for field in (name, phone):
                field.widget.attrs |= {"data-nokeep": True, "autocomplete": "off"}
            self.fields[f"name_{n}"], self.fields[f"phone_{n}"] = name, phone

    def plain(self) -> list[Any]:
        """The fields about the matter."""
        return [self[name] for name in ("post", "topic", "title", "body", "place")]

    def people(self) -> list[list[Any]]:
        """The rows of parties."""
        return [[self[f"{name}_{n}"] for name in ("side", "subject", "name", "phone")] for n in range(ROWS)]

    def tell(self, refusal: Refusal) -> None:
        """``parties.1.phone`` of the action is ``phone_1`` of the form."""
        for old in [*refusal.problems] if isinstance(refusal, Invalid) else []:
            refusal.problems[_field(old)] = refusal.problems.pop(old)  # type: ignore[attr-defined]
        refusal.field = _field(refusal.field)
        super().tell(refusal)


def _field(name: str) -> str:
    parts = name.split(".")
    if parts[0] != "parties":
        return name
    return f"{parts[2]}_{parts[1]}" if len(parts) == 3 and int(parts[1]) < ROWS else "name_0"


def _parties(said: Any, actor: Actor) -> list[dict[str, Any]]:
    rows = []
    for n in range(ROWS):
        key, name = said.get(f"subject_{n}", "").strip()[:120].replace("\0", ""), said.get(f"name_{n}", "").strip()
        if not key and not name:
            continue
        row: dict[str, Any] = {"side": said.get(f"side_{n}", ""), "name": name, "phone": said.get(f"phone_{n}", "")}
        if key:
            found = register.by_key(actor, key)
            if found is None:
                raise Invalid("没有找到，请填它的编号、信用代码或全称。", field=f"parties.{n}.subject")
            row["subject"] = str(found.pk)
        rows.append(row)
    return rows


def _once(request: HttpRequest, actor: Actor, now: datetime, make: Callable[[], Case]) -> str:
    """One opening a press of the button, however often it was pressed. Returns the number."""
    key = request.POST.get("idempotency_key", "")[:80] or str(uuid7())
    told = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
    told["photos"] = [f"{one.name} {one.size}" for one in request.FILES.getlist("photos")]

    def work() -> Answer:
        return Answer(303, location=make().number)

    return once(key, who=str(actor.id), content=canonical_json(told), now=now, work=work).location


def _post_of(request: HttpRequest) -> str:
    try:
        return str(uuid.UUID(request.GET.get("post", "")))
    except ValueError:
        return ""


@officers(Perm.VISIT)
@require_http_methods(["GET", "HEAD", "POST"])
def new_hazard(request: HttpRequest) -> HttpResponse:
    """The form of a hazard; afterwards its page, where the enterprise is told."""
    actor, now, status = actor_of(request), timezone.now(), 200
    form = HazardForm(actor, request.POST if request.method == "POST" else None, post=_post_of(request))

    def make() -> Case:
        said, photos = request.POST, request.FILES.getlist("photos")
        if len(photos) > MOST_PHOTOS:
            raise Invalid("最多 %(n)d 张照片。", field="photos", params={"n": MOST_PHOTOS})
        values = {name: said.get(name, "") for name in ("post", "category", "body", "place")}
        made = open_case("hazard", by=actor, now=now, **values)
        for one in photos:
            kept = attach(
                case_id=made.pk, name=one.name or "", content=one, public=True, label="隐患照片", by=actor, now=now
            )
            if not kept.file.media_type.startswith("image/"):
                raise Invalid("%(name)s 不是照片。", field="photos", params={"name": one.name or ""})
        return made

    if request.method == "POST":
        try:
            number = _once(request, actor, now, make)
        except (Invalid, Conflict) as wrong:
            form.tell(wrong)
            status = wrong.status
        else:
            done(request, _("隐患已记下，接着告知企业。"), keep="hazard-new")
            return redirect("desk:case", number=number)
    context = {"form": form, "key": str(uuid7()), "posts_url": reverse("desk:posts")}
    return render(request, "desk/posts/hazard.html", context, status=status)


@officers(Perm.VISIT)
@require_http_methods(["GET", "HEAD", "POST"])
def new_dispute(request: HttpRequest) -> HttpResponse:
    """The form of a dispute; afterwards its page, where it is mediated."""
    actor, now, status = actor_of(request), timezone.now(), 200
    form = DisputeForm(actor, request.POST if request.method == "POST" else None, post=_post_of(request))

    def make() -> Case:
        said = request.POST
        values = {name: said.get(name, "") for name in ("post", "topic", "title", "body", "place")}
        return open_case("dispute", by=actor, now=now, parties=_parties(said, actor), **values)

    if request.method == "POST":
        try:
            number = _once(request, actor, now, make)
        except (Invalid, Conflict) as wrong:
            form.tell(wrong)
            status = wrong.status
        else:
            done(request, _("纠纷已受理。"), keep="dispute-new")
            return redirect("desk:case", number=number)
    return render(request, "desk/posts/dispute.html", {"form": form, "key": str(uuid7())}, status=status)
