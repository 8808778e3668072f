"""Tables into the register: template, upload, what was found, the choice, progress, result, taking it back (A4)."""

import hashlib
import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huhang.base.access.queries import allows
from huhang.base.access.rules import Perm
from huhang.base.replies.actions import Answer, once
from huhang.base.sheets import report
from huhang.base.sheets.lying import goes_at
from huhang.doors.desk.case.told import Told
from huhang.doors.desk.imports.forms import pairs
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.parts import Progress
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Denied, Invalid, Sentence
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.register.imports import actions, queries
from huhang.register.imports.columns import VOCABULARIES, label_of, template_of
from huhang.register.imports.models import Remark, Run
from huhang.register.subjects.models import Subject

NEWEST, SHOWN = 50, 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(Told):
    """The file, what it holds, and what its columns are when their headings do not say it."""

    what = forms.ChoiceField(label=gettext_lazy("导入什么"), choices=Run.What.choices)
    kind = forms.ChoiceField(
        label=gettext_lazy("新登记的都是"),
        required=False,
        choices=[("", gettext_lazy("看“类型”一列")), *Subject.Kind.choices],
        help_text=gettext_lazy("文件里没有“类型”一列时选"),
    )
    file = forms.FileField(
        label=gettext_lazy("表格文件"),
        help_text=gettext_lazy("xlsx 或 csv，第一行是列名；先检查，不会马上导入"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
    )
    mapping = forms.CharField(
        label=gettext_lazy("列名对应"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("列名认不出来时写，一行一个，例如：公司全名=名称"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _may(request: HttpRequest) -> None:
    if not allows(actor_of(request), Perm.KEEP_REGISTER):
        raise Denied("您没有导入主体库的权限。")


@officers(Perm.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def imports_page(request: HttpRequest) -> HttpResponseBase:
    """The upload form and the templates, with one's own imports under them."""
    _may(request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    status = 200
    if request.method == "POST":
        try:
            return _taken(request)
        except Invalid as wrong:
            form.tell(wrong)
            status = wrong.status
    actor = actor_of(request)
    runs = [(run, state_of(run)) for run in queries.runs_of(actor).order_by("-created_at")[:NEWEST]]
    context = {
        "form": form,
        "key": str(uuid7()),
        "runs": runs,
        "newest": NEWEST,
        "kinds": Subject.Kind.choices,
        "most": settings.HUHANG_IMPORT_BYTES // 1024 // 1024,
        "now": timezone.now(),
    }
    return render(request, "desk/register/imports.html", context, status=status)


def _taken(request: HttpRequest) -> HttpResponseBase:
    actor, now = actor_of(request), timezone.now()
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        raise Invalid("请选择一个 xlsx 或 csv 文件。", field="file")
    if (sent.size or 0) > settings.HUHANG_IMPORT_BYTES:  # before a byte of it is looked at
        most = settings.HUHANG_IMPORT_BYTES // 1024 // 1024
        raise Invalid("文件超过 %(most)d MB，请拆成几个文件。", field="file", params={"most": most})
    what, kind = request.POST.get("what", ""), request.POST.get("kind", "")
    mapping, content = pairs(request.POST.get("mapping", "")), sent.read()

    def work() -> Answer:
        given: dict[str, Any] = {"what": what, "kind": kind, "mapping": mapping}
        run = actions.take(name=sent.name or "", content=content, **given, by=actor, now=now)
        return Answer(302, location=reverse("desk:register_import", args=[run.pk]))

    said = {"file": hashlib.sha256(content).hexdigest(), "what": what, "kind": kind, "mapping": mapping}
    key = request.POST.get("idempotency_key", "")[:80] or str(uuid7())
    answer = once(key, who=f"register-import:{actor.id}", content=canonical_json(said), now=now, work=work)
    return redirect(answer.location)


def state_of(run: Run) -> str:
    """Where a run stands: checking, refused, checked, running, done, undoing, undone."""
    if run.undone_at is not None:
        return "undone"
    if run.undo_at is not None:
        return "undoing"
    if run.finished_at is not None:
        return "done"
    if run.started_at is not None:
        return "running"
    if run.refused:
        return "refused"
    return "checked" if run.checked_at is not None else "checking"


def _progress(run: Run) -> Progress:
    labels = {
        "checking": _("检查 %(name)s"),
        "running": _("导入 %(name)s"),
        "undoing": _("撤销 %(name)s"),
    }
    state = state_of(run)
    now = "failed" if queries.failed(run) else "running" if state in labels else "done"
    if now == "running" and (state != "running" or not run.done):
        now = "waiting"
    last = run.total + 1
    return Progress(
        label=labels.get(state, _("导入 %(name)s")) % {"name": run.name},
        state=now,
        poll_url=reverse("desk:register_import_progress", args=[run.pk]),
        done=min(run.done, last),
        total=last if state == "running" else None,
        note=_("新登记 %(new)s，更新 %(old)s") % {"new": f"{run.entered:,}", "old": f"{run.changed:,}"}
        if state == "running"
        else "",
        result_url=reverse("desk:register_import", args=[run.pk]) if now in ("done", "failed") else "",
        leave_url=reverse("desk:register_imports"),
    )


@officers(Perm.IMPORT)
@require_safe
def run_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What was found and the choice, or how far it is, or what became of it and whether it can be taken back.

    Raises:
        Missing: no such run of this officer.
    """
    _may(request)
    actor, now = actor_of(request), timezone.now()
    run = queries.run_of(actor, pk)
    state = state_of(run)
    found = queries.remarks(run, most=SHOWN + 1)
    columns = run.columns.get("columns", []) if isinstance(run.columns, dict) else []
    context = {
        "run": run,
        "state": state,
        "will": run.fresh + run.differing,
        "rows": [_remark(one) for one in found[:SHOWN]],
        "more": len(found) > SHOWN,
        "columns": [(c["heading"], label_of(run.what, c["field"]) if c["field"] else "") for c in columns],
        "progress": _progress(run) if state in ("checking", "running", "undoing") else None,
        "may_undo": state == "done" and run.finished_at is not None and now - run.finished_at <= actions.UNDO,
        "goes_at": goes_at(run.created_at),
        "until": run.finished_at + actions.UNDO if run.finished_at else None,
        "now": now,
    }
    return render(request, "desk/register/import.html", context)


def _remark(one: Remark) -> dict[str, Any]:
    return {
        "line": one.line,
        "bad": one.bad,
        "stage": Remark.Stage(one.stage).label,
        "column": one.column,
        "text": say(Sentence(one.text, one.params)),
        "advice": say(one.advice),
    }


@officers(Perm.IMPORT)
@require_POST
def begin_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Begins, with all rows or the good ones; pressed twice it begins once."""
    good = request.POST.get("rows") == "good"
    actions.begin(run_id=pk, good_only=good, by=actor_of(request), now=timezone.now())
    return redirect("desk:register_import", pk=pk)


@officers(Perm.IMPORT)
@require_POST
def discard_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Removes a run that was not begun, with its file."""
    actions.discard(run_id=pk, by=actor_of(request), now=timezone.now())
    done(request, _("已删除，文件里的内容没有留下。"))
    return redirect("desk:register_imports")


@officers(Perm.IMPORT)
@require_POST
def undo_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Has the whole import taken back, after asking once more."""
    actor, now = actor_of(request), timezone.now()
    run = queries.run_of(actor, pk)
    if request.POST.get("confirmed") != "yes":
        text = _("新登记的 %(new)s 条删去，更新的 %(old)s 条恢复原样；导入之后有人改过的不动，会逐行说明。") % {
            "new": f"{run.entered:,}",
            "old": f"{run.changed:,}",
        }
        asked = {
            "title": _("撤销这次导入？"),
            "text": text,
            "label": _("撤销"),
            "danger": True,
            "hidden": [("confirmed", "yes")],
            "action_url": request.path,
            "cancel_url": reverse("desk:register_import", args=[pk]),
        }
        return render(request, "desk/admin/confirm.html", asked)
    actions.undo(run_id=pk, by=actor, now=now)
    return redirect("desk:register_import", pk=pk)


@officers(Perm.IMPORT)
@require_safe
def progress_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How far it is, asked again and again by the page; without scripts, the page itself."""
    run = queries.run_of(actor_of(request), pk)
    if not request.headers.get("HX-Request"):
        return redirect("desk:register_import", pk=pk)
    return render(request, "frame/_progress.html", {"progress": _progress(run)})


@officers(Perm.IMPORT)
@require_safe
def report_page(request: HttpRequest, pk: uuid.UUID, shape: str) -> HttpResponse:
    """The row-by-row report as a file.

    Raises:
        Missing: no such run of this officer.
    """
    run = queries.run_of(actor_of(request), pk)
    headings = (_("行"), _("程度"), _("阶段"), _("列"), _("问题"), _("怎么办"))
    lines = [
        (
            str(one["line"]),
            _("错误") if one["bad"] else _("提醒"),
            *(str(one[key]) for key in ("stage", "column", "text", "advice")),
        )
        for one in map(_remark, queries.remarks(run))
    ]
    if shape == "xlsx":
        content, media = report.as_xlsx(_("逐行检查"), headings, (8, 8, 10, 22, 50, 44), lines), XLSX
    elif shape == "csv":
        content, media = report.as_csv(headings, lines), "text/csv; charset=utf-8"
    else:
        raise Http404
    answer = HttpResponse(content, content_type=media)
    name = _("%(name)s 检查结果") % {"name": run.name.rpartition(".")[0] or run.name}
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.{shape}") or "attachment"
    return answer


@officers(Perm.IMPORT)
@require_safe
def template_page(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in, with drop-downs and a sheet that explains."""
    what, kind = request.GET.get("what", "subjects"), request.GET.get("kind", "")
    if what not in VOCABULARIES or (kind and kind not in Subject.Kind.values):
        raise Http404
    title = str(Subject.Kind(kind).label) if kind else str(Run.What(what).label)
    answer = HttpResponse(template_of(what, kind), content_type=XLSX)
    name = _("%(what)s导入模板") % {"what": title}
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx") or "attachment"
    return answer
