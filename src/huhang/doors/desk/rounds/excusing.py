"""Several duties excused for one reason: ticked on the list, told once, each refusal beside its duty (B2)."""

import uuid
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huhang.base.access.rules import Actor, Perm
from huhang.doors.desk.rounds.duty import ExcuseForm
from huhang.doors.desk.rounds.words import shown
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Invalid, Missing
from huhang.register.rounds import actions, queries
from huhang.register.rounds.deriving import Duty
from huhang.register.rounds.rules import DUE, LATE


def key_of(duty: Duty) -> str:
    """A duty as a tick box sends it."""
    return f"{duty.rule}~{duty.of}~{duty.day.isoformat()}"


def may_tick(duty: Duty, actor: Actor) -> bool:
    """Whether a duty can be excused by this officer, as far as the list knows."""
    open_ = duty.state in (DUE, LATE) and duty.excuse_id is None
    return open_ and queries.may_excuse_some(actor) and queries.why_not_excuse(duty, actor) is None


@officers(Perm.PLAN_LIAISON)
@require_http_methods(["GET", "HEAD", "POST"])
def excuse_page(request: HttpRequest) -> HttpResponse:
    """The reason for the ticked duties; sending it excuses them, and says which stay as they were and why.

    Raises:
        Invalid: nothing ticked, too much, or not what our list sends.
    """
    actor, now = actor_of(request), timezone.now()
    data = request.POST if request.method == "POST" else request.GET
    keys = _ticked(data)
    if request.method != "POST":
        return _show(request, keys, ExcuseForm(auto_id="x-%s"), actor, now)
    try:
        told = actions.excuse_many(keys=keys, reason=data.get("reason", ""), by=actor, now=now)
    except Invalid as wrong:
        form = ExcuseForm(data, auto_id="x-%s")
        form.tell(wrong)
        return _show(request, keys, form, actor, now, status=wrong.status)
    if told.refused:
        refused = [
            {"name": name or key[0], "url": _url(key) if name else "", "why": say(why)}
            for key, name, why in told.refused
        ]
        context = {"made": len(told.made), "refused": refused, "back_url": _back(data)}
        return render(request, "desk/rounds/excused.html", context, status=200 if told.made else 409)
    done(request, _("已说明免办 %(n)d 项。") % {"n": len(told.made)})
    return redirect(_back(data))


def _url(key: actions.Key) -> str:
    return reverse("desk:round", kwargs={"rule": key[0], "of": key[1], "day": key[2].isoformat()})


def _back(data: QueryDict) -> str:
    """The list as it was, by its own filter; whatever else is sent stays a filter."""
    query = QueryDict(data.get("back", "")[:400]).urlencode()
    return f"{reverse('desk:rounds_list')}?{query}" if query else reverse("desk:rounds_list")


def _ticked(data: QueryDict) -> list[actions.Key]:
    keys = []
    for raw in data.getlist("duty"):
        try:
            rule, of, day = raw.split("~")
            keys.append((rule[:40], uuid.UUID(of), date.fromisoformat(day)))
        except ValueError:
            raise Invalid("勾选的内容不完整，请回到列表重新勾选。") from None
    if not keys:
        raise Invalid("请先勾选要免办的职责。")
    if len(keys) > actions.MOST_AT_ONCE:
        raise Invalid("一次最多免办 %(most)d 项，请分几次。", params={"most": actions.MOST_AT_ONCE})
    return keys


def _show(
    request: HttpRequest, keys: list[actions.Key], form: ExcuseForm, actor: Actor, now: datetime, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "rows": shown(_duties(keys, actor, now), actor, now),
        "keys": request.POST.getlist("duty") or request.GET.getlist("duty"),
        "back": (request.POST if request.method == "POST" else request.GET).get("back", "")[:400],
        "form": form,
        "back_url": _back(request.POST if request.method == "POST" else request.GET),
        "now": now,
    }
    return render(request, "desk/rounds/excuse.html", context, status=status)


def _duties(keys: list[actions.Key], actor: Actor, now: datetime) -> list[Duty]:
    found = []
    for rule, of, day in dict.fromkeys(keys):
        try:
            found.append(queries.duty_of(rule, of, day, actor, now))
        except Missing:
            continue  # told beside it when the rest is excused
    return found
