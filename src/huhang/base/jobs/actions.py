"""Promising work, doing it, and owning up when it cannot be done."""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor, Perm
from huhang.base.jobs import queue
from huhang.base.jobs.models import Work
from huhang.base.jobs.registry import Task, task
from huhang.base.jobs.rules import EARLY, failure, given_up_after, wait_after
from huhang.base.journal import actions as journal
from huhang.base.statements import rows
from huhang.base.statements.whole import whole
from huhang.kernel.errors import Conflict, Denied, Missing


@whole()
def enqueue(name: str, *, now: datetime, not_before: datetime | None = None, **args: Any) -> Work:
    """Promises work in the caller's transaction: both come true or neither does (SAFEGUARDS 6).

    Args:
        name: what a room registered with `registry.work`.
        args: JSON values; nothing personal in plain text, the ledger is not sealed (SAFEGUARDS 11).
    """
    when = not_before or now
    work = Work(name=name, args=args, not_before=when, created_at=now, queued_at=now)
    rows.add(work)
    queue.defer(work.pk, at=when if when > now else None)
    return work


def perform(work_id: uuid.UUID, now: datetime) -> bool:
    """Does a piece of work unless it is done, given up, not due, or in somebody else's hands; says whether it did.

    A failure is written down and tried again later; nothing is raised for it.
    """
    found = Work.objects.filter(pk=work_id).first()
    if found is None:
        return False
    known = task(found.name)
    try:
        if known is None:
            raise Missing("这个版本没有名为“%(name)s”的工作。", params={"name": found.name})
        return _whole(known, work_id, now) if known.whole else _in_parts(known, work_id, now)
    except Exception as problem:  # noqa: BLE001 - whatever goes wrong must reach the ledger, the worker goes on
        _failed(work_id, problem, known.forget if known else (), now)
        return False


def _open(work_id: uuid.UUID, now: datetime) -> Work | None:
    return (
        Work.objects.select_for_update(skip_locked=True)
        .filter(pk=work_id, done_at__isnull=True, given_up_at__isnull=True, not_before__lte=now + EARLY)
        .first()
    )


def _finish(work: Work, known: Task, now: datetime) -> None:
    work.done_at, work.last_error = now, ""
    work.args = _without(work.args, known.forget)
    work.save(update_fields=["done_at", "last_error", "args"])


def _without(args: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in args.items() if key not in names}


def _whole(known: Task, work_id: uuid.UUID, now: datetime) -> bool:
    with acting(SYSTEM):
        work = _open(work_id, now)
        if work is None:
            return False
        known.do(**work.args)
        _finish(work, known, now)
    return True


def _in_parts(known: Task, work_id: uuid.UUID, now: datetime) -> bool:
    with _alone(work_id) as mine:
        if not mine:
            return False
        with acting(SYSTEM):
            work = _open(work_id, now)
        if work is None:
            return False
        known.do(**work.args)
        with acting(SYSTEM):
            _finish(work, known, now)
    return True


@contextmanager
def _alone(work_id: uuid.UUID) -> Iterator[bool]:
    """Holds the work for this session across transactions; a session that dies lets go of it by itself."""
    key = int.from_bytes(hashlib.sha256(work_id.bytes).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine and not connection.needs_rollback and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def _failed(work_id: uuid.UUID, problem: BaseException, forget: tuple[str, ...], now: datetime) -> None:
    with acting(SYSTEM):
        work = Work.objects.select_for_update().get(pk=work_id)
        if work.done_at is not None or work.given_up_at is not None:
            return
        work.attempts += 1
        work.last_error = failure(problem)
        if given_up_after(work.attempts):
            work.given_up_at, work.args = now, _without(work.args, forget)
            journal.write(
                "work.give_up",
                by=SYSTEM,
                now=now,
                data={"work": str(work.pk), "name": work.name, "error": work.last_error},
            )
        else:
            work.not_before, work.queued_at = now + wait_after(work.attempts), now
            queue.defer(work.pk, at=work.not_before)
        work.save(update_fields=["attempts", "last_error", "given_up_at", "args", "not_before", "queued_at"])


@transaction.atomic
def try_again(work_id: uuid.UUID, *, by: Actor, now: datetime) -> Work:
    """Takes up work that was given up, with all its attempts before it again.

    Raises:
        Denied: not the system administrator.
        Missing: no such work.
        Conflict: it was not given up.
    """
    if by.kind != "system" and Perm.MANAGE_SYSTEM not in by.perms:
        raise Denied
    work = Work.objects.select_for_update().filter(pk=work_id).first()
    if work is None:
        raise Missing
    if work.given_up_at is None:
        raise Conflict("这项工作没有被放弃，不用重新开始。")
    work.given_up_at, work.attempts, work.not_before, work.queued_at = None, 0, now, now
    work.save(update_fields=["given_up_at", "attempts", "not_before", "queued_at"])
    queue.defer(work.pk, at=None)
    journal.write("work.try_again", by=by, now=now, data={"work": str(work.pk), "name": work.name})
    return work
