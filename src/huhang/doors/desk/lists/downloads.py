"""Long exports: asked for on a list, made in the background, found again here until they are taken away."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huhang.base.access.rules import Perm
from huhang.base.downloads import actions
from huhang.base.downloads.queries import download_of, downloads_of
from huhang.base.files import actions as files
from huhang.base.replies.actions import Answer, once
from huhang.doors.desk.lists.saved import shown_in
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.parts import Progress
from huhang.kernel.errors import Missing
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.reading.tallies import Asked, take

NEWEST = 50


def progress_of(row: Any) -> Progress:
    """How far a file is, as the progress box says it."""
    lost = row.lost and row.finished_at is None
    state = "failed" if lost or row.refused else "done" if row.finished_at else "running" if row.done else "waiting"
    note = _(row.refused) if row.refused else ""
    if lost:
        note = _("后台多次没有办成，已停下；请联系管理员在“运行状况”页重排。")
    elif row.cut:
        note = _("行数超过一份文件的上限，后面的没有导出；请缩小筛选范围")
    elif row.gone_at:
        note = _("文件已按期删除，需要时请重新导出")
    there = row.finished_at and row.file_id and not row.gone_at
    return Progress(
        label=_("导出 %(form)s") % {"form": row.form},
        state=state,
        poll_url=reverse("desk:download_progress", kwargs={"pk": row.pk}),
        done=row.done,
        total=row.total,
        note=note,
        result_url=reverse("desk:download_file", kwargs={"pk": row.pk}) if there else "",
        result_label=_("下载文件"),
        leave_url=reverse("desk:downloads"),
    )


@officers(Perm.EXPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def download_new(request: HttpRequest) -> HttpResponseBase:
    """Says how long the list is and asks for the form; sending it starts the making, a double click one making."""
    actor, now = actor_of(request), timezone.now()
    shown = shown_in(request.GET.dict(), actor)
    if request.method == "POST":
        form = request.POST.get("form", "xlsx")

        def work() -> Answer:
            asked = request.GET.urlencode()
            row = actions.ask(what="ledger", asked=asked, form=form, total=None, by=actor, now=now)
            return Answer(303, location=reverse("desk:download", kwargs={"pk": row.pk}))

        key = request.POST.get("idempotency_key", "")[:80] or str(uuid7())
        content = canonical_json({"asked": request.GET.urlencode(), "form": form})
        return redirect(once(key, who=str(actor.id), content=content, now=now, work=work).location)
    tally = take(actor, {"here": Asked(shown.filter, now)}).of("here")
    context = {"shown": shown, "tally": tally, "key": str(uuid7()), "back_url": shown.link(), "kept": actions.KEPT.days}
    return render(request, "desk/lists/download_new.html", context)


@officers(Perm.EXPORT)
@require_safe
def downloads_page(request: HttpRequest) -> HttpResponse:
    """The newest of one's own files."""
    rows = [(row, progress_of(row)) for row in downloads_of(actor_of(request))[:NEWEST]]
    context = {"rows": rows, "now": timezone.now(), "newest": NEWEST, "kept": actions.KEPT.days}
    return render(request, "desk/lists/downloads.html", context)


@officers(Perm.EXPORT)
@require_safe
def download_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One file: how far it is, and where to fetch it.

    Raises:
        Missing: no such file of this officer.
    """
    row = download_of(actor_of(request), pk)
    context = {"row": row, "progress": progress_of(row), "now": timezone.now(), "kept": actions.KEPT.days}
    return render(request, "desk/lists/download.html", context)


@officers(Perm.EXPORT)
@require_safe
def progress_part(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The progress box alone, asked for every second while the page is open.

    Raises:
        Missing: no such file of this officer.
    """
    return render(request, "frame/_progress.html", {"progress": progress_of(download_of(actor_of(request), pk))})


@officers(Perm.EXPORT)
@require_safe
def download_file(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The file itself; fetching it is a line in the journal.

    Raises:
        Missing: no such file of this officer, not made yet, or taken away.
    """
    actor = actor_of(request)
    row = download_of(actor, pk)
    if row.file is None or row.gone_at is not None:
        raise Missing("这份文件还没有生成，或已按期删除；需要时请重新导出。")
    return files.serve(row.file, by=actor, now=timezone.now())


@officers(Perm.EXPORT)
@require_POST
def download_remove(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Takes a file away before its time.

    Raises:
        Missing: no such file of this officer.
        Conflict: it is still being made.
    """
    actions.remove(pk=pk, by=actor_of(request), now=timezone.now())
    done(request, _("文件已删除。"))
    return redirect("desk:downloads")
