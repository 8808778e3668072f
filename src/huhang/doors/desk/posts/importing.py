"""Posts and who is posted there from Excel: upload, what was found row by row, saving, taking it back (A4)."""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from huhang.base.access.rules import Perm
from huhang.base.sheets.lying import goes_at
from huhang.doors.desk.case.told import Told
from huhang.doors.desk.lists.export import TYPES
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Conflict, Invalid
from huhang.register.posts import importing
from huhang.register.posts.models import Import

NEWEST, SHOWN = 20, 500
SORTS: dict[str, tuple[Any, str]] = {
    "wrong": (gettext_lazy("有问题，不会导入"), "late"),
    "refused": (gettext_lazy("没有导入"), "late"),
    "new": (gettext_lazy("新增"), "go"),
    "end": (gettext_lazy("记下离站"), "go"),
    "same": (gettext_lazy("已有，不改动"), ""),
    "done": (gettext_lazy("已导入"), "ok"),
}
"""What is found of a row in words, those to look at first."""


class UploadForm(Told):
    """The file and what it holds."""

    what = forms.ChoiceField(label=gettext_lazy("导入什么"), choices=Import.What.choices, widget=forms.RadioSelect)
    file = forms.FileField(
        label=gettext_lazy("表格文件"),
        help_text=gettext_lazy("xlsx 或 csv，第一行是列名；先检查，不会马上导入"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
    )


@officers(Perm.PLAN_LIAISON)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The form with the templates, and one's own imports under it."""
    actor, now, status = actor_of(request), timezone.now(), 200
    form = (
        UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm(initial={"what": "posts"})
    )
    if request.method == "POST":
        sent, what = request.FILES.get("file"), request.POST.get("what", "")
        try:
            if what not in importing.VOCABULARIES:
                raise Invalid("请从列出的选项里选一项。", field="what")
            if sent is None:
                raise Invalid("请选择要上传的文件。", field="file")
            made = importing.check(what=what, name=sent.name or "", data=sent.read(), by=actor, now=now)
            return redirect("desk:post_import", made.pk)
        except Invalid as wrong:
            wrong.field = wrong.field or "file"
            form.tell(wrong)
            status = wrong.status
    rows = Import.objects.filter(by_id=actor.user).order_by("-created_at")[:NEWEST]
    return render(request, "desk/posts/imports.html", {"form": form, "rows": rows, "now": now}, status=status)


@officers(Perm.PLAN_LIAISON)
@require_safe
def import_template(request: HttpRequest, what: str) -> HttpResponse:
    """The workbook to fill in.

    Raises:
        Missing: there is no such table.
    """
    answer = HttpResponse(importing.template_of(what), content_type=TYPES["xlsx"])
    answer["Content-Disposition"] = content_disposition_header(True, f"{Import.What(what).label}.xlsx")
    return answer


@officers(Perm.PLAN_LIAISON)
@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What was found of each row, and the two steps: save, take back.

    Raises:
        Missing: no such import of one's own.
    """
    actor, now, why = actor_of(request), timezone.now(), ""
    run = importing.mine(actor, pk)
    if request.method == "POST":
        try:
            if request.POST.get("do") == "undo":
                gone, stayed = importing.undo(import_id=pk, by=actor, now=now)
                done(request, _("已撤销 %(n)d 行，%(m)d 行已经用上，没有撤销。") % {"n": gone, "m": stayed})
            elif request.POST.get("do") == "discard":
                importing.discard(import_id=pk, by=actor, now=now)
                done(request, _("已删除，文件里的内容没有留下。"))
                return redirect("desk:post_imports")
            else:
                saved = importing.save(import_id=pk, by=actor, now=now)
                done(request, _("已导入 %(n)d 行。") % {"n": saved.count("done")})
            return redirect("desk:post_import", pk)
        except Conflict as wrong:
            why = say(wrong)
    order = list(SORTS)
    rows = sorted(run.rows, key=lambda row: (order.index(row["sort"]), row["line"]))
    context = {
        "run": run,
        "what": Import.What(run.what).label,
        "rows": [_row(row) for row in rows[:SHOWN]],
        "counts": [(label, run.count(sort)) for sort, (label, _tone) in SORTS.items() if run.count(sort)],
        "good": run.count("new") + run.count("end"),
        "more": max(0, len(rows) - SHOWN),
        "may_undo": run.saved_at and not run.undone_at and now - run.saved_at <= importing.UNDO and run.count("done"),
        "goes_at": goes_at(run.created_at),
        "why": why,
        "now": now,
    }
    return render(request, "desk/posts/import.html", context, status=409 if why else 200)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    label, tone = SORTS[row["sort"]]
    problem = say(Invalid(row["problem"], params=row.get("params") or {})) if row.get("problem") else ""
    return {"line": row["line"], "words": row["words"], "label": label, "tone": tone, "problem": problem}
