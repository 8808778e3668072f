"""Bringing a table in: everything is checked and written down first, then filed in pieces; a broken-off run goes on."""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.jobs import actions as jobs
from huhang.base.journal import actions as journal
from huhang.base.keyring.keys import Ring
from huhang.base.people.queries import actor_of, with_posts
from huhang.base.sheets.lying import LYING
from huhang.base.sheets.reading import Table, read
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing, Refusal
from huhang.kernel.text import clean
from huhang.kernel.worktime import Schedule
from huhang.kinds.requests.actions.filing import file_request, intake_unit
from huhang.kinds.requests.importing import keeping, ledger, queries
from huhang.kinds.requests.importing.checks import ERROR, WARNING, Checker, Problem, Row, mark_repeats
from huhang.kinds.requests.importing.columns import Column, Plan, plan_for
from huhang.kinds.requests.models import ImportRow, ImportRun, Request
from huhang.register.units.queries import receiving, tree

CHUNK = 200
"""Rows of one transaction: what a crash may cost, and how often progress is seen."""
BAD = [{"level": ERROR}]
"""What the problems of a row that cannot be filed contain."""


@transaction.atomic
def check_file(
    *,
    name: str,
    content: bytes,
    by: Actor,
    now: datetime,
    unit: uuid.UUID | None = None,
    mapping: Mapping[str, str] | None = None,
) -> ImportRun:
    """Reads a file, checks every row and writes both down; nothing is filed yet.

    Args:
        unit: who takes the requests in; an officer's are always their own unit's.
        mapping: headings of the file and what they hold; comes before what is recognised.

    Raises:
        Denied: without the permission to import.
        Invalid: the file as a whole cannot be used, with what to do; a row's faults are in its own problems.
    """
    if not allows(by, Perm.IMPORT):
        raise Denied("您没有导入诉求的权限。")
    taking = _unit(unit, by, now)
    table = read(content)
    plan = plan_for(table, mapping or {})
    rows = _checked(table, plan, now)
    ring, sealed = keeping.fresh_key()
    run = ImportRun.objects.create(
        by_id=by.user,
        unit_id=taking,
        name=clean(name.replace("\n", " ").replace("\0", ""), max_length=10_000)[-200:] or "-",
        digest=hashlib.sha256(content).hexdigest(),
        columns={"columns": [asdict(one) for one in plan.columns], "notes": _notes(table, plan), "key": sealed},
        total=len(rows),
        bad=sum(row.bad for row in rows),
        repeated=sum(row.repeated for row in rows),
        created_at=now,
        checked_at=now,
    )
    kept = (keeping.kept(row.cells, plan.columns, ring) for row in rows)
    ledger.add(run.pk, [ledger.Line.of(row, raw) for row, raw in zip(rows, kept, strict=True)])
    data = {"import": str(run.pk), "digest": run.digest, "total": run.total, "bad": run.bad}
    journal.write("import.check", by=by, now=now, data=data)
    return run


def _unit(unit: uuid.UUID | None, by: Actor, now: datetime) -> uuid.UUID:
    if by.unit is not None:
        if unit is not None and unit != by.unit:
            own = tree().label(by.unit)
            raise Invalid("导入的诉求由导入人所在的%(own)s受理，不能指定别的单位。", field="unit", params={"own": own})
        return by.unit
    taking = unit or intake_unit()
    return receiving(taking, on=Schedule().date_of(now)).id


def _notes(table: Table, plan: Plan) -> list[str]:
    notes = list(table.notes)
    if plan.heading_row:
        notes.append(f"表头在第 {table.lines[plan.heading_row]} 行，上面的内容没有读。")
    if plan.unknown:
        notes.append(f"这些列不导入，原文随每一行封存：{'、'.join(one.place for one in plan.unknown)[:400]}")
    if plan.of("received_at") is None:
        notes.append("没有时间这一列，每一行都按导入的时刻算收到。")
    return notes


def _checked(table: Table, plan: Plan, now: datetime) -> list[Row]:
    start = plan.heading_row + 1
    given = list(zip(table.lines[start:], table.rows[start:], strict=True))
    if not given:
        raise Invalid("表头下面没有内容。", hint="请检查是否选错了文件或工作表。", field="file")
    checker = Checker(plan, register=queries.register_of(plan, table.rows[start:]), filled=table.filled, now=now)
    rows = [checker.check(line, cells) for line, cells in given]
    mark_repeats(rows, queries.known_keys(rows))
    return rows


@transaction.atomic
def begin(*, run_id: uuid.UUID, good_only: bool, by: Actor, now: datetime, in_background: bool = True) -> ImportRun:
    """Lets a checked run be filed: all of it, or only its good rows. Beginning twice is beginning once.

    Raises:
        Missing: no such run of this actor.
        Denied: without the permission to import, or another's run.
        Conflict: all was asked for while an error stands, or no row can be filed.
    """
    run = _locked(run_id, by)
    if run.started_at is not None:
        return run
    if run.bad and not good_only:
        raise Conflict(
            "还有 %(bad)d 行有错误，没有导入任何一行。",
            hint="请下载报告，改正后重新上传；或选择只导入没有错误的行。",
            params={"bad": run.bad},
        )
    if run.bad == run.total:
        raise Conflict("每一行都有错误，没有可以导入的。", hint="请下载报告，改正后重新上传。")
    run.started_at = now
    run.save(update_fields=["started_at"])
    data = {"import": str(run.pk), "good_only": good_only, "rows": run.total - run.bad}
    journal.write("import.begin", by=by, now=now, data=data)
    if in_background:
        jobs.enqueue("requests.import", now=now, run=str(run.pk))
    return run


def _locked(run_id: uuid.UUID, by: Actor) -> ImportRun:
    if not allows(by, Perm.IMPORT):
        raise Denied("您没有导入诉求的权限。")
    run = queries.runs_of(by).select_for_update(of=("self",)).filter(pk=run_id).first()
    if run is None:
        raise Missing
    return run


@transaction.atomic
def discard(*, run_id: uuid.UUID, by: Actor, now: datetime) -> None:
    """Removes a run that was checked but never begun, with all it kept of the file.

    Raises:
        Missing, Denied: as `begin`.
        Conflict: it has begun.
    """
    run = _locked(run_id, by)
    if run.started_at is not None:
        raise Conflict("已经开始导入，不能删除。")
    _remove(run, by, now)


def _remove(run: ImportRun, by: Actor, now: datetime) -> None:
    ImportRow.objects.filter(run=run).delete()
    ImportRun.objects.filter(pk=run.pk).delete()
    journal.write("import.discard", by=by, now=now, data={"import": str(run.pk)})


def expire(*, now: datetime) -> int:
    """Removes runs nobody began with in time, with the sealed rows. Returns how many."""
    with acting(SYSTEM), transaction.atomic():
        rows = ImportRun.objects.select_for_update(of=("self",)).filter(started_at=None, created_at__lte=now - LYING)
        old = list(rows)
        for run in old:
            _remove(run, SYSTEM, now)
    return len(old)


def file_rows(
    run_id: uuid.UUID,
    *,
    progress: Callable[[int, int], None] | None = None,
    most: int = CHUNK,
    door: str = "desk",
) -> ImportRun:
    """Files every good row not yet dealt with, a transaction each ``most`` rows; stopped anywhere, it goes on there.

    Each request is filed as the officer who asked for it would file it by hand, with the same journal row.

    Raises:
        Denied: the officer has left or may no longer import.
    """
    with acting(SYSTEM):
        run = ImportRun.objects.get(pk=run_id)
        ring = keeping.open_key(run.columns["key"], by=SYSTEM, now=timezone.now())
    plan = Plan(tuple(Column(**one) for one in run.columns["columns"]), 0)
    goes_on = True
    while goes_on:
        with acting(SYSTEM):
            goes_on = _file_chunk(run, plan, ring, most=most, now=timezone.now(), door=door)
        if progress is not None:
            progress(run.imported + run.repeated, run.total - run.bad)
    return run


def actor_of_run(run: ImportRun, now: datetime, *, door: str) -> Actor:
    """Whoever asked for a run, as of now; the system when a command did without a name.

    Raises:
        Denied: the officer has left, has another first post, or may no longer import.
    """
    if run.by_id is None:
        return replace(SYSTEM, door=door)
    user = with_posts(now).filter(pk=run.by_id).first()
    actor = actor_of(user, door=door) if user else None
    if actor is None or not allows(actor, Perm.IMPORT) or actor.unit != run.unit_id:
        raise Denied("登记这次导入的人已离任或调离，剩下的行没有导入。")
    return actor


def _file_chunk(run: ImportRun, plan: Plan, ring: Ring, *, most: int, now: datetime, door: str) -> bool:
    """One transaction's worth of rows; says whether there may be more. The run stays locked: nobody else files it."""
    fresh = ImportRun.objects.select_for_update().get(pk=run.pk)
    if fresh.finished_at is not None:
        run.imported, run.repeated, run.bad, run.finished_at = (
            fresh.imported,
            fresh.repeated,
            fresh.bad,
            fresh.finished_at,
        )
        return False
    actor = actor_of_run(fresh, now, door=door)
    pending = ImportRow.objects.filter(run=fresh, case__isnull=True, repeated=False).exclude(problems__contains=BAD)
    rows = list(pending.order_by("line")[:most])
    there = dict(
        Request.objects.filter(source_key__in=[row.source_key for row in rows]).values_list("source_key", "case_id")
    )
    checker = Checker(plan, register=queries.register_of_kept(plan, rows), filled=(), now=fresh.checked_at or now)
    with acting(actor):
        for row in rows:
            _file_row(row, fresh, plan, ring, checker, there, actor, now)
    ledger.settle(rows)
    fresh.imported += sum(row.case_id is not None and not row.repeated for row in rows)
    fresh.repeated += sum(row.repeated for row in rows)
    fresh.bad += sum(row.case_id is None and not row.repeated for row in rows)
    if len(rows) < most:
        fresh.finished_at = now
        data = {"import": str(run.pk), "imported": fresh.imported, "repeated": fresh.repeated, "bad": fresh.bad}
        journal.write("import.finish", by=actor, now=now, data=data)
    fresh.save(update_fields=["imported", "repeated", "bad", "finished_at"])
    run.imported, run.repeated, run.bad, run.finished_at = (
        fresh.imported,
        fresh.repeated,
        fresh.bad,
        fresh.finished_at,
    )
    return fresh.finished_at is None


def _file_row(
    row: ImportRow,
    run: ImportRun,
    plan: Plan,
    ring: Ring,
    checker: Checker,
    there: dict[Any, uuid.UUID],
    actor: Actor,
    now: datetime,
) -> None:
    if row.source_key in there:
        row.case_id, row.repeated = there[row.source_key], True
        return
    cells = keeping.cells_of(row.raw, plan.columns, ring)
    checked = checker.check(row.line, cells)
    values = checked.values
    kept = keeping.source_row(cells, plan.columns, file=run.name, line=row.line)
    if checked.stars is not None:
        kept["stars"] = checked.stars
    try:
        filed = file_request(  # a transaction within ours: what it refuses leaves nothing behind
            by=actor, now=now, unit=run.unit_id, source_key=row.source_key, source_row=kept, **values
        )
    except Refusal as problem:
        row.problems = [*row.problems, *_said(problem)]
    except IntegrityError as problem:
        if "source_key" not in str(problem):
            raise
        row.repeated = True
        row.problems = [*row.problems, Problem(WARNING, "", "同时有另一次导入登记了这一行。").kept()]
    else:
        row.case_id, row.raw = filed.case.pk, {"cells": {}}
        there[row.source_key] = filed.case.pk


def _said(problem: Refusal) -> list[dict[str, str]]:
    texts = list(getattr(problem, "problems", {}).values()) or [problem.text]
    return [Problem(ERROR, "", text, "请改正后重新导入这一行。").kept() for text in texts]
