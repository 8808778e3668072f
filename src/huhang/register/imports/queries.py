"""Runs somebody may see, what was found in them, and whether the worker gave one up."""

import uuid
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from huhang.base.access.rules import Actor
from huhang.base.jobs.models import Work
from huhang.kernel.errors import Missing
from huhang.register.imports.models import Remark, Run

WORKS = ("register.check", "register.import", "register.undo")


def runs_of(actor: Actor) -> QuerySet[Run]:
    """An officer's own runs; the system's are all of them."""
    rows = Run.objects.all()
    return rows if actor.kind == "system" else rows.filter(by_id=actor.user) if actor.user else rows.none()


def run_of(actor: Actor, run_id: uuid.UUID) -> Run:
    """One run.

    Raises:
        Missing: no such run of this actor.
    """
    run = runs_of(actor).filter(pk=run_id).first()
    if run is None:
        raise Missing("没有这次导入，或者它不是您登记的。")
    return run


def remarks(run: Run, *, most: int | None = None) -> list[Remark]:
    """What there is to say row by row: of the last stage first, errors before hints, then in order of line."""
    order = {"undo": 0, "save": 1, "check": 2}
    rows = Remark.objects.filter(run=run).order_by("-bad", "line", "id")
    found = sorted(rows, key=lambda one: (order[one.stage], not one.bad, one.line))
    return found if most is None else found[:most]


def failed(run: Run) -> bool:
    """Whether the worker gave the run up after many attempts."""
    given_up: Any = Work.objects.filter(name__in=WORKS, args__run=str(run.pk), given_up_at__isnull=False)
    return bool(given_up.exists())


def never_begun(before: datetime) -> QuerySet[Run]:
    """Runs taken before a moment that nobody began with, and those that cannot be begun."""
    return Run.objects.select_for_update(of=("self",)).filter(started_at=None, created_at__lte=before)


def with_old_files(before: datetime) -> QuerySet[Run]:
    """Runs finished or refused before a moment, whose file still lies there."""
    over = Q(finished_at__lt=before) | Q(started_at__isnull=True, created_at__lt=before) & ~Q(refused="")
    return Run.objects.select_for_update(of=("self",)).filter(over, file__isnull=False)
