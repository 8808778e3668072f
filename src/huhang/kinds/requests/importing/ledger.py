"""The rows of a run, written and settled many at a time: one JSON value a statement, not a quoted list a column."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

from huhang.kernel.numbering import uuid7
from huhang.kinds.requests.importing.checks import Row
from huhang.kinds.requests.models import ImportRow

AT_ONCE = 2000
_ADD = """
INSERT INTO requests_import_row (id, run_id, line, source_key, raw, problems, repeated)
SELECT id, %s, line, source_key, raw, problems, repeated
  FROM jsonb_to_recordset(%s::jsonb)
    AS r(id uuid, line int, source_key text, raw jsonb, problems jsonb, repeated boolean)
"""
_SETTLE = """
UPDATE requests_import_row w SET case_id = r.case_id, raw = r.raw, problems = r.problems, repeated = r.repeated
  FROM jsonb_to_recordset(%s::jsonb) AS r(id uuid, case_id uuid, raw jsonb, problems jsonb, repeated boolean)
 WHERE w.id = r.id
"""


@dataclass(frozen=True)
class Line:
    """A row of the file as the run keeps it."""

    id: str
    line: int
    source_key: str
    raw: dict[str, Any]
    problems: list[dict[str, str]]
    repeated: bool

    @classmethod
    def of(cls, row: Row, raw: dict[str, Any]) -> "Line":
        """A checked row with its original cells."""
        return cls(str(uuid7()), row.line, row.key, raw, [one.kept() for one in row.problems], row.repeated)


def add(run: uuid.UUID, lines: Sequence[Line]) -> None:
    """Writes the rows of a run."""
    with connection.cursor() as cursor:
        for at in range(0, len(lines), AT_ONCE):
            cursor.execute(_ADD, [run, json.dumps([asdict(one) for one in lines[at : at + AT_ONCE]])])


def settle(rows: Sequence[ImportRow]) -> None:
    """Writes what became of rows."""
    told = [
        {
            "id": str(row.pk),
            "case_id": str(row.case_id) if row.case_id else None,
            "raw": row.raw,
            "problems": row.problems,
            "repeated": row.repeated,
        }
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [json.dumps(told)])
