"""Checked rows into the register many at a time, and out again: set-based, with the history of every field (ADR 29)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from huhang.base.access.rules import Actor
from huhang.register.imports.checking import WRITTEN, Found, Row

_TYPES = {
    "flags": "varchar(24)[]",
    "sensitive": "boolean",
    "unit_id": "uuid",
    "within_id": "uuid",
    "head_count": "integer",
    "investment": "bigint",
    **dict.fromkeys(("lon", "lat", "given_lon", "given_lat"), "double precision"),
}
_TEMPORARY = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS incoming (line integer, become text, id uuid, version integer, "
    + ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in WRITTEN)
    + ") ON COMMIT DELETE ROWS"
)
_STAMPS = "updated_at, updated_by, updated_label, updated_unit, via"
_GIVEN = "%(now)s::timestamptz, %(by)s::uuid, %(label)s::text, %(unit)s::uuid, %(via)s::text || i.line"
_PLAIN = [name for name in WRITTEN if name != "number"]
_ENTER = (
    f"INSERT INTO subjects_subject (id, number, {', '.join(_PLAIN)}, state, state_why, version, created_at, {_STAMPS})"
    " SELECT i.id, coalesce(i.number, 'Z' || to_char(nextval('subjects_number'), 'FM00000000')),"
    f" {', '.join(f'i.{name}' for name in _PLAIN)}, 'active', '', 1, %(now)s::timestamptz, {_GIVEN}"
    " FROM incoming i WHERE i.become = 'fresh' ORDER BY i.line ON CONFLICT DO NOTHING RETURNING id"
)
_CHANGE = (
    f"UPDATE subjects_subject s SET {', '.join(f'{name} = i.{name}' for name in WRITTEN)}, version = s.version + 1,"
    " updated_at = %(now)s::timestamptz, updated_by = %(by)s::uuid, updated_label = %(label)s,"
    " updated_unit = %(unit)s::uuid, via = %(via)s::text || i.line FROM incoming i"
    " WHERE i.become = 'differing' AND s.id = i.id AND s.version = i.version RETURNING s.id"
)


@dataclass
class Saved:
    """What became of some rows."""

    entered: int = 0
    changed: int = 0
    found: list[Found] = field(default_factory=list)

    def add(self, other: "Saved") -> None:
        self.entered += other.entered
        self.changed += other.changed
        self.found += other.found


def via_of(run: uuid.UUID) -> str:
    """What stands in the history beside a row of this run, before its line."""
    return f"import:{run.hex}:"


def save(rows: Sequence[Row], *, run: uuid.UUID, by: Actor, now: datetime) -> Saved:
    """Saves rows in the caller's transaction; what somebody else entered or changed since the check is told of.

    Two rows that want one code at the same moment break a whole statement; it is then tried in halves.
    """
    wanted = [row for row in rows if row.become in ("fresh", "differing")]
    if not wanted:
        return Saved()
    try:
        with transaction.atomic():
            return _save(wanted, run, by, now)
    except IntegrityError:
        if len(wanted) == 1:
            return Saved(found=[_late(wanted[0])])
        half = len(wanted) // 2
        saved = save(wanted[:half], run=run, by=by, now=now)
        saved.add(save(wanted[half:], run=run, by=by, now=now))
        return saved


def _save(rows: Sequence[Row], run: uuid.UUID, by: Actor, now: datetime) -> Saved:
    given: dict[str, Any] = {"now": now, "by": by.id, "label": by.label[:64], "unit": by.unit, "via": via_of(run)}
    with connection.cursor() as cursor:
        cursor.execute(_TEMPORARY)
        cursor.execute("DELETE FROM incoming")
        columns = ", ".join(("line", "become", "id", "version", *WRITTEN))
        with cursor.copy(f"COPY incoming ({columns}) FROM STDIN") as out:
            for row in rows:
                values = [row.columns.get(name) for name in WRITTEN]
                out.write_row([row.line, row.become, row.id, row.version, *values])
        cursor.execute(_ENTER, given)
        entered = {row[0] for row in cursor.fetchall()}
        cursor.execute(_CHANGE, given)
        changed = {row[0] for row in cursor.fetchall()}
    late = [_late(row) for row in rows if row.id not in entered and row.id not in changed]
    return Saved(len(entered), len(changed), late)


def _late(row: Row) -> Found:
    text = (
        "导入期间有人登记了同一个代码或编号，这一行没有导入。"
        if row.become == "fresh"
        else "导入期间有人改过这一条，这一行没有导入。"
    )
    return Found(row.line, True, "", text, advice="请核对后重新导入这一行。")


_OF_RUN = "c.via >= %(via)s AND c.via < %(end)s"
_NUMBERED = "split_part(c.via, ':', 3)::int AS line"
_BACK = f"""
WITH mine AS (
    SELECT c.subject_id, c.version, {_NUMBERED}, c.via,
        (SELECT jsonb_object_agg(e.key, e.value->0) FROM jsonb_each(c.fields) e) AS was
    FROM subjects_change c WHERE {_OF_RUN} AND c.version > 1
)
UPDATE subjects_subject s SET
    ({", ".join(WRITTEN)}) = (SELECT {", ".join(f"r.{name}" for name in WRITTEN)}
        FROM jsonb_populate_record(s, mine.was) r),
    version = s.version + 1, updated_at = %(now)s::timestamptz, updated_by = %(by)s::uuid, updated_label = %(label)s,
    updated_unit = %(unit)s::uuid, via = 'undo:' || substr(mine.via, 8)
FROM mine WHERE s.id = mine.subject_id AND s.version = mine.version AND s.state <> 'merged'
    AND NOT EXISTS (SELECT 1 FROM subjects_subject o WHERE o.id <> s.id AND o.credit_code = mine.was->>'credit_code')
RETURNING mine.line
"""
_FOREIGN = """
SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.confrelid = 'subjects_subject'::regclass
"""


def take_back(run: uuid.UUID, *, by: Actor, now: datetime) -> tuple[set[int], list[Found]]:
    """Undoes a run in the caller's transaction: rows nobody changed since. Returns their lines, and why others stay.

    A subject the run entered is taken out only while nothing refers to it; its history stays, for the auditor.
    """
    via = via_of(run)
    given: dict[str, Any] = {
        "via": via,
        "end": via[:-1] + ";",
        "now": now,
        "by": by.id,
        "label": by.label[:64],
        "unit": by.unit,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_NUMBERED}, c.subject_id, c.version, s.number, s.name, s.version AS now_at FROM subjects_change c"
            f" JOIN subjects_subject s ON s.id = c.subject_id WHERE {_OF_RUN} ORDER BY 1",
            given,
        )
        rows = [
            dict(zip(("line", "id", "version", "number", "name", "now_at"), r, strict=True)) for r in cursor.fetchall()
        ]
        cursor.execute(_BACK, given)
        back = {row[0] for row in cursor.fetchall()}
        fresh = {row["id"]: row for row in rows if row["version"] == 1 and row["now_at"] == 1}
        used = _used(cursor, list(fresh))
        free = [pk for pk in fresh if pk not in used]
        cursor.execute(
            "DELETE FROM subjects_pair WHERE one_id = ANY (%(ids)s) OR other_id = ANY (%(ids)s)", {"ids": free}
        )
        cursor.execute("DELETE FROM subjects_subject WHERE id = ANY (%s) AND version = 1 RETURNING id", [free])
        gone = {row[0] for row in cursor.fetchall()}
    back |= {fresh[pk]["line"] for pk in gone}
    return back, [_stays(row, used) for row in rows if row["line"] not in back]


def _used(cursor: Any, ids: list[uuid.UUID]) -> set[uuid.UUID]:
    """Which of these subjects something refers to, whatever the table; proposed duplicates do not count."""
    cursor.execute(_FOREIGN)
    used: set[uuid.UUID] = set()
    for table, column in cursor.fetchall():
        if table == "subjects_pair":
            continue
        cursor.execute(f'SELECT DISTINCT "{column}" FROM {table} WHERE "{column}" = ANY (%s)', [ids])
        used |= {row[0] for row in cursor.fetchall()}
    return used


def _stays(row: dict[str, Any], used: set[uuid.UUID]) -> Found:
    text = (
        "“%(name)s”（%(number)s）已有诉求、联系人或别的记录，没有撤销。"
        if row["id"] in used
        else "“%(name)s”（%(number)s）导入后又有人改过，没有撤销。"
    )
    return Found(row["line"], True, "", text, {"name": row["name"], "number": row["number"]}, "请到它的页面上核对。")
