"""The same rows asked of the database directly: the least a request could cost."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg

from huhang.cases.walls import terms
from huhang.kernel.numbering import public_number, uuid7
from huhang.reading.ledger import COLUMNS
from huhang.reading.search import words

_ROW = ", ".join(COLUMNS)


_STEP = """
INSERT INTO cases_step (id, case_id, seq, move, from_state, to_state, at, by_kind, by_label, note, public_note, data)
SELECT %(id)s, %(case)s, max(seq) + 1, 'bench', '', '', now(), 'system', '', '', '', '{}'
FROM cases_step WHERE case_id = %(case)s
"""
_PART = """
INSERT INTO cases_assignment (id, case_id, unit_id, role, opened_at, ended_why)
SELECT %(id)s, %(case)s, unit_id, 'lead', now(), '' FROM cases_case WHERE id = %(like)s
"""
_ENTRY = """
INSERT INTO journal_entry (id, at, action, actor_kind, actor_name, door, "case", about, data)
VALUES (%(id)s, now(), 'bench', 'system', '', 'cli', %(case)s, '', '')
"""


def _copied(table: str, key: str, given: str, rest: str) -> str:
    like = f"FROM {table} WHERE {_LIKE[table]} = %(like)s LIMIT 1"
    return f"INSERT INTO {table} ({key}, {rest}) SELECT {given}, {rest} {like}"


_LIKE = {"cases_case": "id", "requests_request": "case_id", "cases_step": "case_id", "cases_clock": "case_id"}


class Bare:
    """Plain statements on a plain connection as the tables' owner, without row-level security."""

    _copies = (
        ("cases_case", "id, number", "%(case)s, %(number)s"),
        ("requests_request", "case_id", "%(case)s"),
        ("cases_step", "id, case_id", "%(id)s, %(case)s"),
        ("cases_clock", "id, case_id", "%(id)s, %(case)s"),
    )

    def __init__(self, dsn: str) -> None:
        self.session = psycopg.connect(dsn, autocommit=True)
        like = self.session.execute("SELECT id FROM cases_case WHERE number LIKE 'HB-%%' LIMIT 1").fetchone()
        assert like is not None
        self._like = like[0]
        self._columns = {table: self._others(table, key) for table, key, _ in self._copies}

    def _others(self, table: str, key: str) -> str:
        rows = self.session.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [table],
        ).fetchall()
        return ", ".join(name for (name,) in rows if name not in key.split(", "))

    def rows(self, where: str, order: str, values: dict[str, Any]) -> list[Any]:
        """Fifty-one rows of a list."""
        sql = f"SELECT {_ROW} FROM cases_case WHERE {where} ORDER BY {order} LIMIT 51"  # noqa: S608  conditions are ours
        return self.session.execute(sql, values).fetchall()

    def queue(self, units: list[Any] | None, late: bool) -> list[Any]:
        """Open cases by due instant."""
        where = "is_open" + (" AND unit_id = ANY (%(units)s)" if units is not None else "")
        where += " AND due_at < now()" if late else ""
        return self.rows(where, "due_at, id", {"units": units})

    def found(self, query: str, units: list[Any] | None) -> list[Any]:
        """Cases in which the words stand, newest first."""
        grams, likes = words(query)
        where = f"{terms()} @@ %(grams)s::tsquery AND folded LIKE ALL (%(likes)s)"
        where += " AND unit_id = ANY (%(units)s)" if units is not None else ""
        return self.rows(where, "received_at DESC, id DESC", {"grams": grams, "likes": likes, "units": units})

    def record(self, number: str) -> list[Any]:
        """One case with its detail, steps and clocks."""
        one = self.session.execute(
            "SELECT * FROM cases_case c JOIN requests_request r ON r.case_id = c.id WHERE number = %s", [number]
        ).fetchall()
        key = [one[0][0]]
        for table in ("cases_step", "cases_clock", "cases_attachment", "cases_comment", "requests_revisit"):
            self.session.execute(f"SELECT * FROM {table} WHERE case_id = %s", key).fetchall()  # noqa: S608
        return one

    def count(self, units: list[Any] | None) -> int:
        """How many open, counted up to a thousand and one."""
        where = "is_open" + (" AND unit_id = ANY (%s)" if units is not None else "")
        sql = f"SELECT count(*) FROM (SELECT 1 FROM cases_case WHERE {where} LIMIT 1001) AS counted"  # noqa: S608
        row = self.session.execute(sql, [units] if units is not None else None).fetchone()
        assert row is not None
        return int(row[0])

    def grid(self, units: list[Any] | None) -> list[Any]:
        """Cases received within a year by unit, state and month, grouped from the cases themselves."""
        where = " AND unit_id = ANY (%s)" if units is not None else ""
        return self.session.execute(
            "SELECT unit_id, state, date_trunc('month', received_at), count(*) FROM cases_case"  # noqa: S608
            f" WHERE received_at >= now() - interval '1 year'{where} GROUP BY 1, 2, 3",
            None if units is None else [units],
        ).fetchall()

    def create(self) -> None:
        """The rows of a new request, copied from one there is, in one transaction with its journal row."""
        case = uuid7()
        with self.session.transaction():
            for table, key, given in self._copies:
                values = {"case": case, "id": uuid7(), "number": public_number("HX"), "like": self._like}
                self.session.execute(_copied(table, key, given, self._columns[table]), values)
            self.session.execute(_PART, {"id": uuid7(), "case": case, "like": self._like})
            self._enter(case)

    def move(self, case: uuid.UUID) -> None:
        """Lock, change, append a step, write the journal: what no program can leave out."""
        with self.session.transaction():
            self.session.execute("SELECT * FROM cases_case WHERE id = %s FOR UPDATE", [case])
            self.session.execute("UPDATE cases_case SET version = version + 1 WHERE id = %s", [case])
            self.session.execute(_STEP, {"id": uuid7(), "case": case})
            self._enter(case)

    def _enter(self, case: uuid.UUID) -> None:
        self.session.execute(_ENTRY, {"id": uuid7(), "case": case})

    def numbers(self, state: str, units: list[Any] | None = None) -> Iterator[tuple[str, int, Any]]:
        """Number, version and key of cases in a state, newest first."""
        sql = "SELECT number, version, id FROM cases_case WHERE state = %s AND is_open AND NOT sensitive"
        sql += " AND unit_id = ANY (%s)" if units is not None else ""
        values = [state] if units is None else [state, units]
        sql += " AND number LIKE 'HB-%%' ORDER BY received_at DESC LIMIT 2000"
        yield from self.session.execute(sql, values).fetchall()
