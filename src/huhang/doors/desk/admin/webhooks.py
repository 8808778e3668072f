"""Who is told what outside the house, for the administrator: receivers, their messages, what is parked, trying.

Whoever keeps the exchange running sees no cases: a message holds a number, a step and a state. Rows are read as the
system after the gate; lines in the journal name the officer. An officer agrees to, pauses and ends their own.
"""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor, Perm
from huhang.base.exchange import actions, providers, queries
from huhang.base.exchange.models import Subscription
from huhang.base.people.models import User
from huhang.base.replies.actions import Answer, once
from huhang.cases.registry import kinds
from huhang.doors.desk.case.told import Told
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Invalid, Missing
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json

SHOWN = 50
TONES = {"live": "ok", "waiting": "wait", "paused": "wait", "ended": "", "resting": "late"}


class WebhookForm(Told):
    """In whose name, where to, and which steps."""

    owner = forms.CharField(
        label=gettext_lazy("以谁的身份（警号）"),
        max_length=32,
        help_text=gettext_lazy("只推送这个人看得见的事项；本人确认后才开始"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label=gettext_lazy("用途"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    url = forms.CharField(
        label=gettext_lazy("接收地址"),
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url", "placeholder": "https://"}),
    )
    moves = forms.CharField(
        label=gettext_lazy("只要这些步骤"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("逗号分隔，如 open,answer,close；空着就是全部"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def state_of(row: Subscription, now: datetime) -> tuple[str, str]:
    """How a receiver is doing, as a word and its tone."""
    if row.ended_at:
        return _("已停用"), TONES["ended"]
    if not row.confirmed_at:
        return _("等本人确认"), TONES["waiting"]
    if row.paused_at:
        return (_("本人已离任，已停") if row.paused_why == "left" else _("已暂停")), TONES["paused"]
    if row.rests_until and row.rests_until > now:
        return _("连不上，稍后再试"), TONES["resting"]
    return _("正常"), TONES["live"]


def move_words(code: str) -> str:
    """A step by its code in words; kinds that call it differently stand side by side."""
    if code == "open":
        return _("登记")
    labels = [str(move.label) for kind in kinds().values() for move in kind.moves if move.name == code]
    return "、".join(dict.fromkeys(labels))


def event_words(code: str) -> str:
    """An event such as ``request.answer`` in words; nothing for one that no kind declares."""
    if code == "ping":
        return _("试一下")
    name, _dot, step = code.partition(".")
    kind = kinds().get(name)
    if kind is None:
        return ""
    label = _("登记") if step == "open" else next((str(one.label) for one in kind.moves if one.name == step), "")
    return f"{kind.label} · {label}" if label else ""


def steps() -> list[tuple[str, str]]:
    """Every step that can be asked for, with its code, for whoever fills in the form."""
    codes = dict.fromkeys(["open", *(move.name for kind in kinds().values() for move in kind.moves)])
    return sorted(((code, move_words(code)) for code in codes), key=lambda one: one[0] != "open")


def told_rows(rows: Any, now: datetime) -> list[dict[str, Any]]:
    """Receivers as a page lists them."""
    return [{"row": row, "state": state_of(row, now)} for row in rows]


def _moves(text: str) -> list[str]:
    wanted = [part for part in (one.strip() for one in text.replace("，", ",").split(",")) if part]
    known = {"open"} | {move.name for kind in kinds().values() for move in kind.moves}
    if strange := sorted(set(wanted) - known):
        raise Invalid("没有名为“%(name)s”的步骤。", field="moves", params={"name": strange[0][:32]})
    return wanted


def _subscribed(request: HttpRequest, key: str, actor: Actor, now: datetime) -> str:
    """The secret of a new receiver; nothing for a form sent a second time, because it is kept nowhere."""
    given = {name: request.POST.get(name, "") for name in ("owner", "name", "url", "moves")}
    made: list[str] = []

    def work() -> Answer:
        if "\0" in given["owner"]:
            raise Invalid("没有这个人员。", field="owner")
        with acting(SYSTEM):
            owner = User.objects.filter(username=given["owner"].strip(), is_active=True).values_list("pk", flat=True)
            found = owner.first()
        if found is None:
            raise Invalid("没有这个人员。", field="owner")
        moves = _moves(given["moves"])
        made.append(
            actions.subscribe(name=given["name"], url=given["url"], moves=moves, owner=found, by=actor, now=now)[1]
        )
        return Answer(201)

    once(key, who=f"desk.webhook:{actor.user}", content=canonical_json(given), now=now, work=work)
    return made[0] if made else ""


@officers(Perm.MANAGE_SYSTEM)
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HttpRequest) -> HttpResponseBase:
    """Every receiver and how it is doing; a POST takes one on, whose secret stands on that answer only."""
    actor, now = actor_of(request), timezone.now()
    form, status, secret, again = WebhookForm(request.POST if request.method == "POST" else None), 200, "", False
    key = str(uuid7())
    if request.method == "POST":
        sent = request.POST.get("idempotency_key", "")[:80] or key
        try:
            secret = _subscribed(request, sent, actor, now)
            form, status, again = WebhookForm(), 201 if secret else 200, not secret
        except Invalid as wrong:
            form.tell(wrong)
            status, key = wrong.status, sent if wrong.field in form.fields else key
    with acting(SYSTEM):
        rows = told_rows(queries.counted(queries.owned(SYSTEM))[:100], now)
    context = {"rows": rows, "form": form, "secret": secret, "again": again, "key": key, "now": now}
    context["steps"] = steps()
    context["sandbox"] = providers.is_sandbox()
    response = render(request, "desk/admin/webhooks.html", context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


def _said(error: str) -> str:
    """A failure in the reader's language, without the name of its class."""
    name, _colon, text = error.partition(": ")
    return gettext(text) if text else name


def _done(request: HttpRequest, pk: uuid.UUID, actor: Actor, now: datetime) -> str:
    act = request.POST.get("act", "")
    match act:
        case "ping":
            actions.ping(pk, by=actor, now=now)
            return _("已排队，几秒后刷新看结果。")
        case "again":
            try:
                delivery = uuid.UUID(request.POST.get("delivery", ""))
            except ValueError:
                raise Missing from None
            actions.again(pk, delivery, by=actor, now=now)
            return _("已重新排队，稍后刷新看结果。")
        case "pause":
            actions.pause(pk, by=actor, now=now)
            return _("已暂停，恢复后接着推送，不会丢。")
        case "resume":
            actions.resume(pk, by=actor, now=now)
            return _("已恢复。")
        case "end":
            actions.end(pk, by=actor, now=now)
            return _("已停用。")
    raise Invalid("没有这个操作。")


@officers(Perm.MANAGE_SYSTEM)
@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """One receiver with its last messages, those parked first; a POST tries, resends, pauses, resumes or ends it."""
    actor, now = actor_of(request), timezone.now()
    with acting(SYSTEM):
        found = queries.counted(queries.owned(SYSTEM)).filter(pk=pk).first()
        if found is None:
            raise Missing
        if request.method == "POST":
            done(request, _done(request, pk, actor, now))
            return redirect("desk:webhook", pk=pk)
        parked = list(queries.deliveries(found, "parked")[:SHOWN])
        rest = [row for row in queries.deliveries(found)[:SHOWN] if row.state != "parked"]
    told = [{"row": row, "said": _said(row.last_error), "words": event_words(row.type)} for row in (*parked, *rest)]
    moves = [(code, move_words(code)) for code in found.moves]
    context = {"row": found, "moves": moves, "state": state_of(found, now), "deliveries": told, "now": now}
    return render(request, "desk/admin/webhook.html", context)


@officers()
@require_POST
def webhook_mine(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """An officer agrees to a receiver in their name, or ends it."""
    actor, now = actor_of(request), timezone.now()
    if queries.one(pk, by=actor).owner_id != actor.user:
        raise Missing
    if request.POST.get("act") == "confirm":
        actions.confirm(pk, by=actor, now=now)
        done(request, _("已确认，从现在起开始推送。"))
    else:
        actions.end(pk, by=actor, now=now)
        done(request, _("已停用。"))
    return redirect("desk:tokens")
