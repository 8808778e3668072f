"""Routing as it works: rules and how often the desk agrees, models, rules that failed, and the cases behind (C2)."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kinds.requests.routing import actions, queries
from huhang.kinds.requests.routing.models import What
from huhang.kinds.requests.routing.suggesting import rules_in_force

PERMS = (Perm.MANAGE_SYSTEM, Perm.SUPERVISE, Perm.DISPATCH)
"""Any of these opens the page; only the first changes anything."""
SHOWN = 100


@dataclass(frozen=True)
class Line:
    """A rule or model with its rate; ``url`` leads to the cases behind it, for those who may see cases."""

    by: str
    name: str
    what: str
    chosen: int
    agreed: int
    share: str
    url: str


@officers()
@require_http_methods(["GET", "HEAD", "POST"])
def routing(request: HttpRequest) -> HttpResponseBase:
    """The page; a POST settles a fault, promotes or takes back a model, or asks for training."""
    actor, now = actor_of(request), timezone.now()
    if not any(allows(actor, perm) for perm in PERMS):
        raise Denied
    wrong, status = "", 200
    if request.method == "POST":
        try:
            done(request, _do(request, actor, now))
            return redirect("desk:routing")
        except (Invalid, Conflict) as why:
            wrong, status = say(why), why.status
    manages = allows(actor, Perm.MANAGE_SYSTEM)
    with acting(SYSTEM if manages and Perm.SEE not in actor.perms else actor) as reader:
        rates = queries.rates(reader)
    rules = [_rule_line(rule, rates, actor) for rule in sorted(rules_in_force(), key=lambda r: (r.order, r.code))]
    context = {
        "faults": [(fault, say(queries.fault_says(fault))) for fault in queries.faults()],
        "rules": rules,
        "past": [_past_line(rate, actor) for key, rate in rates.items() if key[1] not in {line.by for line in rules}],
        "models": [(model, _model_line(model, rates, actor)) for model in queries.models()],
        "manages": manages,
        "wrong": wrong,
        "typed": request.POST.get("how", "") if wrong else "",
        "now": now,
    }
    return render(request, "desk/admin/routing.html", context, status=status)


def _do(request: HttpRequest, by: Actor, now: datetime) -> str:
    wanted = _DONE.get(request.POST.get("do", ""))
    if wanted is None:
        raise Missing
    return wanted(request, by, now)


def _settle(request: HttpRequest, by: Actor, now: datetime) -> str:
    actions.settle(fault_id=_key(request), how=request.POST.get("how", ""), by=by, now=now)
    return _("已记为处理完；规则再出错时会再次提醒。")


def _promote(request: HttpRequest, by: Actor, now: datetime) -> str:
    made = actions.promote(model_id=_key(request), by=by, now=now)
    return _("模型 %(tag)s 已启用。") % {"tag": made.tag}


def _go_back(request: HttpRequest, by: Actor, now: datetime) -> str:
    what = request.POST.get("what", "")
    if what not in What.values:
        raise Missing
    back = actions.go_back(what=What(what), by=by, now=now)
    return _("已退回模型 %(tag)s。") % {"tag": back.tag} if back else _("已停用模型，只由规则给出建议。")


def _train(request: HttpRequest, by: Actor, now: datetime) -> str:
    if actions.ask_for_training(by=by, now=now):
        return _("已排队，后台训练完会列在这里；登记和派单不受影响。")
    return _("已经在排队训练，请稍后刷新。")


_DONE: dict[str, Callable[[HttpRequest, Actor, datetime], str]] = {
    "settle": _settle,
    "promote": _promote,
    "go_back": _go_back,
    "train": _train,
}


def _key(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("id", ""))
    except ValueError:
        raise Missing from None


def _share(rate: queries.Rate | None) -> str:
    return f"{rate.share:.0%}" if rate is not None and rate.share is not None else "—"


def _url(what: str, by: str, actor: Actor) -> str:
    return (
        reverse("desk:routing_choices") + "?" + urlencode({"what": what, "by": by}) if allows(actor, Perm.SEE) else ""
    )


def _rule_line(rule: Any, rates: dict[tuple[str, str], queries.Rate], actor: Actor) -> Line:
    what = "category" if ("category", rule.tag) in rates or "category" in rule.then else "unit"
    rate = rates.get((what, rule.tag))
    name = queries.rule_name(rule.code, rule.version)
    return _line(rate, rule.tag, name, what, actor)


def _past_line(rate: queries.Rate, actor: Actor) -> Line:
    code, _at, version = rate.by.rpartition("@")
    name = queries.rule_name(code, int(version)) if code else rate.by
    return _line(rate, rate.by, name, rate.what, actor)


def _model_line(model: Any, rates: dict[tuple[str, str], queries.Rate], actor: Actor) -> Line:
    return _line(rates.get((model.what, model.tag)), model.tag, model.tag, model.what, actor)


def _line(rate: queries.Rate | None, by: str, name: str, what: str, actor: Actor) -> Line:
    chosen, agreed = (rate.chosen, rate.agreed) if rate else (0, 0)
    url = _url(what, by, actor) if chosen else ""
    return Line(by, name, str(What(what).label), chosen, agreed, _share(rate), url)


@officers()
@require_GET
def choices(request: HttpRequest) -> HttpResponseBase:
    """The cases behind one rate: what was proposed and what was chosen."""
    actor = actor_of(request)
    if not any(allows(actor, perm) for perm in PERMS):
        raise Denied
    what, by = request.GET.get("what", ""), request.GET.get("by", "")[:80]
    if what not in What.values or "\0" in by:
        raise Missing
    other = request.GET.get("other") == "1"
    rows = list(queries.choices_behind(actor, what, by, only_other=other)[: SHOWN + 1])
    told = [
        (row, queries.value_label(what, row.proposed), queries.value_label(what, row.chosen)) for row in rows[:SHOWN]
    ]
    context = {
        "rows": told,
        "more": len(rows) > SHOWN,
        "shown": SHOWN,
        "by": by,
        "what": What(what).label,
        "other": other,
        "now": timezone.now(),
    }
    return render(request, "desk/admin/routing_choices.html", context)
