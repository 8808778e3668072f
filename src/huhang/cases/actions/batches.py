"""One move on many cases: each case in a transaction of its own, told row by row, resumable after a crash."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import allows, visible_to
from huhang.base.access.rules import Actor
from huhang.base.jobs import actions as jobs
from huhang.base.journal import actions as journal
from huhang.base.people.models import User
from huhang.base.people.queries import actor_of, with_posts
from huhang.cases.actions.moving import move
from huhang.cases.fields import clean_all
from huhang.cases.models import Batch, BatchRow, Case
from huhang.cases.registry import kind_of
from huhang.kernel.errors import Denied, Invalid, Refusal
from huhang.kernel.text import plain

MOST = 500


@transaction.atomic
def start_batch(
    *,
    kind: str,
    move_name: str,
    chosen: Sequence[tuple[uuid.UUID, int]],
    values: Mapping[str, Any],
    by: Actor,
    now: datetime,
) -> Batch:
    """Notes down one move for many cases and leaves the doing to the worker.

    Args:
        chosen: case ids with the version each was seen at.

    Raises:
        Invalid: nothing or too much chosen, the move is not for many, or its values are wrong.
        Denied: the actor may not make this move anywhere.
    """
    found = kind_of(kind).move(move_name)
    if found is None or not found.bulk:
        raise Invalid("这一步不能成批办理。")
    if not chosen:
        raise Invalid("请先勾选要办理的事项。")
    if len(chosen) > MOST:
        raise Invalid("一次最多办理 %(most)d 件，请分几次。", params={"most": MOST})
    if by.user is None or not allows(by, found.needs):
        raise Denied
    clean_all(found.fields, dict(values))
    seen = dict(chosen)
    mine = list(visible_to(by, Case.objects.filter(pk__in=seen)).values_list("pk", flat=True))
    batch = Batch.objects.create(
        by_id=by.user, move=move_name, values=plain(dict(values)), total=len(mine), created_at=now
    )
    BatchRow.objects.bulk_create(BatchRow(batch=batch, case_id=pk, version=seen[pk]) for pk in mine)
    journal.write("batch.start", by=by, now=now, data={"batch": str(batch.pk), "move": move_name, "total": len(mine)})
    jobs.enqueue("cases.batch", now=now, batch=str(batch.pk))
    return batch


def run_batch(batch_id: uuid.UUID) -> None:
    """Makes the move on every row not yet dealt with, as the officer who asked; stopped anywhere, it goes on there."""
    with acting(SYSTEM):
        batch = Batch.objects.get(pk=batch_id)
        user = with_posts(timezone.now()).filter(pk=batch.by_id).first()
        rows = list(BatchRow.objects.filter(batch=batch, done_at__isnull=True).order_by("id"))
    for row in rows:
        with acting(SYSTEM):
            _run_row(batch, row, user)
    with acting(SYSTEM):
        Batch.objects.filter(pk=batch_id).update(finished_at=timezone.now())


def _run_row(batch: Batch, row: BatchRow, user: User | None) -> None:
    now = timezone.now()
    try:
        if user is None:
            raise Denied("登记这批办理的人已离任。")
        with acting(actor_of(user, door="desk")) as by:  # row-level security judges as if the officer were here
            move(case_id=row.case_id, name=batch.move, values=batch.values, by=by, now=now, version=row.version)
    except Refusal as problem:
        row.refused = problem.text
    row.done_at = now
    row.save(update_fields=["done_at", "refused"])
