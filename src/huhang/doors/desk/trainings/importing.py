"""Sessions that were held, from a table: template, upload, what was found row by row, saving, taking back (A4, B5)."""

import hashlib
import uuid
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huhang.base.access.rules import Perm
from huhang.base.replies.actions import Answer, once
from huhang.doors.desk.case.told import Told
from huhang.doors.desk.lists.export import TYPES
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Invalid
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.kinds.trainings import importing
from huhang.kinds.trainings.columns import template_of
from huhang.kinds.trainings.importing import UNDO
from huhang.kinds.trainings.models import ImportRun

LARGEST = 5 * 1024 * 1024
NEWEST, SHOWN = 20, 300


class UploadForm(Told):
    """The file alone: its columns are known by their headings."""

    file = forms.FileField(
        label=gettext_lazy("表格文件"),
        help_text=gettext_lazy("xlsx 或 csv，第一行是列名；先检查，不会马上导入；文件不保存"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )


@officers(Perm.VISIT)
@require_http_methods(["GET", "HEAD", "POST"])
def imports_page(request: HttpRequest) -> HttpResponseBase:
    """The upload form and the template, with one's own imports under them."""
    form, status, actor = UploadForm(), 200, actor_of(request)
    if request.method == "POST":
        try:
            return redirect(_taken(request))
        except Invalid as wrong:
            form, status = UploadForm(request.POST, request.FILES), wrong.status
            form.tell(wrong)
    context = {
        "form": form,
        "key": str(uuid7()),
        "runs": importing.runs_of(actor).defer("rows", "notes").order_by("-created_at")[:NEWEST],
        "now": timezone.now(),
    }
    return render(request, "desk/trainings/imports.html", context, status=status)


def _taken(request: HttpRequest) -> str:
    actor, now, sent = actor_of(request), timezone.now(), request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        raise Invalid("请选择一个 xlsx 或 csv 文件。", field="file")
    if (sent.size or 0) > LARGEST:  # before a byte of it is looked at
        raise Invalid("文件超过 %(most)d MB，请拆成几个文件。", field="file", params={"most": LARGEST // 1024 // 1024})
    content = sent.read()

    def work() -> Answer:
        run = importing.take(name=sent.name or "", content=content, by=actor, now=now)
        return Answer(302, location=reverse("desk:training_import", args=[run.pk]))

    key = request.POST.get("idempotency_key", "")[:80] or str(uuid7())
    told = canonical_json({"file": hashlib.sha256(content).hexdigest()})
    return once(key, who=f"training-import:{actor.id}", content=told, now=now, work=work).location


@officers(Perm.VISIT)
@require_safe
def template_page(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in."""
    answer = HttpResponse(template_of(), content_type=TYPES["xlsx"])
    name = f"{_('办过的讲座演练导入模板')}.xlsx"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


@officers(Perm.VISIT)
@require_safe
def import_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What was found row by row, the choice, how far it is, and whether it can be taken back.

    Raises:
        Missing: no such import of this officer.
    """
    actor, now = actor_of(request), timezone.now()
    run = importing.run_of(actor, pk)
    context = {
        "run": run,
        "good": run.total - run.bad,
        "rows": [_row(one) for one in run.rows[:SHOWN]],
        "more": run.total > SHOWN,
        "may_undo": run.finished_at is not None and run.undone_at is None and now - run.finished_at <= UNDO,
        "running": run.started_at is not None and run.finished_at is None,
        "now": now,
    }
    return render(request, "desk/trainings/import.html", context)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    values = row["values"]
    return {
        "line": row["line"],
        "title": values.get("title") or values.get("sort", ""),
        "day": str(values.get("day", ""))[:10],
        "people": values.get("people", ""),
        "number": row.get("number", ""),
        "stayed": row.get("stayed", False),
        "problems": [f"{label}：{say(text)}" if label else say(text) for label, text in row["problems"]],
    }


@officers(Perm.VISIT)
@require_POST
def begin_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Begins, with all rows or the good ones; pressed twice it begins once."""
    good = request.POST.get("rows") == "good"
    importing.begin(run_id=pk, good_only=good, by=actor_of(request), now=timezone.now())
    return redirect("desk:training_import", pk=pk)


@officers(Perm.VISIT)
@require_POST
def undo_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Takes the whole import back; sessions somebody went on with stay."""
    run: ImportRun = importing.undo(run_id=pk, by=actor_of(request), now=timezone.now())
    done(request, _("已撤销 %(n)d 场，%(m)d 场之后有人办过，没有撤销。") % {"n": run.undone, "m": run.stayed})
    return redirect("desk:training_import", pk=pk)
