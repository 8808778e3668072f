"""Officers: found, enrolled, appointed, relieved, leaving. Nobody does any of it for themselves."""

import secrets
import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from huhang.base.access.rules import ROLES, Perm
from huhang.base.people import actions
from huhang.base.people.models import Post, User
from huhang.base.people.queries import held
from huhang.base.replies.actions import Answer, once
from huhang.doors.desk.case.move_form import grouped_units
from huhang.doors.desk.case.told import Told
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Conflict, Invalid, Missing
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.kernel.worktime import Schedule
from huhang.register.units.queries import tree

PAGE = 50


class EnrolForm(Told):
    """A new officer."""

    username = forms.CharField(
        label=gettext_lazy("警号"), max_length=32, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    name = forms.CharField(
        label=gettext_lazy("姓名"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class AppointForm(Told):
    """A post from one day to another."""

    unit = forms.ChoiceField(label=gettext_lazy("单位"))
    role = forms.ChoiceField(label=gettext_lazy("角色"))
    starts_on = forms.CharField(label=gettext_lazy("到任日期"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_at = forms.CharField(
        label=gettext_lazy("离任日期"),
        required=False,
        help_text=gettext_lazy("借调等事先知道的才填；当天还在岗"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    first = forms.BooleanField(label=gettext_lazy("主岗"), required=False)

    def __init__(self, now: datetime, data: Any = None) -> None:
        super().__init__(data, auto_id="p-%s")
        roles = [(name, f"{role.label}：{role.about}") for name, role in ROLES.items()]
        self.fields["unit"].choices = [("", _("请选择")), *grouped_units(now)]  # type: ignore[attr-defined]
        self.fields["role"].choices = [("", _("请选择")), *roles]  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = timezone.localtime(now).date().isoformat()


def password() -> str:
    """Twelve characters of all four sorts, none that are read as another."""
    sorts = ("ABCDEFGHJKMNPQRSTWXYZ", "abcdefghjkmnpqrstwxyz", "23456789", "!#%+=?@")
    picked = [secrets.choice(sort) for sort in sorts]
    picked += [secrets.choice("".join(sorts)) for _n in range(12 - len(picked))]
    secrets.SystemRandom().shuffle(picked)
    return "".join(picked)


def _with_roles(rows: QuerySet[User], now: datetime) -> QuerySet[User]:
    posts = (
        Post.objects.filter(held(now), user=OuterRef("pk"))
        .order_by("-first", "starts_at", "id")
        .values(row=JSONObject(role="role", unit="unit_id"))
    )
    return rows.annotate(now_posts=ArraySubquery(posts))


def _say_posts(user: User) -> str:
    known = tree()
    return _("；").join(
        f"{known.label(uuid.UUID(p['unit']))} {ROLES[p['role']].label}"
        for p in user.now_posts  # type: ignore[attr-defined]
    )


@officers(Perm.MANAGE_PEOPLE)
@require_GET
def people(request: HttpRequest) -> HttpResponseBase:
    """Officers by police number; searched by the beginning of a name or number."""
    now = timezone.now()
    asked, left = request.GET.get("who", "").strip()[:64], request.GET.get("left") == "1"
    rows = User.objects.filter(left_at__isnull=not left).order_by("username")
    if asked:
        rows = rows.filter(Q(username__istartswith=asked) | Q(name__startswith=asked))
    if after := request.GET.get("after", "")[:32]:
        rows = rows.filter(username__gt=after)
    page = list(_with_roles(rows, now)[: PAGE + 1])
    shown = [{"user": u, "posts": _say_posts(u)} for u in page[:PAGE]]
    more = page[PAGE - 1].username if len(page) > PAGE else ""
    return render(
        request, "desk/admin/people.html", {"rows": shown, "asked": asked, "left": left, "more": more, "now": now}
    )


def _key(request: HttpRequest) -> str:
    return request.POST.get("idempotency_key", "")[:80] or str(uuid7())


@officers(Perm.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponseBase:
    """A new officer, with a first password that is shown once and changed at the first sign-in."""
    actor, now = actor_of(request), timezone.now()
    form = EnrolForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        secret, made = password(), []
        number, name = request.POST.get("username", ""), request.POST.get("name", "")

        def work() -> Answer:
            user = actions.enrol(username=number, name=name, password=secret, by=actor, now=now)
            made.append(user)
            return Answer(201, location=str(user.pk))

        try:
            content = canonical_json({"enrol": number, "name": name})
            answer = once(_key(request), who=str(actor.id), content=content, now=now, work=work)
        except Invalid as wrong:
            form.tell(wrong)
            status = wrong.status
        else:
            if made:
                return _first_password(request, made[0], secret)
            return redirect("desk:person", pk=answer.location)
    return render(request, "desk/admin/enrol.html", {"form": form, "key": str(uuid7())}, status=status)


def _first_password(request: HttpRequest, user: User, secret: str) -> HttpResponseBase:
    response = render(request, "desk/admin/password.html", {"user": user, "secret": secret}, status=201)
    response["Cache-Control"] = "no-store, private"
    return response


def _user(pk: uuid.UUID) -> User:
    user = User.objects.filter(pk=pk).first()
    if user is None:
        raise Missing
    return user


def _midnight(text: str, field: str, *, after: int = 0) -> datetime:
    """The beginning of a day in the zone of the house; ``after`` days later."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("请按 2026-11-21 这样填日期。", field=field) from None
    return Schedule().whole(day + timedelta(days=after))[0]


def _appoint(request: HttpRequest, user: User, now: datetime) -> None:
    said = request.POST
    try:
        unit = uuid.UUID(said.get("unit", ""))
    except ValueError:
        raise Invalid("请选择单位。", field="unit") from None
    starts = _midnight(said.get("starts_on", ""), "starts_on")
    today = starts <= now < starts + timedelta(days=1)
    actions.appoint(
        user_id=user.pk,
        unit_id=unit,
        role=said.get("role", ""),
        first=said.get("first") == "on",
        starts_at=now if today else starts,
        ends_at=_midnight(said["ends_at"], "ends_at", after=1) if said.get("ends_at", "").strip() else None,
        by=actor_of(request),
        now=now,
    )


@officers(Perm.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """One officer and their posts; a POST appoints."""
    user, now = _user(pk), timezone.now()
    form, status = AppointForm(now, request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        try:
            _appoint(request, user, now)
        except (Invalid, Conflict) as wrong:
            form.tell(wrong)
            status = wrong.status
        else:
            done(request, _("任岗已登记。"))
            return redirect("desk:person", pk=pk)
    posts = [
        {
            "post": post,
            "unit": tree().label(post.unit_id),
            "role": ROLES[post.role].label,
            "state": "past" if post.ends_at and post.ends_at <= now else "coming" if post.starts_at > now else "now",
        }
        for post in Post.objects.filter(user=user).order_by("-starts_at", "-id")
    ]
    own = actor_of(request).user == user.pk
    return render(
        request,
        "desk/admin/person.html",
        {"user": user, "posts": posts, "form": form, "own": own, "now": now},
        status=status,
    )


def _confirm(request: HttpRequest, user: User, title: str, text: str, label: str) -> HttpResponseBase:
    context = {
        "title": title,
        "text": text,
        "label": label,
        "danger": True,
        "hidden": [("confirmed", "yes")],
        "action_url": request.path,
        "cancel_url": reverse("desk:person", kwargs={"pk": user.pk}),
    }
    return render(request, "desk/admin/confirm.html", context)


@officers(Perm.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def relieve(request: HttpRequest, pk: uuid.UUID, post: uuid.UUID) -> HttpResponseBase:
    """Ends a post at once, after asking."""
    user = _user(pk)
    found = Post.objects.filter(pk=post, user=user).first()
    if found is None:
        raise Missing
    if request.method == "POST":
        actions.relieve(post_id=post, by=actor_of(request), now=timezone.now())
        done(request, _("免岗已生效。"))
        return redirect("desk:person", pk=pk)
    what = {"name": user.name, "unit": tree().label(found.unit_id), "role": ROLES[found.role].label}
    title = _("免去%(name)s的%(unit)s%(role)s？") % what
    return _confirm(request, user, title, _("立即生效：下一次打开页面就没有这个岗位的权限了。"), _("免岗"))


@officers(Perm.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """An officer leaves: everything of theirs ends at once, after asking."""
    user = _user(pk)
    if request.method == "POST":
        actions.leave(user_id=pk, by=actor_of(request), now=timezone.now())
        done(request, _("%(name)s的账号、岗位和令牌已全部停用。") % {"name": user.name})
        return redirect("desk:person", pk=pk)
    text = _("所有岗位立即免去，正在登录的会退出，接口令牌作废。以前办过的事仍记在本人名下。")
    return _confirm(request, user, _("%(name)s离任？") % {"name": user.name}, text, _("办理离任"))


@officers(Perm.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """A new first password, shown once; whoever was locked out can sign in again."""
    user = _user(pk)
    if request.method == "POST":
        secret = password()
        return _first_password(
            request, actions.set_password(user_id=pk, password=secret, by=actor_of(request), now=timezone.now()), secret
        )
    text = _("旧密码立即作废，登录锁定随之解除；新密码只显示一次。")
    return _confirm(request, user, _("给%(name)s重设密码？") % {"name": user.name}, text, _("重设密码"))
