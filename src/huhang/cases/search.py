"""What of a case can be found by its words (kernel.text).

`search` holds every two neighbouring characters as lexemes without positions; `folded` holds the same text folded, and
the database function `cases_found` compares it again, so that what is found is exact for any two or more characters.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func, TextField, Value

from huhang.cases.models import Case
from huhang.kernel.text import bigrams, fold, query_bigrams, query_words


def haystack(case: Case) -> str:
    """The text searched, in one piece."""
    return "\n".join((case.title, case.body, case.place, case.from_label))


def grams(text: str) -> list[str]:
    """The lexemes of a text, sorted."""
    return sorted(bigrams(text))


def index(case: Case) -> None:
    """Fills the two search columns of a case about to be saved."""
    text = haystack(case)
    case.folded = fold(text)
    case.search = vector(text)


def vector(text: str) -> Any:
    """The search column of a text as an expression for INSERT or UPDATE."""
    value = Value(grams(text), output_field=ArrayField(TextField()))
    return Func(value, function="array_to_tsvector", output_field=SearchVectorField())


def tsquery(query: str) -> str:
    """The query as text that PostgreSQL casts to a tsquery: every pair of every word.

    Raises:
        Invalid: fewer than two characters that can be searched.
    """
    return " & ".join(
        "'" + gram.replace("\\", "\\\\").replace("'", "''") + "'" for gram in sorted(query_bigrams(query))
    )


def patterns(query: str) -> list[str]:
    """The LIKE patterns of every word of a query, for the exact comparison."""
    escape = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})
    return [f"%{word.translate(escape)}%" for word in query_words(query)]
