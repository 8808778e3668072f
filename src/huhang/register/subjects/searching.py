"""Finding subjects by their words through an index, whoever looks (ADR 9, 12).

The index holds every two neighbouring characters; what it gives is compared again, so that it is exact for any words.
"""

import uuid
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet, TextField, Value

from huhang.kernel.text import query_words
from huhang.register.subjects.models import Subject

FEW = 5_000
"""So many findings are fetched by the index; words that more subjects have are met by walking the list (`first`)."""
SOME = 1_500
"""So many of more findings are fetched, to count among them or to put them in order."""
WALKED = 5_000
"""So many names are walked before those that have the words are put in order."""


def tsquery(words: tuple[str, ...]) -> str:
    """The words as text that PostgreSQL casts to a tsquery: their pairs; a single character begins one."""
    asked = dict.fromkeys(
        pair for word in words for pair in ([_quoted(a + b) for a, b in pairwise(word)] or [f"{_quoted(word)}:*"])
    )
    return " & ".join(asked)


def patterns(words: tuple[str, ...]) -> list[str]:
    """The LIKE patterns of the words, for the exact comparison."""
    escape = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})
    return [f"%{word.translate(escape)}%" for word in words]


@dataclass(frozen=True)
class Found:
    """Rows narrowed by words. Where more than `FEW` have the words, ``some`` holds a part of them for the counting."""

    rows: QuerySet[Subject]
    words: tuple[str, ...] = ()
    some: str = ""


def find(rows: QuerySet[Subject], text: str) -> Found:
    """The rows that hold every word of a text. Asks the index at once, with a statement of its own."""
    words = query_words(text)
    if not words:
        return Found(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cardinality(f.ids), CASE WHEN cardinality(f.ids) <= %s THEN f.ids ELSE f.ids[:%s] END::text"
            " FROM (SELECT subjects_found(%s::tsquery, %s::text[], %s) AS ids OFFSET 0) f",
            [FEW, SOME, tsquery(words), patterns(words), FEW + 1],
        )
        n, ids = cursor.fetchone()
    if n <= FEW:
        return Found(rows.filter(_among(ids)))
    for word in words:
        rows = rows.filter(said__contains=word)
    return Found(rows, words, ids)


def with_words(rows: QuerySet[Subject], text: str) -> QuerySet[Subject]:
    """The rows that hold every word of a text."""
    return find(rows, text).rows


def counted(found: Found, most: int) -> int:
    """How many there are, up to one more than ``most``; a part of very many mostly tells that there are more."""
    if found.some:
        there = found.rows.filter(_among(found.some)).order_by()[: most + 1].count()
        if there > most:
            return there
    return found.rows.order_by()[: most + 1].count()


def first(found: Found, size: int, after: tuple[str, uuid.UUID] | None = None) -> list[Subject]:
    """The first rows by name, or those after a name.

    What is common is met soon by walking the names. Where it is not (what a name begins with stands together in them),
    those that have the words are put in order; if nearly none of these is wanted, the names are walked to their end.
    """
    rows, names = _after(found.rows, after), _after(Subject.objects.all(), after)
    by_name = rows.defer("said", "note").order_by("name", "id")
    if not found.some:
        return list(by_name[:size])
    last = names.order_by("name", "id").values_list("name", flat=True)[WALKED : WALKED + 1].first()
    met = list((by_name if last is None else by_name.filter(name__lt=last))[:size])
    if len(met) == size or last is None:
        return met
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cardinality(f.ids), f.ids::text"
            " FROM (SELECT subjects_first(%s::tsquery, %s::text[], %s, %s, %s::uuid) AS ids OFFSET 0) f",
            [tsquery(found.words), patterns(found.words), SOME, *(after or (None, None))],
        )
        n, ids = cursor.fetchone()
    met = list(by_name.filter(_among(ids))[:size])
    return met if len(met) == size or n < SOME else list(by_name[:size])


def _after(rows: QuerySet[Subject], after: tuple[str, uuid.UUID] | None) -> QuerySet[Subject]:
    if after is None:
        return rows
    name, pk = after
    return rows.filter(Q(name__gt=name) | Q(name=name, pk__gt=pk))


def _among(ids: str) -> Any:
    return Func(
        F("pk"),
        Value(ids, output_field=TextField()),
        template="(%(expressions)s::uuid[]))",
        arg_joiner=" = ANY (",
        output_field=BooleanField(),
    )


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
