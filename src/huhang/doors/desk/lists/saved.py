"""Keeping a list under a name, for oneself or for one's unit, and forgetting it again."""

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huhang.base.access.rules import Actor
from huhang.cases.actions import forget_view, keep_view
from huhang.doors.desk.case.told import Told
from huhang.doors.desk.lists.bar import Shown
from huhang.doors.desk.lists.listing import base_of
from huhang.doors.desk.lists.look import Look
from huhang.doors.frame.context import keep_tallies, menu_asked
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Invalid
from huhang.reading import search
from huhang.reading.rules import Filter
from huhang.reading.tallies import Asked, View, take

PAGES = ("inbox", "ledger")


class ViewForm(Told):
    """The name of a view, and who has it."""

    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=40, help_text=gettext_lazy("同名的视图会被这一次的筛选替换")
    )
    shared = forms.BooleanField(label=gettext_lazy("本单位的人都看得到"), required=False)


def page_in(data: Any) -> str:
    """Which list is meant.

    Raises:
        Invalid: neither of them.
    """
    page = str(data.get("page") or "ledger")
    if page not in PAGES:
        raise Invalid("没有这个列表，请从待办或台账进入。", field="page")
    return page


def shown_in(data: Any, actor: Actor) -> Shown:
    """The list that an address tells, filter and page.

    Raises:
        Invalid: a filter that cannot be used.
    """
    page = page_in(data)
    base = base_of(page, actor)
    return Shown(page, actor, Filter.parse(data, base), base, Look.parse(page, data))


@officers()
@require_http_methods(["GET", "HEAD", "POST"])
def view_new(request: HttpRequest) -> HttpResponseBase:
    """Asks for a name and keeps the filters of a list; below it the views kept so far, to be forgotten."""
    actor = actor_of(request)
    shown = shown_in(request.GET.dict(), actor)
    if request.method != "POST":
        return _show(request, shown, ViewForm(auto_id="v-%s"))
    name, shared = request.POST.get("name", ""), request.POST.get("shared") == "on"
    try:
        keep_view(page=shown.page, name=name, query=shown.query, shared=shared, by=actor, now=timezone.now())
    except Invalid as wrong:
        form = ViewForm(request.POST, auto_id="v-%s")
        form.tell(wrong)
        return _show(request, shown, form, status=wrong.status)
    done(request, _("视图已保存。"))
    return redirect(shown.link())


def _show(request: HttpRequest, shown: Shown, form: ViewForm, status: int = 200) -> HttpResponse:
    tallies = take(shown.actor, menu_asked(shown.actor), page=shown.page)
    keep_tallies(request, tallies)
    context = {"form": form, "shown": shown, "views": [v for v in tallies.views if v.own], "back_url": shown.link()}
    return render(request, "desk/lists/view.html", context, status=status)


@officers()
@require_safe
def views_page(request: HttpRequest) -> HttpResponse:
    """Every view one has, one's own and the unit's, each with how many are in it now: one statement for all."""
    actor, now = actor_of(request), timezone.now()
    views = [(name, view) for name in PAGES for view in take(actor, {}, page=name).views]
    asked = {str(view.id): _asked(name, view, actor, now) for name, view in views}
    tallies = take(actor, {key: one for key, one in asked.items() if one is not None} | menu_asked(actor))
    keep_tallies(request, tallies)
    rows = [
        {
            "view": view,
            "page": name,
            "page_label": _("待办") if name == "inbox" else _("诉求台账"),
            "url": f"{reverse(f'desk:{name}')}?{view.query}",
            "tally": tallies.of(str(view.id)) if asked[str(view.id)] is not None else None,
        }
        for name, view in views
    ]
    return render(request, "desk/lists/views.html", {"rows": rows})


def _asked(name: str, view: View, actor: Actor, now: datetime) -> Asked | None:
    """What a view counts; none when it can no longer be used, such as after a unit was dissolved."""
    try:
        shown = shown_in({**dict(parse_qsl(view.query)), "page": name}, actor)
        if shown.filter.q:
            search.words(shown.filter.q)
    except Invalid:
        return None
    return Asked(shown.filter, now)


@officers()
@require_POST
def view_forget(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Forgets one of one's own views.

    Raises:
        Missing: no such view of this officer.
    """
    forget_view(view_id=pk, by=actor_of(request), now=timezone.now())
    done(request, _("视图已删除。"))
    page = page_in(request.POST)
    return redirect("desk:views" if request.POST.get("back") == "views" else f"desk:{page}")
