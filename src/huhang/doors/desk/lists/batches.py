"""Bulk work in progress: it can be left and found again, and it says what happened to every row."""

import uuid
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.jobs.queries import given_up
from huhang.cases.models import Batch, BatchRow, Case
from huhang.cases.registry import kinds
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Progress
from huhang.kernel.errors import Missing

NEWEST = 50


def _batches(actor: Actor) -> QuerySet[Batch]:
    """One's own batches, each with how far it is."""
    return Batch.objects.filter(by_id=actor.user).annotate(
        lost=given_up("cases.batch", "batch"),
        done=Count("rows", filter=Q(rows__done_at__isnull=False)),
        refusals=Count("rows", filter=~Q(rows__refused="")),
    )


def _batch(actor: Actor, pk: uuid.UUID) -> Any:
    batch = _batches(actor).filter(pk=pk).first()
    if batch is None:
        raise Missing
    return batch


def move_label(name: str) -> str:
    """What a batch does, in words."""
    return next((str(m.label) for k in kinds().values() if (m := k.move(name)) is not None), name)


def progress_of(batch: Any) -> Progress:
    """How far a batch is, as the progress box says it."""
    state = "done" if batch.finished_at else ("failed" if batch.lost else "running" if batch.done else "waiting")
    note = _("%(n)d 件没有办成") % {"n": batch.refusals} if batch.refusals else ""
    if state == "failed":
        note = _("后台多次没有办成，已停下；请联系管理员在“运行状况”页重排。")
    page = reverse("desk:batch", kwargs={"pk": batch.pk})
    return Progress(
        label=_("成批%(move)s") % {"move": move_label(batch.move)},
        state=state,
        poll_url=reverse("desk:batch_progress", kwargs={"pk": batch.pk}),
        done=batch.done,
        total=batch.total,
        note=note,
        result_url=f"{page}#rows" if batch.finished_at else "",
        result_label=_("看每一件的结果"),
        leave_url=reverse("desk:batches"),
    )


@officers()
@require_safe
def batches_page(request: HttpRequest) -> HttpResponse:
    """The newest of one's own bulk work."""
    rows = [
        (batch, progress_of(batch)) for batch in _batches(actor_of(request)).order_by("-created_at", "-id")[:NEWEST]
    ]
    return render(request, "desk/lists/batches.html", {"rows": rows, "now": timezone.now(), "newest": NEWEST})


@officers()
@require_safe
def batch_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One bulk work: its progress, and row by row what became of it.

    Raises:
        Missing: no such work of this officer.
    """
    actor = actor_of(request)
    batch = _batch(actor, pk)
    rows = list(BatchRow.objects.filter(batch_id=pk).order_by("id"))
    cases = visible_to(actor, Case.objects.filter(pk__in=[r.case_id for r in rows]))
    known = {pk: (number, title) for pk, number, title in cases.values_list("id", "number", "title")}
    # a case that moved out of sight by this very work keeps its line, without its words
    told = [(known.get(row.case_id), row, _(row.refused) if row.refused else "") for row in rows]
    told.sort(key=lambda one: (not one[1].refused, one[1].id))
    context = {"batch": batch, "progress": progress_of(batch), "rows": told, "now": timezone.now()}
    return render(request, "desk/lists/batch.html", context)


@officers()
@require_safe
def progress_part(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The progress box alone, asked for every second while the page is open.

    Raises:
        Missing: no such work of this officer.
    """
    return render(request, "frame/_progress.html", {"progress": progress_of(_batch(actor_of(request), pk))})
