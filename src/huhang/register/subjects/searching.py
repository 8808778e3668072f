"""Finding subjects by their words through an index, whoever looks (ADR 9, 12).

The index holds every two neighbouring characters; what it gives is compared again, so that it is exact for any words.
"""

from itertools import pairwise
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet, TextField, Value

from huhang.kernel.text import query_words
from huhang.register.subjects.models import Subject

FEW = 5_000
"""So many findings are fetched by the index; words that more subjects have are met soon enough by walking the list."""


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


def with_words(rows: QuerySet[Subject], text: str) -> QuerySet[Subject]:
    """The rows that hold every word of a text. Asks the index at once, with a statement of its own."""
    words = query_words(text)
    if not words:
        return rows
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cardinality(f.ids), CASE WHEN cardinality(f.ids) <= %s THEN f.ids::text END"
            " FROM (SELECT subjects_found(%s::tsquery, %s::text[], %s) AS ids OFFSET 0) f",
            [FEW, tsquery(words), patterns(words), FEW + 1],
        )
        n, ids = cursor.fetchone()
    if n > FEW:
        for word in words:
            rows = rows.filter(said__contains=word)
        return rows
    among: Any = Func(
        F("pk"),
        Value(ids, output_field=TextField()),
        template="(%(expressions)s::uuid[]))",
        arg_joiner=" = ANY (",
        output_field=BooleanField(),
    )
    return rows.filter(among)


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
