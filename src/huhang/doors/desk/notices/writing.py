"""Writing a notice at the desk: the words first, whom it is for from the register, then a preview (A3)."""

import uuid
from typing import Any
from urllib.parse import parse_qsl

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.access.rules import Perm
from huhang.base.replies.actions import Answer, once
from huhang.doors.desk.case.told import Told
from huhang.doors.desk.register import asking
from huhang.doors.frame.fields import ManyFiles
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Conflict, Denied, Invalid
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.register.announcements import actions, queries
from huhang.register.announcements.models import Notice


class WordsForm(Told):
    """Title, text, and until when it holds."""

    title = forms.CharField(label=gettext_lazy("标题"), max_length=80)
    body = forms.CharField(
        label=gettext_lazy("正文"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8, "maxlength": 5000}),
        help_text=gettext_lazy("对方打开链接才看到；短信里不带正文。请不要写任何人的姓名、电话、证件号"),
    )
    until = forms.DateField(
        label=gettext_lazy("有效期到"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class NoticeForm(WordsForm):
    """The same, and for a new one files and urgency."""

    enclosed = forms.FileField(
        label=gettext_lazy("附件"),
        required=False,
        widget=ManyFiles,
        help_text=gettext_lazy("最多 5 份；图片、PDF、docx、xlsx、txt、csv"),
    )
    urgent = forms.BooleanField(
        label=gettext_lazy("紧急"), required=False, help_text=gettext_lazy("不计入每月上限；要写理由")
    )
    urgent_why = forms.CharField(label=gettext_lazy("紧急的理由"), required=False, max_length=200)


def _given(form: Told) -> dict[str, Any]:
    form.is_valid()
    said = form.cleaned_data
    problem = form.errors.get("until")
    if problem:
        raise Invalid("日期写法如 2026-11-20。", field="until")
    names = ("title", "body", "until", "urgent", "urgent_why")
    given = {name: said.get(name) for name in names if name in form.fields}
    for name in ("title", "body", "urgent_why"):
        if name in form.fields:
            given[name] = form.data.get(name, "")
    return given


@officers(Perm.NOTIFY)
@require_http_methods(["GET", "HEAD", "POST"])
def new_page(request: HttpRequest) -> HttpResponse:
    """A new notice for what is filtered in the register.

    Raises:
        Invalid: a filter that cannot be used.
    """
    return _write(request, None)


@officers(Perm.NOTIFY)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One's own draft written anew.

    Raises:
        Missing: no such notice. Denied: not theirs. Conflict: submitted already.
    """
    actor = actor_of(request)
    row = queries.notice_of(actor, pk)
    if not queries.may_send(actor, row):
        raise Denied("您没有办理这则通知的权限。")
    if row.state not in (Notice.State.DRAFT, Notice.State.REFUSED):
        raise Conflict("通知已经提交，不能再改；发出后可以更正或撤回。")
    return _rewrite(request, row) if row.corrects_id is not None else _write(request, row)


def _rewrite(request: HttpRequest, row: Notice) -> HttpResponse:
    """A correction that is not sent yet: its words alone can change, it goes to whom the first notice went to."""
    actor, now, status = actor_of(request), timezone.now(), 200
    form = WordsForm(initial={n: getattr(row, n) for n in ("title", "body", "until")}, auto_id="n-%s")
    if request.method == "POST":
        form = WordsForm(request.POST, auto_id="n-%s")
        try:
            actions.draft(**_given(form), unit=row.unit_id, words=row.words, notice_id=row.pk, by=actor, now=now)
        except (Invalid, Conflict) as wrong:
            form.tell(wrong)
            status = wrong.status
        else:
            return redirect("desk:notice", pk=row.pk)
    count = queries.given(row.corrects).count() if row.corrects else 0
    return _corrected(request, form, row, count, status)


def _corrected(request: HttpRequest, form: WordsForm, row: Notice, count: int, status: int) -> HttpResponse:
    context = {"form": form, "row": row, "correcting": True, "count": count}
    return render(request, "desk/notices/write.html", context, status=status)


def _write(request: HttpRequest, row: Notice | None) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    query = dict(parse_qsl(row.said)) if row is not None and not request.GET else request.GET.dict()
    shown = asking.read(query, now)
    initial = {n: getattr(row, n) for n in ("title", "body", "until", "urgent", "urgent_why")} if row else {}
    form, status = NoticeForm(initial=initial, auto_id="n-%s"), 200
    if request.method == "POST":
        form = NoticeForm(request.POST, request.FILES, auto_id="n-%s")
        try:
            return _kept(request, form, shown, row)
        except (Invalid, Conflict) as wrong:
            form.tell(wrong)
            status = wrong.status
    rows = queries.audience(actor, shown.wanted)
    here = reverse("desk:notice_edit", args=[row.pk]) if row else reverse("desk:notice_new")
    context = {
        "form": form,
        "row": row,
        "count": rows.order_by().count(),
        "words": asking.words(shown, actor),
        "filters": asking.bar(shown, actor, here),
        "here": shown.link(here),
        "key": request.POST.get("idempotency_key") or str(uuid7()),
        "register_url": shown.link(reverse("desk:register")),
    }
    return render(request, "desk/notices/write.html", context, status=status)


def _kept(request: HttpRequest, form: NoticeForm, shown: asking.Shown, row: Notice | None) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    given = _given(form)
    files = [(one.name or "", one) for one in request.FILES.getlist("enclosed")]

    def work() -> Answer:
        made = actions.draft(
            **given,
            unit=row.unit_id if row else None,
            said=shown.query,
            words=asking.words(shown, actor),
            enclosed=files,
            notice_id=row.pk if row else None,
            by=actor,
            now=now,
        )
        return Answer(303, location=reverse("desk:notice", args=[made.pk]))

    key = request.POST.get("idempotency_key", "")[:80] or str(uuid7())
    said = {name: str(value) for name, value in given.items()}
    names = [name for name, _content in files]
    content = canonical_json({"notice": str(row.pk) if row else "", "asked": shown.query, "files": names, **said})
    return redirect(once(key, who=str(actor.id), content=content, now=now, work=work).location)


@officers(Perm.NOTIFY)
@require_http_methods(["GET", "HEAD", "POST"])
def correct_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A correction for those the notice was given to.

    Raises:
        Missing: no such notice. Denied: not theirs.
    """
    actor, now = actor_of(request), timezone.now()
    row = queries.notice_of(actor, pk)
    initial = {"title": _("更正：%(title)s") % {"title": row.title}, "body": row.body, "until": row.until}
    form, status = WordsForm(initial=initial, auto_id="n-%s"), 200
    if request.method == "POST":
        form = WordsForm(request.POST, auto_id="n-%s")
        try:
            made = actions.correct(notice_id=pk, **_given(form), by=actor, now=now)
        except (Invalid, Conflict) as wrong:
            form.tell(wrong)
            status = wrong.status
        else:
            done(request, _("更正写好了，还没有发出。"))
            return redirect("desk:notice", pk=made.pk)
    return _corrected(request, form, row, queries.given(row).count(), status)
