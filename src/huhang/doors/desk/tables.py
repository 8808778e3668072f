"""Pages of a table of work of the past: template, upload, what was found row by row, saving, taking back (A4)."""

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huhang.base.catalog import queries as catalog
from huhang.base.replies.actions import Answer, once
from huhang.base.sheets.lying import goes_at
from huhang.cases.tables import UNDO, Table
from huhang.doors.desk.case.told import Told
from huhang.doors.desk.lists.export import TYPES
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Invalid, Sentence
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json

LARGEST = 5 * 1024 * 1024
NEWEST, SHOWN = 20, 300


class UploadForm(Told):
    """The file alone: its columns are known by their headings."""

    file = forms.FileField(
        label=gettext_lazy("表格文件"),
        help_text=gettext_lazy("xlsx 或 csv，第一行是列名；先检查，不会马上导入；文件不保存"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )


@dataclass(frozen=True)
class Pages:
    """The pages of one table.

    Args:
        name: what their addresses are called by (``visit`` gives ``desk:visit_imports``).
        title: their heading; ``list_title`` and ``list_name`` are the list they come from and its address.
        about: what is read and what is not, beside the template.
        template: the workbook to fill in.
        heads: what a row is known by besides its line and its result: heading, and whether it is a number.
        cells: the same of a row's values.
    """

    name: str
    table: Table[Any]
    title: Any
    list_title: Any
    list_name: str
    about: Any
    template: Callable[[], bytes]
    heads: Sequence[tuple[Any, bool]]
    cells: Callable[[Sequence[dict[str, Any]]], Sequence[Sequence[Any]]]

    def urls(self, where: str) -> list[URLPattern]:
        """Their addresses under a folder."""
        gate, name = officers(self.table.perm), self.name
        post, safe = require_POST, require_safe
        both = require_http_methods(["GET", "HEAD", "POST"])
        return [
            path(where, gate(both(self.imports_page)), name=f"{name}_imports"),
            path(f"{where}template.xlsx", gate(safe(self.template_page)), name=f"{name}_template"),
            path(f"{where}<uuid:pk>/", gate(safe(self.import_page)), name=f"{name}_import"),
            path(f"{where}<uuid:pk>/begin/", gate(post(self.begin_page)), name=f"{name}_import_begin"),
            path(f"{where}<uuid:pk>/discard/", gate(post(self.discard_page)), name=f"{name}_import_discard"),
            path(f"{where}<uuid:pk>/undo/", gate(post(self.undo_page)), name=f"{name}_import_undo"),
        ]

    def _context(self, **more: Any) -> dict[str, Any]:
        name = self.name
        known = {"all": f"desk:{name}_imports", "one": f"desk:{name}_import", "sheet": f"desk:{name}_template"}
        acts = {act: f"desk:{name}_import_{act}" for act in ("begin", "discard", "undo")} | {"list": self.list_name}
        return {"pages": self, "to": {**known, **acts}, "now": timezone.now(), **more}

    def imports_page(self, request: HttpRequest) -> HttpResponseBase:
        """The upload form and the template, with one's own imports under them."""
        form, status, actor = UploadForm(), 200, actor_of(request)
        if request.method == "POST":
            try:
                return redirect(self._taken(request))
            except Invalid as wrong:
                form, status = UploadForm(request.POST, request.FILES), wrong.status
                form.tell(wrong)
        runs = self.table.runs_of(actor).defer("rows", "notes").order_by("-created_at")[:NEWEST]
        context = self._context(form=form, key=str(uuid7()), runs=runs)
        return render(request, "desk/tables/imports.html", context, status=status)

    def _taken(self, request: HttpRequest) -> str:
        actor, now, sent = actor_of(request), timezone.now(), request.FILES.get("file")
        if not isinstance(sent, UploadedFile):
            raise Invalid("请选择一个 xlsx 或 csv 文件。", field="file")
        if (sent.size or 0) > LARGEST:  # before a byte of it is looked at
            raise Invalid("文件超过 %(most)d MB，请拆成几个文件。", field="file", params={"most": LARGEST // 1024**2})
        content = sent.read()

        def work() -> Answer:
            run = self.table.take(name=sent.name or "", content=content, by=actor, now=now)
            return Answer(302, location=reverse(f"desk:{self.name}_import", args=[run.pk]))

        key = request.POST.get("idempotency_key", "")[:80] or str(uuid7())
        told = canonical_json({"file": hashlib.sha256(content).hexdigest()})
        return once(key, who=f"{self.name}-import:{actor.id}", content=told, now=now, work=work).location

    def template_page(self, request: HttpRequest) -> HttpResponse:
        """The workbook to fill in."""
        answer = HttpResponse(self.template(), content_type=TYPES["xlsx"])
        name = _("%(title)s模板.xlsx") % {"title": self.title}
        answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        return answer

    def import_page(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """What was found row by row, the choice, how far it is, and whether it can be taken back.

        Raises:
            Missing: no such import of this officer.
        """
        actor, now = actor_of(request), timezone.now()
        run = self.table.run_of(actor, pk)
        shown = run.rows[:SHOWN]
        rows = [
            {**_row(row), "cells": [(cell, *head) for cell, head in zip(cells, self.heads, strict=True)]}
            for row, cells in zip(shown, self.cells(shown), strict=True)
        ]
        context = self._context(
            run=run,
            good=run.total - run.bad,
            rows=rows,
            more=run.total > SHOWN,
            may_undo=run.finished_at is not None and run.undone_at is None and now - run.finished_at <= UNDO,
            goes_at=goes_at(run.created_at),
            running=run.started_at is not None and run.finished_at is None,
        )
        return render(request, "desk/tables/import.html", context)

    def begin_page(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Begins, with all rows or the good ones; pressed twice it begins once."""
        good = request.POST.get("rows") == "good"
        self.table.begin(run_id=pk, good_only=good, by=actor_of(request), now=timezone.now())
        return redirect(f"desk:{self.name}_import", pk=pk)

    def discard_page(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Removes an import that was not begun, with what was read of the file."""
        self.table.discard(run_id=pk, by=actor_of(request), now=timezone.now())
        done(request, _("已删除，文件里的内容没有留下。"))
        return redirect(f"desk:{self.name}_imports")

    def undo_page(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Takes the whole import back; what somebody went on with stays."""
        run = self.table.undo(run_id=pk, by=actor_of(request), now=timezone.now())
        done(request, _("已撤销 %(n)d 场，%(m)d 场之后有人办过，没有撤销。") % {"n": run.undone, "m": run.stayed})
        return redirect(f"desk:{self.name}_import", pk=pk)


def day_said(values: dict[str, Any]) -> str:
    """The day of a row as the table said it, with the hour where it gave one: kept in UTC, read in our zone."""
    if "day" not in values:
        return ""
    return f"{catalog.schedule().local(datetime.fromisoformat(values['day'])):%Y-%m-%d %H:%M}".removesuffix(" 00:00")


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "line": row["line"],
        "number": row.get("number", ""),
        "stayed": row.get("stayed", False),
        "problems": [_said(label, Sentence(text, *params)) for label, text, *params in row["problems"]],
    }


def _said(label: str, problem: Sentence) -> str:
    return f"{label}：{say(problem)}" if label else say(problem)
