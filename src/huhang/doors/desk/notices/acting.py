"""What is done to a notice: sent, released or not, reminded of, withdrawn (A3)."""

import uuid
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huhang.base.access.rules import Perm
from huhang.doors.desk.notices.pages import shown_page
from huhang.doors.desk.register import asking
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Conflict, Invalid, Missing
from huhang.register.announcements import actions, queries
from huhang.register.announcements.models import Notice


@officers(Perm.NOTIFY)
@require_POST
def submit_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Sends it to the set the preview showed, or hands it to a second person."""
    actor, now = actor_of(request), timezone.now()
    row = queries.notice_of(actor, pk)
    wanted = asking.read(dict(parse_qsl(row.said)), now).wanted
    told = request.POST.get("expected", "")
    expected = int(told) if told.isascii() and told.isdigit() and len(told) < 8 else -1
    try:
        made = actions.submit(notice_id=pk, wanted=wanted, expected=expected, by=actor, now=now)
    except (Invalid, Conflict) as refusal:
        return shown_page(request, row, refusal)
    waits = made.state == Notice.State.WAITING
    done(request, _("已提交，等另一位负责人放行。") if waits else _("开始发送，可以离开这一页。"))
    return redirect("desk:notice", pk=pk)


@officers(Perm.RELEASE)
@require_POST
def decide_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A second person's word."""
    actor, now = actor_of(request), timezone.now()
    row = queries.notice_of(actor, pk)
    try:
        if request.POST.get("do") == "release":
            actions.release(notice_id=pk, by=actor, now=now)
            done(request, _("已放行，开始发送。"))
        else:
            actions.refuse(notice_id=pk, reason=request.POST.get("reason", ""), by=actor, now=now)
            done(request, _("没有放行，已告诉写通知的人。"))
    except (Invalid, Conflict) as refusal:
        return shown_page(request, row, refusal)
    return redirect("desk:notice", pk=pk)


@officers(Perm.NOTIFY)
@require_POST
def remind_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Reminds once those who have not read it."""
    actor, now = actor_of(request), timezone.now()
    row = queries.notice_of(actor, pk)
    try:
        count = actions.remind(notice_id=pk, by=actor, now=now)
    except (Conflict, Missing) as refusal:
        return shown_page(request, row, refusal)
    done(request, _("正在提醒 %(n)d 家。") % {"n": count})
    return redirect("desk:notice", pk=pk)


@officers(Perm.NOTIFY)
@require_POST
def withdraw_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Takes it back, with a reason that is shown where it stood."""
    actor, now = actor_of(request), timezone.now()
    row = queries.notice_of(actor, pk)
    try:
        actions.withdraw(notice_id=pk, why=request.POST.get("why", ""), by=actor, now=now)
    except (Invalid, Conflict) as refusal:
        return shown_page(request, row, refusal)
    done(request, _("通知已撤回。"))
    return redirect("desk:notice", pk=pk)
