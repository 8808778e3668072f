"""Runs somebody may see, what is known of rows already filed, and how far a run has come."""

import uuid
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import QuerySet

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.jobs.models import Work
from huhang.base.sheets import cells
from huhang.base.sheets.cells import Cell
from huhang.kernel.errors import Missing
from huhang.kernel.text import squeeze
from huhang.kinds.requests.importing.checks import Register, Row, number_of
from huhang.kinds.requests.importing.columns import Plan
from huhang.kinds.requests.models import ImportRow, ImportRun
from huhang.register.subjects.models import Subject

_BY_NUMBER = (
    "SELECT source_key FROM requests_request"
    " WHERE source_key = ANY (%s) OR (source_key LIKE 'n:%%' AND substr(source_key, 36) = ANY (%s))"
)


def runs_of(actor: Actor) -> QuerySet[ImportRun]:
    """An officer's own runs; the system's are all of them."""
    rows = ImportRun.objects.all()
    return rows if actor.kind == "system" else rows.filter(by_id=actor.user) if actor.user else rows.none()


def run_of(actor: Actor, run_id: uuid.UUID) -> ImportRun:
    """One run.

    Raises:
        Missing: no such run of this actor.
    """
    run = runs_of(actor).filter(pk=run_id).first()
    if run is None:
        raise Missing("没有这次导入，或者它不是您登记的。")
    return run


def problem_rows(run: ImportRun, *, first: int = 0, most: int = 100) -> list[ImportRow]:
    """Rows with something to say about them, errors before warnings, then in order of line."""
    bad = ImportRow.objects.filter(run=run).exclude(problems=[])
    return list(
        bad.extra(order_by=["-is_bad", "line"], select={"is_bad": 'problems @> \'[{"level": "error"}]\''})[
            first : first + most
        ]
    )


def failed(run: ImportRun) -> bool:
    """Whether the work was given up after many attempts; it can be begun again by an administrator."""
    if run.started_at is None or run.finished_at is not None:
        return False
    return Work.objects.filter(name="requests.import", args__run=str(run.pk), given_up_at__isnull=False).exists()


def known_keys(rows: Sequence[Row]) -> dict[str, str]:
    """Keys in the ledger that meet these rows by key or by number, each with its number.

    Asked as the system: a row filed by a unit the importer cannot see is still in the ledger.
    """
    keys = [row.key for row in rows if row.key]
    numbers = sorted({row.number for row in rows if row.number})
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_BY_NUMBER, [keys, numbers])
        return {key: number_of(key) for (key,) in cursor.fetchall()}


def register_of(plan: Plan, rows: Iterable[Sequence[Cell]]) -> Register:
    """The enterprises these rows name, in one statement."""
    codes: set[str] = set()
    names: set[str] = set()
    for field, found in (("credit_code", codes), ("subject", codes), ("subject", names)):
        column = plan.of(field)
        if column is None:
            continue
        for row in rows:
            if column.index < len(row) and not cells.is_blank(row[column.index]):
                text = cells.said(row[column.index]).strip()
                found.add(squeeze(text) if found is codes else text)
    return _register(codes, names)


def register_of_kept(plan: Plan, rows: Iterable[ImportRow]) -> Register:
    """The same for rows of a run; enterprise names and credit codes are public and stand there in plain text."""
    width = max((one.index for one in plan.columns), default=-1) + 1
    return register_of(plan, [[row.raw["cells"].get(str(i)) for i in range(width)] for row in rows])


def _register(codes: set[str], names: set[str]) -> Register:
    if not codes and not names:
        return Register({}, {})
    by_code: dict[str, str] = {}
    by_name: dict[str, str] = {}
    found = Subject.objects.filter(credit_code__in=codes) | Subject.objects.filter(name__in=names)
    for pk, code, name in found.order_by("-created_at").values_list("pk", "credit_code", "name"):
        by_name[name] = str(pk)
        if code:
            by_code[code] = str(pk)
    return Register(by_code, by_name)
