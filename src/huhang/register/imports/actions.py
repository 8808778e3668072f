"""Bringing a table into the register: taken, checked, saved by key in pieces, and taken back within a day (A4)."""

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.files import actions as files
from huhang.base.files.queries import open_file
from huhang.base.jobs import actions as jobs
from huhang.base.journal import actions as journal
from huhang.base.people.queries import actor_of, with_posts
from huhang.base.sheets.cells import Cell
from huhang.base.sheets.headings import Plan
from huhang.base.sheets.lying import LYING
from huhang.base.sheets.reading import read
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import clean
from huhang.register.imports import checking, contacts, queries, saving
from huhang.register.imports.checking import Checker, Found, Row
from huhang.register.imports.columns import VOCABULARIES
from huhang.register.imports.models import Remark, Run
from huhang.register.subjects.models import Subject

AT_ONCE = {"subjects": 10_000, "contacts": 100}
"""Rows of one transaction: what a crash may cost, and how often progress is seen."""
SMALL = 200_000
"""A file of so many bytes is checked while its sender waits; a larger one by the worker."""
UNDO = timedelta(days=1)
"""So long after it was finished an import can be taken back whole (A4)."""
MOST_REMARKS = 20_000


@transaction.atomic
def take(
    *,
    name: str,
    content: bytes,
    what: str,
    kind: str = "",
    mapping: Mapping[str, str] | None = None,
    by: Actor,
    now: datetime,
) -> Run:
    """Keeps a file sealed and has it checked: at once when it is small, otherwise by the worker. Nothing is saved yet.

    Args:
        kind: the kind of new subjects whose rows do not say it.
        mapping: headings of the file and what they hold; comes before what is recognised.

    Raises:
        Denied: without the permission to import and to keep the register.
        Invalid: no such sort of table, an empty or too large file; of a small file also what is wrong with it whole.
    """
    _may(by)
    if what not in VOCABULARIES:
        raise Invalid("请选择导入什么。", field="what")
    if kind and kind not in Subject.Kind.values:
        raise Invalid("没有这种主体。", field="kind")
    if not content.strip():
        raise Invalid("文件是空的。", hint="请重新选择。", field="file")
    if len(content) > settings.HUHANG_IMPORT_BYTES:
        most = settings.HUHANG_IMPORT_BYTES // (1024 * 1024)
        raise Invalid(
            "文件超过 %(most)d MB。", hint="请拆成几个文件，分几次导入。", field="file", params={"most": most}
        )
    VOCABULARIES[what].told(mapping or {})
    said = clean(name.replace("\n", " ").replace("\0", ""), max_length=10_000)[-200:] or "-"
    kept = files.keep_made(name=said, content=content, media_type="application/octet-stream", by=by, now=now)
    run = Run.objects.create(
        what=what,
        kind=kind,
        by_id=by.user,
        by_label=by.label[:64],
        unit=by.unit,
        name=said,
        digest=hashlib.sha256(content).hexdigest(),
        file=kept,
        columns=dict(mapping or {}),
        created_at=now,
    )
    journal.write("register.import_take", by=by, now=now, data={"import": str(run.pk), "digest": run.digest})
    if len(content) <= SMALL:
        _check(run, content, by, now)
        if run.refused:
            raise Invalid("%(why)s", field="file", params={"why": run.refused})
    else:
        jobs.enqueue("register.check", now=now, run=str(run.pk))
    return run


def _may(by: Actor) -> None:
    if not (allows(by, Perm.IMPORT) and allows(by, Perm.KEEP_REGISTER)):
        raise Denied("您没有导入主体库的权限。")


def check(run_id: uuid.UUID) -> None:
    """Checks a taken file in the worker; a second time it does nothing."""
    now = timezone.now()
    with acting(SYSTEM):
        run = Run.objects.select_for_update(of=("self",)).select_related("file").get(pk=run_id)
        if run.checked_at is not None:
            return
        _check(run, _content(run), actor_of_run(run, now), now)


def _content(run: Run) -> bytes:
    if run.file is None:
        raise Missing("文件已按期删除，请重新上传。")
    return b"".join(open_file(run.file))


def _check(run: Run, content: bytes, by: Actor, now: datetime) -> None:
    """Writes down what the file would do, row by row."""
    try:
        plan, rows, notes = _read(run, content)
    except Invalid as wrong:
        said = next(iter(wrong.problems.values()), wrong.text)
        run.refused, run.checked_at = f"{said} {wrong.hint % wrong.params if wrong.hint else ''}".strip(), now
        run.save(update_fields=["refused", "checked_at"])
        return
    checked = list(_checked(run, plan, rows, by, now))
    tally = {become: sum(row.become == become for row in checked) for become in ("fresh", "differing", "same", "bad")}
    for become, count in tally.items():
        setattr(run, become, count)
    run.total, run.checked_at, run.notes = len(checked), now, notes
    run.columns = {"columns": [asdict(one) for one in plan.columns], "mapping": run.columns}
    run.save()
    _remark(run, Remark.Stage.CHECK, [one for row in checked for one in row.found])
    data = {"import": str(run.pk), "digest": run.digest, "total": run.total, **tally}
    journal.write("register.import_check", by=by, now=now, data=data)


def _read(run: Run, content: bytes) -> tuple[Plan, list[tuple[int, Sequence[Cell]]], list[str]]:
    table = read(content)
    mapping = run.columns.get("mapping", run.columns) if isinstance(run.columns, dict) else {}
    plan = VOCABULARIES[run.what].plan_for(table, mapping)
    if run.what == "subjects" and not any(plan.of(key) for key in ("credit_code", "number", "name")):
        raise Invalid("没有名称、信用代码或主体编号这几列中的任何一列。", hint="请对照模板检查列名。", field="file")
    start = plan.heading_row + 1
    rows: list[tuple[int, Sequence[Cell]]] = list(zip(table.lines[start:], table.rows[start:], strict=True))
    if not rows:
        raise Invalid("表头下面没有内容。", hint="请检查是否选错了文件或工作表。", field="file")
    notes = list(table.notes)
    if plan.unknown:
        notes.append(f"这些列不认识，没有读：{'、'.join(one.place for one in plan.unknown)[:400]}")
    return plan, rows, notes


def _checked(
    run: Run, plan: Plan, rows: Sequence[tuple[int, Sequence[Cell]]], by: Actor, now: datetime
) -> Iterator[Row]:
    given = [cells for _line, cells in rows]
    checker: Checker | contacts.ContactChecker
    if run.what == "contacts":
        checker = contacts.ContactChecker(plan, given, by=by)
    else:
        on = timezone.localtime(now).date()
        checker = Checker(plan, checking.keys_of(plan, given), kind=run.kind, by=by, on=on)
    for line, cells in rows:
        row = checker.check(line, cells)
        if row.bad:
            row.become = "bad"
        elif row.become == "fresh" and run.what == "subjects":
            row.id = uuid7()
        yield row


def _remark(run: Run, stage: str, found: Sequence[Found]) -> None:
    rows = [Remark(run=run, stage=stage, **{**asdict(one), "params": dict(one.params)}) for one in found[:MOST_REMARKS]]
    Remark.objects.bulk_create(rows, batch_size=5000)


@transaction.atomic
def begin(*, run_id: uuid.UUID, good_only: bool, by: Actor, now: datetime, in_background: bool = True) -> Run:
    """Lets a checked run be saved: all of it, or only its good rows. Beginning twice is beginning once.

    Raises:
        Missing: no such run of this actor.
        Denied: without the permission.
        Conflict: not checked yet, all was asked for while an error stands, or nothing would be saved.
    """
    run = _locked(run_id, by)
    if run.started_at is not None:
        return run
    if run.checked_at is None or run.refused:
        raise Conflict("还没有检查完，不能导入。")
    if run.bad and not good_only:
        raise Conflict(
            "还有 %(bad)d 行有错误，没有导入任何一行。",
            hint="请下载报告，改正后重新上传；或选择只导入没有错误的行。",
            params={"bad": run.bad},
        )
    if not run.fresh and not run.differing:
        raise Conflict("没有新增也没有变化，不用导入。")
    run.started_at = now
    run.save(update_fields=["started_at"])
    data = {"import": str(run.pk), "good_only": good_only, "rows": run.fresh + run.differing}
    journal.write("register.import_begin", by=by, now=now, data=data)
    if in_background:
        jobs.enqueue("register.import", now=now, run=str(run.pk))
    return run


def _locked(run_id: uuid.UUID, by: Actor) -> Run:
    _may(by)
    run = queries.runs_of(by).select_for_update(of=("self",)).filter(pk=run_id).first()
    if run is None:
        raise Missing
    return run


def save(run_id: uuid.UUID) -> Run:
    """Saves a begun run in pieces, each a transaction; stopped anywhere, it goes on there.

    Every row is looked at once more before anything of it is saved, so what others did meanwhile counts.

    Raises:
        Denied: the officer has left or may no longer import.
    """
    now = timezone.now()
    with acting(SYSTEM):
        run = Run.objects.select_related("file").get(pk=run_id)
        if run.finished_at is not None:
            return run
        by = actor_of_run(run, now)
        plan, rows, _notes = _read(run, _content(run))
        checked = [row for row in _checked(run, plan, rows, by, now) if row.become in ("fresh", "differing")]
    size = AT_ONCE[run.what]
    writer = contacts.save if run.what == "contacts" else saving.save
    pending = [row for row in checked if row.line > run.done]
    for at in range(0, len(pending), size):
        _save_piece(run, pending[at : at + size], writer, by, timezone.now())
    with acting(SYSTEM):
        _finish(run, by, timezone.now())
    return run


def _save_piece(run: Run, rows: Sequence[Row], writer: "object", by: Actor, now: datetime) -> None:
    with acting(SYSTEM):
        fresh = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if fresh.done >= rows[-1].line:
            return  # another worker was here
        with acting(by if run.what == "contacts" else SYSTEM):
            saved: saving.Saved = writer(rows, run=run.pk, by=by, now=now)  # type: ignore[operator]
        fresh.done, fresh.entered, fresh.changed = (
            rows[-1].line,
            fresh.entered + saved.entered,
            fresh.changed + saved.changed,
        )
        fresh.save(update_fields=["done", "entered", "changed"])
        _remark(run, Remark.Stage.SAVE, saved.found)
        run.done, run.entered, run.changed = fresh.done, fresh.entered, fresh.changed


def _finish(run: Run, by: Actor, now: datetime) -> None:
    run.finished_at = now
    Run.objects.filter(pk=run.pk).update(finished_at=now)
    data = {"import": str(run.pk), "digest": run.digest, "entered": run.entered, "changed": run.changed}
    journal.write("register.import_finish", by=by, now=now, data=data)


def actor_of_run(run: Run, now: datetime) -> Actor:
    """Whoever asked for a run, as of now; the system when a command did without a name.

    Raises:
        Denied: the officer has left, has another first post, or may no longer import.
    """
    if run.by_id is None:
        return replace(SYSTEM, door="cli")
    user = with_posts(now).filter(pk=run.by_id).first()
    actor = actor_of(user, door="desk") if user else None
    if actor is None or actor.unit != run.unit:
        raise Denied("登记这次导入的人已离任或调离，没有导入。")
    _may(actor)
    return actor


@transaction.atomic
def discard(*, run_id: uuid.UUID, by: Actor, now: datetime) -> None:
    """Removes a run that was never begun, with its file.

    Raises:
        Missing, Denied: as `begin`.
        Conflict: it has begun.
    """
    run = _locked(run_id, by)
    if run.started_at is not None:
        raise Conflict("已经开始导入，不能删除。")
    _remove(run, by, now)


def _remove(run: Run, by: Actor, now: datetime) -> None:
    kept = run.file
    Run.objects.filter(pk=run.pk).update(file=None)
    if kept is not None:
        files.remove(kept, by=by, now=now)
    Remark.objects.filter(run=run).delete()
    Run.objects.filter(pk=run.pk).delete()
    journal.write("register.import_discard", by=by, now=now, data={"import": str(run.pk)})


@transaction.atomic
def undo(*, run_id: uuid.UUID, by: Actor, now: datetime, in_background: bool = True) -> Run:
    """Has a finished run taken back: every row nobody changed since. Asking twice is asking once.

    Raises:
        Missing, Denied: as `begin`.
        Conflict: not finished, or finished more than a day ago.
    """
    run = _locked(run_id, by)
    if run.undo_at is not None:
        return run
    if run.finished_at is None:
        raise Conflict("还没有导入完，不能撤销。")
    if now - run.finished_at > UNDO:
        raise Conflict("导入完成已超过一天，不能整批撤销；请逐条修改。")
    run.undo_at, run.undo_by = now, by.id
    run.save(update_fields=["undo_at", "undo_by"])
    journal.write("register.import_undo", by=by, now=now, data={"import": str(run.pk)})
    if in_background:
        jobs.enqueue("register.undo", now=now, run=str(run.pk))
    return run


def take_back(run_id: uuid.UUID) -> Run:
    """Takes a run back, in one transaction; a second time it does nothing."""
    now = timezone.now()
    with acting(SYSTEM):
        run = Run.objects.select_for_update(of=("self",)).get(pk=run_id)
        if run.undo_at is None or run.undone_at is not None:
            return run
        by = actor_of_run(run, now)
        back, stays = (contacts if run.what == "contacts" else saving).take_back(run.pk, by=by, now=now)
        run.undone, run.stayed, run.undone_at = len(back), len(stays), now
        run.save(update_fields=["undone", "stayed", "undone_at"])
        _remark(run, Remark.Stage.UNDO, stays)
        data = {"import": str(run.pk), "undone": run.undone, "stayed": run.stayed}
        journal.write("register.import_undone", by=by, now=now, data=data)
    return run


def forget_files(*, now: datetime) -> int:
    """Removes runs nobody began with in time, and the files of those that are over. Returns how many."""
    with acting(SYSTEM), transaction.atomic():
        lying = list(queries.never_begun(now - LYING))
        for run in lying:
            _remove(run, SYSTEM, now)
        old = [run for run in queries.with_old_files(now - UNDO) if run.file is not None]
        for run in old:
            kept = run.file
            Run.objects.filter(pk=run.pk).update(file=None)
            assert kept is not None
            files.remove(kept, by=SYSTEM, now=now)
    return len(lying) + len(old)
