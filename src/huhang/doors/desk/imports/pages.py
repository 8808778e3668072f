"""Pages of the table import: upload, check, decide, progress, result. The run's own state says which is shown."""

import hashlib
import uuid
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huhang.base.access.rules import Perm
from huhang.base.replies.actions import Answer, once
from huhang.base.sheets.lying import goes_at
from huhang.doors.desk.imports.forms import Upload, pairs
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.parts import Progress
from huhang.kernel.errors import Invalid
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.kinds.requests.importing import actions, queries, report
from huhang.kinds.requests.importing.columns import Column, label_of
from huhang.kinds.requests.models import ImportRun

NEWEST, SHOWN = 50, 100
_SHAPES = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", report.as_xlsx),
    "csv": ("text/csv; charset=utf-8", report.as_csv),
}


@require_http_methods(["GET", "POST"])
@officers(Perm.IMPORT)
def imports(request: HttpRequest) -> HttpResponse:
    """The upload form, with one's own runs under it."""
    form = Upload(request.POST, request.FILES) if request.method == "POST" else Upload()
    if request.method == "POST":
        try:
            return _taken(request)
        except Invalid as problem:
            form.tell(problem)
    context = {
        "form": form,
        "key": uuid7().hex,
        "runs": [(run, _state(run)) for run in queries.runs_of(actor_of(request)).order_by("-created_at")[:NEWEST]],
        "newest": NEWEST,
        "most": settings.HUHANG_IMPORT_BYTES // 1024 // 1024,
        "now": timezone.now(),
    }
    return render(request, "desk/imports/imports.html", context, status=422 if form.errors else 200)


def _taken(request: HttpRequest) -> HttpResponse:
    """Checks what was sent, once however often it is sent, and leads to what was found.

    Raises:
        Invalid: no file, or one that cannot be used as a whole.
    """
    actor, now = actor_of(request), timezone.now()
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        raise Invalid("请选择一个 xlsx 或 csv 文件。", field="file")
    if (sent.size or 0) > settings.HUHANG_IMPORT_BYTES:  # before a byte of it is looked at
        most = settings.HUHANG_IMPORT_BYTES // 1024 // 1024
        raise Invalid("文件超过 %(most)d MB，请拆成几个文件。", field="file", params={"most": most})
    mapping, content = pairs(request.POST.get("mapping", "")), sent.read()

    def work() -> Answer:
        run = actions.check_file(name=sent.name or "", content=content, mapping=mapping, by=actor, now=now)
        return Answer(302, location=reverse("desk:import", args=[run.pk]))

    said = canonical_json({"file": hashlib.sha256(content).hexdigest(), "name": sent.name or "", "mapping": mapping})
    key = request.POST.get("idempotency_key") or uuid7().hex
    return redirect(once(key, who=f"import:{actor.id}", content=said, now=now, work=work).location)


def _state(run: ImportRun) -> str:
    if run.finished_at is not None:
        return "done"
    return "running" if run.started_at is not None else "checked"


def _progress(run: ImportRun) -> Progress:
    state = "done" if run.finished_at else "failed" if queries.failed(run) else "running"
    if state == "running" and not run.imported:
        state = "waiting"
    return Progress(
        label=_("导入 %(name)s") % {"name": run.name},
        state=state,
        poll_url=reverse("desk:import_progress", args=[run.pk]),
        done=run.imported + run.repeated,
        total=max(run.total - run.bad, 0),
        note=_("新导入 %(new)d 件，已有 %(old)d 件") % {"new": run.imported, "old": run.repeated},
        result_url=reverse("desk:import", args=[run.pk]) if state in ("done", "failed") else "",
        leave_url=reverse("desk:imports"),
    )


@require_GET
@officers(Perm.IMPORT)
def run_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What the check found and the choice, or how far it is, or what became of every row."""
    run = queries.run_of(actor_of(request), pk)
    state = _state(run)
    rows = queries.problem_rows(run, most=SHOWN + 1)
    context: dict[str, Any] = {
        "run": run,
        "state": state,
        "good": run.total - run.bad,
        "fresh": run.total - run.bad - run.repeated,
        "columns": [(one, label_of(one.field) if one.field else "") for one in _columns(run)],
        "notes": run.columns["notes"],
        "rows": rows[:SHOWN],
        "more": len(rows) > SHOWN,
        "progress": _progress(run) if state == "running" else None,
        "goes_at": goes_at(run.created_at),
        "now": timezone.now(),
    }
    return render(request, "desk/imports/run.html", context)


def _columns(run: ImportRun) -> list[Column]:
    return [Column(**one) for one in run.columns["columns"]]


@require_POST
@officers(Perm.IMPORT)
def begin_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Begins, with all rows or the good ones; pressed twice it begins once."""
    good_only = request.POST.get("rows") == "good"
    actions.begin(run_id=pk, good_only=good_only, by=actor_of(request), now=timezone.now())
    return redirect("desk:import", pk=pk)


@require_POST
@officers(Perm.IMPORT)
def discard_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Removes a run that was not begun, with what it kept of the file."""
    actions.discard(run_id=pk, by=actor_of(request), now=timezone.now())
    done(request, _("已删除，文件里的内容没有留下。"))
    return redirect("desk:imports")


@require_GET
@officers(Perm.IMPORT)
def progress_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How far it is, asked again and again by the page; without scripts, the page itself."""
    run = queries.run_of(actor_of(request), pk)
    if not request.headers.get("HX-Request"):
        return redirect("desk:import", pk=pk)
    return render(request, "frame/_progress.html", {"progress": _progress(run)})


@require_GET
@officers(Perm.IMPORT)
def report_page(request: HttpRequest, pk: uuid.UUID, shape: str) -> HttpResponse:
    """The row-by-row report as a file."""
    if shape not in _SHAPES:
        raise Http404
    run = queries.run_of(actor_of(request), pk)
    media_type, write = _SHAPES[shape]
    answer = HttpResponse(write(run), content_type=media_type)
    name = _("%(name)s 检查结果") % {"name": run.name.rpartition(".")[0] or run.name}
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.{shape}") or "attachment"
    return answer
