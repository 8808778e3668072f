"""Finding cases by their words: any two neighbouring characters, exactly (HOUSE §4)."""

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.cases.models import Case
from huhang.cases.search import patterns, tsquery
from huhang.kernel.errors import Invalid
from huhang.kernel.numbering import normalise_number


def words(query: str) -> tuple[str, list[str]]:
    """What the database function is given for a query.

    Raises:
        Invalid: fewer than two characters that can be searched; the sentence belongs beside the box.
    """
    try:
        return tsquery(query), patterns(query)
    except Invalid as problem:
        raise Invalid(problem.message, field="q", params=problem.params) from None


def number_in(query: str) -> str:
    """The public number a query is, mistyped letters put right; empty when it is not one."""
    try:
        return normalise_number(query)
    except Invalid:
        return ""


def by_number(actor: Actor, query: str) -> str:
    """The number of the case whose whole number was typed, if this actor may see it; else empty."""
    number = number_in(query)
    if not number:
        return ""
    seen = visible_to(actor, Case.objects.filter(number=number)).exists()
    return number if seen else ""
