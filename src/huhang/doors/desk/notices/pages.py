"""Notices at the desk: the list, one with who read it, and the same as a file (A3)."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.files import actions as files
from huhang.base.journal import actions as journal
from huhang.doors.desk.register import asking
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Chip, Fact, Progress
from huhang.doors.frame.saying import say, say_hint
from huhang.kernel.errors import Missing, Refusal
from huhang.reading.exports import Heading, Sheet
from huhang.reading.matters import tables
from huhang.register.announcements import queries
from huhang.register.announcements.catalogue import policy
from huhang.register.announcements.models import Copy, Enclosure, Notice
from huhang.register.liaisons.models import Liaison
from huhang.register.units.queries import tree

PAGE, MOST = 50, 50_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TONES = {
    Notice.State.DRAFT: "plain",
    Notice.State.WAITING: "wait",
    Notice.State.REFUSED: "bad",
    Notice.State.SENDING: "go",
    Notice.State.SENT: "ok",
    Notice.State.WITHDRAWN: "plain",
}


@officers(Perm.SEE)
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """Notices, newest first, with how many have read each."""
    actor, now = actor_of(request), timezone.now()
    rows = queries.visible(actor).order_by("-created_at", "-id")
    page = Paginator(rows.defer("body"), PAGE).get_page(request.GET.get("page", "1"))
    notices = list(page.object_list)
    told = queries.read_of(actor, notices)
    context = {
        "rows": [_row(one, *told.get(one.pk, (0, 0))) for one in notices],
        "page": page,
        "may_write": allows(actor, Perm.NOTIFY),
        "now": now,
    }
    return render(request, "desk/notices/notices.html", context)


def _row(one: Notice, read: int, given: int) -> dict[str, Any]:
    return {
        "read": read,
        "given": given,
        "notice": one,
        "unit": tree().label(one.unit_id),
        "state": _state(one),
        "tone": TONES[Notice.State(one.state)],
    }


def _state(one: Notice) -> str:
    return str(Notice.State(one.state).label)


@officers(Perm.SEE)
@require_safe
def notice_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One notice: what it says, the preview before sending, and who has read it.

    Raises:
        Missing: none that this officer sees.
    """
    return shown_page(request, queries.notice_of(actor_of(request), pk), None)


def shown_page(request: HttpRequest, row: Notice, refusal: Refusal | None) -> HttpResponse:
    """The page, with what a refused step says above it."""
    actor, now = actor_of(request), timezone.now()
    sends, seen = queries.may_send(actor, row), queries.copies(actor, row)
    draft = row.state == Notice.State.DRAFT
    whose, which = _asked(request)
    rows = queries.mine(actor, seen) if whose == "mine" else seen
    listed = queries.narrowed_copies(rows, which).select_related("subject").order_by("subject__name", "id")
    page = Paginator(listed, PAGE).get_page(request.GET.get("page", "1"))
    context = {
        "row": row,
        "state": _state(row),
        "tone": TONES[Notice.State(row.state)],
        "refused": f"{say(refusal)} {say_hint(refusal)}".strip() if refusal else "",
        "facts": _facts(row),
        "enclosed": list(Enclosure.objects.filter(notice=row).select_related("file").order_by("id")),
        "preview": _preview(row, actor, now) if draft and sends else None,
        "may_edit": sends and row.state in (Notice.State.DRAFT, Notice.State.REFUSED),
        "may_release": row.state == Notice.State.WAITING and queries.may_release(actor, row),
        "may_remind": sends and _may_remind(row, now),
        "may_correct": sends and _out(row) and not row.corrections.exclude(state=Notice.State.WITHDRAWN).exists(),
        "may_withdraw": sends and row.state != Notice.State.WITHDRAWN,
        "corrections": list(row.corrections.filter(sent_at__isnull=False)),
        "figures": _figures(row, queries.tally(rows), whose) if row.sent_at else [],
        "chips": _chips(whose, which),
        "copies": _lines(list(page.object_list)),
        "page": page,
        "query": f"whose={whose}&which={which}",
        "progress": _progress(row) if row.state == Notice.State.SENDING else None,
        "may_export": row.sent_at is not None and allows(actor, Perm.EXPORT),
        "now": now,
    }
    return render(request, "desk/notices/notice.html", context, status=refusal.status if refusal else 200)


def _asked(request: HttpRequest) -> tuple[str, str]:
    """Whose copies, and which of them; what is not known means all."""
    whose, which = request.GET.get("whose", ""), request.GET.get("which", "")
    return "mine" if whose == "mine" else "", which if which in queries.FILTERS else ""


def _out(row: Notice) -> bool:
    return row.sent_at is not None and row.state != Notice.State.WITHDRAWN


def _may_remind(row: Notice, now: datetime) -> bool:
    if row.state != Notice.State.SENT or row.reminded_at is not None or row.sent_at is None:
        return False
    return now >= row.sent_at + timedelta(hours=policy().remind_after_hours) and queries.standing(row, now) == "good"


def _preview(row: Notice, actor: Actor, now: datetime) -> queries.Preview:
    if row.corrects is not None:
        return queries.preview_correction(row.corrects, now)
    return queries.preview(actor, row, asking.read(dict(parse_qsl(row.said)), now).wanted, now)


def _facts(row: Notice) -> list[Fact]:
    facts = [Fact(_("发出单位"), tree().label(row.unit_id), note=row.by_label), Fact(_("发给"), row.words)]
    if row.until:
        facts.append(Fact(_("有效期到"), f"{row.until:%Y-%m-%d}"))
    if row.urgent:
        facts.append(Fact(_("紧急"), row.urgent_why))
    if row.decided_label:
        facts.append(Fact(_("放行"), row.decided_label, note=row.reason))
    if row.corrects_id:
        facts.append(Fact(_("更正的是"), row.corrects.title, url=reverse("desk:notice", args=[row.corrects_id])))  # type: ignore[union-attr]
    if row.withdrawn_at:
        facts.append(Fact(_("撤回"), row.withdrawn_why, note=row.withdrawn_label))
    return facts


def _figures(row: Notice, told: queries.Tally, whose: str) -> list[dict[str, Any]]:
    here = reverse("desk:notice", args=[row.pk])
    unread = told.sent - told.read
    shown = (
        ("", _("共"), told.total),
        ("sms", _("发了短信"), told.sms),
        ("opened", _("打开过"), told.opened),
        ("read", _("已阅"), told.read),
        ("unread", _("未阅"), unread),
        ("without", _("没有手机号"), told.without),
        ("capped", _("到上限未发"), told.capped),
    )
    return [
        {"label": label, "count": n, "url": f"{here}?whose={whose}&which={which}#copies"} for which, label, n in shown
    ]


def _chips(whose: str, which: str) -> list[Chip]:
    return [
        Chip(_("看得见的全部"), f"?which={which}#copies", on=whose != "mine"),
        Chip(_("我负责的"), f"?whose=mine&which={which}#copies", on=whose == "mine"),
    ]


def _lines(copies: Sequence[Copy]) -> list[dict[str, Any]]:
    held = Liaison.objects.filter(subject__in=[one.subject_id for one in copies], ends_at__isnull=True)
    officers_of: dict[uuid.UUID, list[str]] = {}
    for subject, name in held.order_by("line").values_list("subject_id", "officer__name"):
        officers_of.setdefault(subject, []).append(name)
    return [
        {
            "copy": one,
            "way": str(Copy.Way(one.way).label),
            "unit": tree().label(one.subject.unit_id),
            "officers": "、".join(dict.fromkeys(officers_of.get(one.subject_id, []))),
        }
        for one in copies
    ]


def _progress(row: Notice) -> Progress:
    sent = Copy.objects.filter(notice=row, sent_at__isnull=False).count()
    url = reverse("desk:notice_progress", args=[row.pk])
    state = "done" if row.state != Notice.State.SENDING else "running"
    more = {"result_url": reverse("desk:notice", args=[row.pk])} if state == "done" else {}
    return Progress(_("发送"), state, url, sent, row.total, **more)


@officers(Perm.SEE)
@require_safe
def progress_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How far the sending is; asked for again and again by the page.

    Raises:
        Missing: none that this officer sees.
    """
    row = queries.notice_of(actor_of(request), pk)
    if not request.headers.get("HX-Request"):
        return redirect("desk:notice", pk=pk)
    return render(request, "frame/_progress.html", {"progress": _progress(row)})


@officers(Perm.EXPORT)
@require_safe
def export_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Who has read it, exactly as listed, as a file; that it was taken stands in the journal.

    Raises:
        Missing: none that this officer sees.
    """
    actor, now = actor_of(request), timezone.now()
    row = queries.notice_of(actor, pk)
    whose, which = _asked(request)
    form = "csv" if request.GET.get("form") == "csv" else "xlsx"
    rows = queries.copies(actor, row)
    rows = queries.narrowed_copies(queries.mine(actor, rows) if whose == "mine" else rows, which)
    found = _lines(list(rows.select_related("subject").order_by("subject__name", "id")[:MOST]))
    heads = (
        _("主体"),
        _("主体编号"),
        _("责任单位"),
        _("责任人"),
        _("送达方式"),
        _("发出"),
        _("打开"),
        _("已阅"),
        _("提醒"),
    )
    about = (
        (_("通知"), row.title),
        (_("导出时间"), f"{timezone.localtime(now):%Y-%m-%d %H:%M}"),
        (_("导出人"), actor.label),
    )
    sheet = Sheet(_("通知阅读情况"), tuple(Heading(head, 22) for head in heads), about)
    lines = [
        [
            one["copy"].subject.name,
            one["copy"].subject.number,
            one["unit"],
            one["officers"],
            one["way"],
            *_times(one["copy"]),
        ]
        for one in found
    ]
    data = {"list": "notice", "notice": str(pk), "which": which, "form": form, "count": len(lines)}
    journal.write("notice.export", by=actor, now=now, data=data)
    media = XLSX if form == "xlsx" else "text/csv; charset=utf-8"
    name = {"Content-Disposition": f'attachment; filename="huhang-notice-{pk.hex[:8]}.{form}"'}
    return HttpResponse(tables.written(form, sheet, lines), content_type=media, headers=name)


def _cells(one: dict[str, Any]) -> list[str]:
    copy: Copy = one["copy"]
    return [copy.subject.name, copy.subject.number, one["unit"], one["officers"], one["way"], *_times(copy)]


def _times(copy: Copy) -> list[str]:
    moments = (copy.sent_at if copy.way in queries.COUNTS else None, copy.opened_at, copy.read_at, copy.reminded_at)
    return [f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else "" for at in moments]


@officers(Perm.SEE)
@require_POST
def file_page(request: HttpRequest, pk: uuid.UUID, enclosure: uuid.UUID) -> HttpResponseBase:
    """A file of a notice.

    Raises:
        Missing: no such notice for this officer, or not a file of it.
    """
    actor = actor_of(request)
    row = queries.notice_of(actor, pk)
    with acting(SYSTEM):
        held = Enclosure.objects.filter(pk=enclosure, notice=row).select_related("file").first()
        if held is None:
            raise Missing
        return files.serve(held.file, by=actor, now=timezone.now())
