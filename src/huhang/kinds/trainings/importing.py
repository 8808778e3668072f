"""Sessions that were held, brought in from a table: read, checked row by row, saved, taken back within a day (A4, B5).

The file itself is not kept, and what no column of ours can hold is not read: lists of bureaus have columns of names
beside the numbers, and those stay where they are (ADR 37).
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.base.jobs import actions as jobs
from huhang.base.journal import actions as journal
from huhang.base.people.queries import actor_of, with_posts
from huhang.base.sheets import cells
from huhang.base.sheets.cells import Cell, is_blank, said
from huhang.base.sheets.headings import Plan
from huhang.base.sheets.reading import read
from huhang.cases.actions import move, open_case
from huhang.cases.models import Case
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing, Refusal
from huhang.kernel.text import clean
from huhang.kinds.trainings import catalogue
from huhang.kinds.trainings.actions.opening import told_of
from huhang.kinds.trainings.columns import VOCABULARY
from huhang.kinds.trainings.models import Host, ImportRun
from huhang.kinds.trainings.rules import CHECK, MOST_PEOPLE, passed_within
from huhang.register.subjects.queries import by_key

MOST, PIECE, UNDO = 2_000, 50, timedelta(days=1)
"""Rows of one table, rows of one transaction, and how long an import can be taken back whole."""
NUMBERS = ("people", "handed_over", "before_taken", "before_passed", "after_taken", "after_passed")
RETURN = ("return_taken", "return_passed")


def runs_of(actor: Actor) -> QuerySet[ImportRun]:
    """An officer's own imports; the system's are all of them."""
    rows = ImportRun.objects.all()
    return rows if actor.kind == "system" else rows.filter(by_id=actor.user) if actor.user else rows.none()


def run_of(actor: Actor, pk: uuid.UUID) -> ImportRun:
    """One import.

    Raises:
        Missing: none of this actor's.
    """
    found = runs_of(actor).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这次导入，或者它不是您登记的。")
    return found


@transaction.atomic
def take(*, name: str, content: bytes, by: Actor, now: datetime) -> ImportRun:
    """Reads a table and checks it row by row; nothing is saved of sessions yet, and nothing of the file itself.

    Raises:
        Denied: without the permission to enter sessions.
        Invalid: what is wrong with the file whole.
    """
    if not allows(by, Perm.VISIT):
        raise Denied
    table = read(content)
    plan = VOCABULARY.plan_for(table, {})
    start = plan.heading_row + 1
    lines = list(zip(table.lines[start:], table.rows[start:], strict=True))
    if not lines:
        raise Invalid("表头下面没有内容。", hint="请检查是否选错了文件或工作表。", field="file")
    if len(lines) > MOST:
        raise Invalid("一次最多导入 %(most)d 场，请分几次。", field="file", params={"most": MOST})
    seen: set[tuple[Any, ...]] = set()
    rows = [_checked(line, row, plan, seen, by, now) for line, row in lines]
    notes = list(table.notes)
    if plan.unknown:
        places = "、".join(one.place for one in plan.unknown)[:400]
        notes.append(_("这些列没有读：%(columns)s") % {"columns": places})
    run = ImportRun.objects.create(
        by_id=by.user,
        by_label=by.label[:64],
        name=clean(name.replace("\n", " ").replace("\0", ""), max_length=10_000)[-200:] or "-",
        rows=rows,
        notes=notes,
        total=len(rows),
        bad=sum(bool(row["problems"]) for row in rows),
        created_at=now,
    )
    data = {"import": str(run.pk), "total": run.total, "bad": run.bad}
    journal.write("training.import_check", by=by, now=now, data=data)
    return run


def _checked(
    line: int, row: Sequence[Cell], plan: Plan, seen: set[tuple[Any, ...]], by: Actor, now: datetime
) -> dict[str, Any]:
    """One row: what it says, as values, and what is wrong with it, beside its column."""
    problems: list[list[str]] = []
    values: dict[str, Any] = {}
    for one in VOCABULARY.things:
        column = plan.of(one.key)
        cell = row[column.index] if column is not None and column.index < len(row) else None
        if is_blank(cell):
            if one.needed:
                problems.append([one.label, "这一列要填。"])
            continue
        try:
            values[one.key] = _value(one.key, cell, by)
        except Invalid as wrong:
            problems.append([one.label, wrong.text])
    if not problems:
        problems = _whole(values, seen, by, now)
    return {"line": line, "values": values, "problems": problems}


def _value(key: str, cell: Cell, by: Actor) -> Any:
    if key in (*NUMBERS, *RETURN):
        number = cells.number(cell, 0, MOST_PEOPLE)
        if number != int(number):
            raise Invalid("请填整数。")
        return int(number)
    if key in ("day", "returned_on"):
        return cells.moment(cell).isoformat()
    if key == "sort":
        return _sort(said(cell).strip())
    if key == "subjects":
        return [str(_subject(one, by)) for one in said(cell).replace("；", ";").split(";") if one.strip()]
    return cells.words(cell, most={"title": 100, "place": 200, "speaker": 80}[key]).replace("\n", " ")


def _sort(text: str) -> str:
    for code, body in catalogue.kinds().items():
        if text in (code, body["name"], body["name_en"]):
            return code
    raise Invalid("目录里没有这个种类，请从模板的下拉列表里选。")


def _subject(text: str, by: Actor) -> uuid.UUID:
    found = by_key(by, text)
    if found is None:
        raise Invalid(
            "登记库里没有“%(name)s”，或不止一个；请填主体编号或信用代码。", params={"name": text.strip()[:40]}
        )
    return found.pk


def _whole(values: Mapping[str, Any], seen: set[tuple[Any, ...]], by: Actor, now: datetime) -> list[list[str]]:
    """What is wrong with a row taken together, and whether it was entered before."""
    labels = {one.key: one.label for one in VOCABULARY.things} | {"starts_at": "日期", "results": "移交人数"}
    try:
        given = values_of(values)
        told = told_of(given, by, now)
        if given["starts_at"] > now:
            raise Invalid("还没有举办。", field="starts_at")
        if not given["people"]:
            raise Invalid("没有人来的不用登记。", field="people")
        for stage in ("before", "after", "return"):
            passed_within(values.get(f"{stage}_taken"), values.get(f"{stage}_passed"))
        if told.terms.form == CHECK and (values.get("handed_over") or 0) > given["people"]:
            raise Invalid("移交的人不能比检查的人多。", field="results")
    except Invalid as wrong:
        return [[labels.get(name, name), text] for name, text in wrong.problems.items()] or [["", wrong.text]]
    day = catalog.schedule().date_of(told.starts_at)
    keys = {(told.terms.code, day, told.title, one.pk) for one in told.subjects}
    if keys & seen or _there(told.terms.code, told.starts_at, told.title, [one.pk for one in told.subjects]):
        return [["", "同一天、同一家、同一名称的已经登记过。"]]
    seen |= keys
    return []


def _there(sort: str, at: datetime, title: str, subjects: Sequence[uuid.UUID]) -> bool:
    first, end = catalog.schedule().whole(catalog.schedule().date_of(at))
    with acting(SYSTEM, apart=False):
        rows = Host.objects.filter(subject__in=subjects, case__category=sort, case__title__startswith=title)
        rows = rows.filter(case__training__starts_at__gte=first, case__training__starts_at__lt=end)
        return rows.exclude(case__state="dropped").exists()


def values_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the action takes it; of a check what is not handed over has the first result that is not adverse."""
    given = {key: row[key] for key in (*NUMBERS, "sort", "title", "place", "speaker", "subjects") if key in row}
    at = datetime.fromisoformat(row["day"])
    given["starts_at"] = at if at.tzinfo else catalog.schedule().at(at.date(), at.time())
    if (adverse := given.pop("handed_over", None)) is not None or catalogue.terms(row["sort"]).form == CHECK:
        known = catalogue.terms(row["sort"]).results
        bad, good = (next((code for code, flag in known if flag is kind), "") for kind in (True, False))
        results = {good: given["people"] - (adverse or 0), bad: adverse or 0}
        given["results"] = {code: number for code, number in results.items() if number}
    return given


@transaction.atomic
def begin(*, run_id: uuid.UUID, good_only: bool, by: Actor, now: datetime, in_background: bool = True) -> ImportRun:
    """Lets a checked import be saved, all of it or its good rows; beginning twice is beginning once.

    Raises:
        Missing: none of this actor's.
        Conflict: all was asked for while an error stands, or no row is good.
    """
    run = _locked(run_id, by)
    if run.started_at is not None:
        return run
    if run.bad and not good_only:
        raise Conflict("还有 %(bad)d 行有错误，没有导入任何一行。", params={"bad": run.bad})
    if run.bad == run.total:
        raise Conflict("没有可以导入的行。")
    run.started_at = now
    run.save(update_fields=["started_at"])
    journal.write("training.import_begin", by=by, now=now, data={"import": str(run.pk), "rows": run.total - run.bad})
    if in_background:
        jobs.enqueue("trainings.import", now=now, run=str(run.pk))
    return run


def _locked(run_id: uuid.UUID, by: Actor) -> ImportRun:
    found = runs_of(by).select_for_update(of=("self",)).filter(pk=run_id).first()
    if found is None:
        raise Missing("没有这次导入，或者它不是您登记的。")
    return found


def save(run_id: uuid.UUID) -> ImportRun:
    """Saves a begun import in pieces, each a transaction; stopped anywhere, it goes on there.

    Raises:
        Denied: whoever asked has left.
    """
    with acting(SYSTEM):
        by = _officer(ImportRun.objects.get(pk=run_id))
    while True:
        with acting(SYSTEM), transaction.atomic():
            run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run_id)
            piece = range(run.done, min(run.done + PIECE, run.total))
            if run.finished_at is not None:
                return run
            for at in piece:
                _save(run.rows[at], by, timezone.now())
            run.done = piece.stop
            run.saved = sum("number" in row for row in run.rows)
            if run.done >= run.total:
                run.finished_at = timezone.now()
                data = {"import": str(run.pk), "saved": run.saved}
                journal.write("training.import_finish", by=by, now=run.finished_at, data=data)
            run.save(update_fields=["rows", "done", "saved", "finished_at"])


def _officer(run: ImportRun) -> Actor:
    user = with_posts(timezone.now()).filter(pk=run.by_id).first() if run.by_id else None
    actor = actor_of(user, door="desk") if user else None
    if actor is None or not allows(actor, Perm.VISIT):
        raise Denied("登记这次导入的人已离任或调离，没有导入。")
    return actor


def _save(row: dict[str, Any], by: Actor, now: datetime) -> None:
    """One row in a savepoint of its own, as the officer who asked; what is refused now stands beside it."""
    if row["problems"] or "number" in row:
        return
    try:
        with acting(by), transaction.atomic():
            case = open_case("training", by=by, now=now, **values_of(row["values"]))
            _returned(case, row["values"], by, now)
    except Refusal as wrong:
        problems = getattr(wrong, "problems", {}) or {"": wrong.text}
        row["problems"] = [[name, str(text)] for name, text in problems.items()]
        return
    with acting(SYSTEM):
        row["number"], row["version"] = Case.objects.values_list("number", "version").get(pk=case.pk)


def _returned(case: Case, values: Mapping[str, Any], by: Actor, now: datetime) -> None:
    if values.get("return_taken") is None:
        return
    day = datetime.fromisoformat(values["returned_on"]).date() if values.get("returned_on") else None
    taken, passed = values["return_taken"], values.get("return_passed") or 0
    terms = catalogue.terms(values["sort"])
    if terms.form == CHECK:
        bad, good = (next((code for code, flag in terms.results if flag is kind), "") for kind in (True, False))
        results = {code: n for code, n in ((good, passed), (bad, taken - passed)) if n}
        given: dict[str, Any] = {"people": taken, "results": results, "on": day}
        move(case_id=case.pk, name="recount", values=given, by=by, now=now)
        return
    move(case_id=case.pk, name="recheck", values={"taken": taken, "passed": passed, "on": day}, by=by, now=now)


@transaction.atomic
def undo(*, run_id: uuid.UUID, by: Actor, now: datetime) -> ImportRun:
    """Takes a finished import back: every session nobody went on with since; asking twice is asking once.

    Raises:
        Missing: none of this actor's.
        Conflict: not finished, or finished more than a day ago.
    """
    run = _locked(run_id, by)
    if run.undone_at is not None:
        return run
    if run.finished_at is None:
        raise Conflict("还没有导入完，不能撤销。")
    if now - run.finished_at > UNDO:
        raise Conflict("导入完成已超过一天，不能整批撤销；请逐场作废。")
    with acting(SYSTEM, apart=False):
        for row in run.rows:
            if "number" not in row:
                continue
            case = Case.objects.only("pk", "version").get(number=row["number"])
            if case.version != row["version"]:
                row["stayed"] = True
                continue
            move(case_id=case.pk, name="void", values={"reason": _("整批撤销导入")}, by=SYSTEM, now=now)
    kept = sum(bool(row.get("stayed")) for row in run.rows)
    run.undone_at, run.undone, run.stayed = now, run.saved - kept, kept
    run.save(update_fields=["rows", "undone_at", "undone", "stayed"])
    data = {"import": str(run.pk), "undone": run.undone, "stayed": kept}
    journal.write("training.import_undone", by=by, now=now, data=data)
    return run
