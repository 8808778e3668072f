"""Work of the past brought in from a table: read, checked row by row, saved in pieces, taken back within a day (A4).

A kind says what a row holds, what is wrong with it, and how it becomes cases; reading, keeping, progress and taking
back are the same for all. The file itself is not kept, and what no column can hold is not read.
"""

import json
import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.jobs import actions as jobs
from huhang.base.journal import actions as journal
from huhang.base.people.queries import actor_of, with_posts
from huhang.base.sheets.cells import Cell, is_blank
from huhang.base.sheets.headings import Plan, Vocabulary
from huhang.base.sheets.lying import LYING
from huhang.base.sheets.reading import read
from huhang.base.vault import actions as vault
from huhang.cases.models import Case
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing, Refusal, Sentence
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import clean

MOST, PIECE, UNDO = 2_000, 50, timedelta(days=1)
"""Rows of one table, rows of one transaction, and how long an import can be taken back whole."""


class TableRun(models.Model):
    """A table that was read: its rows as values with what is wrong beside each; the file is not kept."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    by_label = models.CharField(max_length=64, blank=True, default="")
    name = models.CharField(max_length=200)
    rows = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    saved = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone = models.PositiveIntegerField(default=0)
    stayed = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


Run = TypeVar("Run", bound=TableRun)


class Table(ABC, Generic[Run]):
    """What a kind declares of its table.

    ``word`` begins the lines of the journal; ``job`` is the work that saves; ``perm`` is what it takes. Values under
    ``private`` are what people said in their own words: they wait sealed, in a column ``sealed`` of the run, until
    their rows are saved, and are then forgotten there.
    """

    word: str
    job: str
    run: type[Run]
    vocabulary: Vocabulary
    perm: Perm = Perm.VISIT
    private: tuple[str, ...] = ()

    @abstractmethod
    def value(self, key: str, cell: Cell, by: Actor) -> Any:
        """A cell as a value JSON can keep. Raises Invalid with what is wrong with it."""

    @abstractmethod
    def whole(self, values: dict[str, Any], seen: set[Any], by: Actor, now: datetime) -> list[list[str]]:
        """What is wrong with a row taken together, beside its column; ``seen`` is shared by the rows of the table."""

    @abstractmethod
    def enter(self, values: Mapping[str, Any], run: Run, line: int, by: Actor, now: datetime) -> list[Case]:
        """The cases a row becomes, the first its own. Raises a Refusal that then stands beside the row."""

    @abstractmethod
    def take_back(self, cases: Sequence[Case], now: datetime) -> None:
        """Makes cases nobody went on with count nowhere any more."""

    def runs_of(self, actor: Actor) -> models.QuerySet[Run]:
        """An officer's own imports; the system's are all of them."""
        rows: models.QuerySet[Run] = self.run._default_manager.all()
        return rows if actor.kind == "system" else rows.filter(by_id=actor.user) if actor.user else rows.none()

    def run_of(self, actor: Actor, pk: uuid.UUID) -> Run:
        """One import.

        Raises:
            Missing: none of this actor's.
        """
        return self._one(self.runs_of(actor), pk)

    def _one(self, rows: models.QuerySet[Run], pk: uuid.UUID) -> Run:
        found = rows.filter(pk=pk).first()
        if found is None:
            raise Missing("没有这次导入，或者它不是您登记的。")
        return found

    @transaction.atomic
    def take(self, *, name: str, content: bytes, by: Actor, now: datetime) -> Run:
        """Reads a table and checks it row by row; nothing is saved yet, and nothing of the file itself.

        Raises:
            Denied: without the permission to enter such rows.
            Invalid: what is wrong with the file whole.
        """
        if not allows(by, self.perm):
            raise Denied
        table = read(content)
        plan = self.vocabulary.plan_for(table, {})
        start = plan.heading_row + 1
        lines = list(zip(table.lines[start:], table.rows[start:], strict=True))
        if not lines:
            raise Invalid("表头下面没有内容。", hint="请检查是否选错了文件或工作表。", field="file")
        if len(lines) > MOST:
            raise Invalid("一次最多导入 %(most)d 行，请拆成几个文件。", field="file", params={"most": MOST})
        seen: set[Any] = set()
        rows = [self._checked(line, row, plan, seen, by, now) for line, row in lines]
        notes = list(table.notes)
        if plan.unknown:
            places = "、".join(one.place for one in plan.unknown)[:400]
            notes.append(_("这些列没有读：%(columns)s") % {"columns": places})
        run = self.run(
            by_id=by.user,
            by_label=by.label[:64],
            name=clean(name.replace("\n", " ").replace("\0", ""), max_length=10_000)[-200:] or "-",
            notes=notes,
            total=len(rows),
            bad=sum(bool(row["problems"]) for row in rows),
            created_at=now,
        )
        if self.private:
            told = [{key: row["values"].pop(key, None) for key in self.private} for row in rows]
            run.sealed = vault.seal(json.dumps(told, ensure_ascii=False), self._purpose)  # type: ignore[attr-defined]
        run.rows = rows
        run.save(force_insert=True)
        self._write("import_check", run, by, now, total=run.total, bad=run.bad)
        return run

    @property
    def _purpose(self) -> str:
        return f"{self.word}.import"

    def _write(self, what: str, run: Run, by: Actor, now: datetime, **data: int) -> None:
        journal.write(f"{self.word}.{what}", by=by, now=now, data={"import": str(run.pk), **data})

    def _checked(
        self, line: int, row: Sequence[Cell], plan: Plan, seen: set[Any], by: Actor, now: datetime
    ) -> dict[str, Any]:
        """One row: what it says, as values, and what is wrong with it, beside its column."""
        problems: list[list[str]] = []
        values: dict[str, Any] = {}
        for one in self.vocabulary.things:
            column = plan.of(one.key)
            cell = row[column.index] if column is not None and column.index < len(row) else None
            if is_blank(cell):
                if one.needed:
                    problems.append([one.label, Sentence("这一列要填。")])
                continue
            try:
                values[one.key] = self.value(one.key, cell, by)
            except Invalid as wrong:
                problems.append([one.label, wrong.text])
        if not problems:
            problems = self.whole(values, seen, by, now)
        return {"line": line, "values": values, "problems": [_kept(*one) for one in problems]}

    @transaction.atomic
    def begin(self, *, run_id: uuid.UUID, good_only: bool, by: Actor, now: datetime, in_background: bool = True) -> Run:
        """Lets a checked import be saved, all of it or its good rows; beginning twice is beginning once.

        Raises:
            Missing: none of this actor's.
            Conflict: all was asked for while an error stands, or no row is good.
        """
        run = self._locked(run_id, by)
        if run.started_at is not None:
            return run
        if run.bad and not good_only:
            raise Conflict("还有 %(bad)d 行有错误，没有导入任何一行。", params={"bad": run.bad})
        if run.bad == run.total:
            raise Conflict("没有可以导入的行。")
        run.started_at = now
        run.save(update_fields=["started_at"])
        self._write("import_begin", run, by, now, rows=run.total - run.bad)
        if in_background:
            jobs.enqueue(self.job, now=now, run=str(run.pk))
        return run

    @transaction.atomic
    def discard(self, *, run_id: uuid.UUID, by: Actor, now: datetime) -> None:
        """Removes an import that was checked and not begun, with all that was read of the file.

        Raises:
            Missing: none of this actor's.
            Conflict: it has begun.
        """
        run = self._locked(run_id, by)
        if run.started_at is not None:
            raise Conflict("已经开始导入，不能删除。")
        self._remove(run, by, now)

    def expire(self, *, now: datetime) -> int:
        """Removes what nobody began with in time; what broke off for as long keeps its rows, but nothing sealed.

        Returns how many.
        """
        with acting(SYSTEM), transaction.atomic():
            rows = self.runs_of(SYSTEM).filter(finished_at=None).select_for_update(of=("self",))
            old = list(rows.filter(started_at=None, created_at__lte=now - LYING))
            for run in old:
                self._remove(run, SYSTEM, now)
            broken = list(rows.filter(started_at__lte=now - LYING))
            for run in broken:
                self._end(run, SYSTEM, now)
        return len(old) + len(broken)

    def _remove(self, run: Run, by: Actor, now: datetime) -> None:
        self._write("import_discard", run, by, now, total=run.total)
        run.delete()

    def _end(self, run: Run, by: Actor, now: datetime) -> None:
        """Nothing more is saved of it, and nothing sealed is kept."""
        run.finished_at = now
        if self.private:
            run.sealed = None  # type: ignore[attr-defined]
        self._write("import_finish", run, by, now, saved=run.saved)
        run.save()

    def _locked(self, run_id: uuid.UUID, by: Actor) -> Run:
        return self._one(self.runs_of(by).select_for_update(of=("self",)), run_id)

    def save(self, run_id: uuid.UUID) -> Run:
        """Saves a begun import in pieces, each a transaction; stopped anywhere, it goes on there.

        Raises:
            Denied: whoever asked has left.
        """
        with acting(SYSTEM):
            run = self._one(self.runs_of(SYSTEM), run_id)
            if run.finished_at is not None:
                return run
            by, told = self._officer(run), self._told(run)
        while True:
            with acting(SYSTEM), transaction.atomic():
                run = self._locked(run_id, SYSTEM)
                if run.finished_at is not None:
                    return run
                piece = range(run.done, min(run.done + PIECE, run.total))
                for at in piece:
                    self._save(run, run.rows[at], told[at] if told else {}, by, timezone.now())
                run.done = piece.stop
                run.saved = sum("number" in row for row in run.rows)
                if run.done >= run.total:
                    self._end(run, by, timezone.now())
                run.save()

    def _told(self, run: Run) -> list[dict[str, Any]]:
        """What waited sealed, opened for the whole table in one reading that the journal names."""
        if not self.private:
            return []
        sealed, now = run.sealed, timezone.now()  # type: ignore[attr-defined]
        found = vault.reveal(sealed, self._purpose, person=None, why="登记导入的记录", by=SYSTEM, now=now)
        rows: list[dict[str, Any]] = json.loads(found)
        return rows

    def _officer(self, run: Run) -> Actor:
        user = with_posts(timezone.now()).filter(pk=run.by_id).first() if run.by_id else None
        actor = actor_of(user, door="desk") if user else None
        if actor is None or not allows(actor, self.perm):
            raise Denied("登记这次导入的人已离任或调离，没有导入。")
        return actor

    def _save(self, run: Run, row: dict[str, Any], told: Mapping[str, Any], by: Actor, now: datetime) -> None:
        """One row in a savepoint of its own, as the officer who asked; what is refused now stands beside it."""
        if row["problems"] or "number" in row:
            return
        given = {**row["values"], **{key: value for key, value in told.items() if value is not None}}
        try:
            with acting(by), transaction.atomic():
                cases = self.enter(given, run, row["line"], by, now)
        except Refusal as wrong:
            problems = getattr(wrong, "problems", {}) or {"": wrong.text}
            row["problems"] = [_kept(name, text) for name, text in problems.items()]
            return
        with acting(SYSTEM):
            rows = Case.objects.filter(pk__in=[one.pk for one in cases]).values_list("pk", "number", "version")
            known = {pk: (number, version) for pk, number, version in rows}
        row["number"], row["version"] = known[cases[0].pk]
        if len(cases) > 1:
            row["also"] = [list(known[one.pk]) for one in cases[1:]]

    @transaction.atomic
    def undo(self, *, run_id: uuid.UUID, by: Actor, now: datetime) -> Run:
        """Takes a finished import back: every row nobody went on with since; asking twice is asking once.

        Raises:
            Missing: none of this actor's.
            Conflict: not finished, or finished more than a day ago.
        """
        run = self._locked(run_id, by)
        if run.undone_at is not None:
            return run
        if run.finished_at is None:
            raise Conflict("还没有导入完，不能撤销。")
        if now - run.finished_at > UNDO:
            raise Conflict("导入完成已超过一天，不能整批撤销；请逐条作废。")
        with acting(SYSTEM, apart=False):
            for row in run.rows:
                if "number" not in row:
                    continue
                versions = {row["number"]: row["version"], **dict(row.get("also", []))}
                cases = list(Case.objects.filter(number__in=versions).only("pk", "number", "version", "kind"))
                cases.sort(key=lambda one, first=row["number"]: one.number != first)  # type: ignore[misc]
                if any(one.version != versions[one.number] for one in cases):
                    row["stayed"] = True
                    continue
                self.take_back(cases, now)
        kept = sum(bool(row.get("stayed")) for row in run.rows)
        run.undone_at, run.undone, run.stayed = now, run.saved - kept, kept
        run.save(update_fields=["rows", "undone_at", "undone", "stayed"])
        self._write("import_undone", run, by, now, undone=run.undone, stayed=kept)
        return run


def _kept(label: str, text: str) -> list[Any]:
    """A problem as JSON keeps it: its sentence apart from what stands in it, so that it can be said in any language."""
    if isinstance(text, Sentence):
        return [
            label,
            text.message,
            {name: value if isinstance(value, int | float) else str(value) for name, value in text.params.items()},
        ]
    return [label, text, {}]
