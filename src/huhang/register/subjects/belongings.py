"""What belongs to a subject and goes along when two turn out to be one; upper rooms declare their tables here."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from psycopg import sql


@dataclass(frozen=True)
class Belonging:
    """A table with a column that names the subject. ``one`` is a partial key under which a subject has one row only:
    a row that would be a second one there stays where it is."""

    table: str
    column: str
    unless: str = ""


_declared: dict[tuple[str, str], Belonging] = {}


def declare(table: str, column: str = "subject_id", *, unless: str = "") -> None:
    """Says that rows of a table go along with their subject.

    Args:
        unless: SQL that is true of a row (``r``) which must stay because the other subject (``%(to)s``) has its like.
    """
    _declared[table, column] = Belonging(table, column, unless)


def hand_over(gone: uuid.UUID, kept: uuid.UUID) -> dict[str, list[str]]:
    """Gives everything of one subject to another. Returns which rows of which table went along."""
    moved: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for one in _declared.values():
            stays = sql.SQL(f"AND NOT ({one.unless})" if one.unless else "")
            statement = sql.SQL("UPDATE {} r SET {} = %(to)s WHERE r.{} = %(from)s {} RETURNING r.id").format(
                sql.Identifier(one.table), sql.Identifier(one.column), sql.Identifier(one.column), stays
            )
            cursor.execute(statement, {"to": kept, "from": gone})
            rows = [str(row[0]) for row in cursor.fetchall()]
            if rows:
                moved[f"{one.table}.{one.column}"] = rows
    return moved


def give_back(moved: Mapping[str, list[str]], kept: uuid.UUID, gone: uuid.UUID) -> int:
    """Gives back what went along and is still there. Returns how many rows."""
    count = 0
    with connection.cursor() as cursor:
        for place, ids in moved.items():
            table, _dot, column = place.partition(".")
            statement = sql.SQL("UPDATE {} SET {} = %s WHERE {} = %s AND id::text = ANY (%s)").format(
                sql.Identifier(table), sql.Identifier(column), sql.Identifier(column)
            )
            cursor.execute(statement, [gone, kept, list(ids)])
            count += cursor.rowcount
    return count
