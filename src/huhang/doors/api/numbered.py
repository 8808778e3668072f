"""Cases of one kind over the wire, by number: one of them, and a page of them, the newest first."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse

from huhang.cases.models import Case
from huhang.doors.api.answers import answer
from huhang.doors.api.bodies import storable
from huhang.kernel.errors import Invalid, Missing
from huhang.kernel.numbering import normalise_number


def one(rows: "QuerySet[Case]", number: str) -> Case:
    """The case of a number among those somebody sees.

    Raises:
        Missing: no such case, not this actor's, or not a number at all: all look the same (HOUSE §2.4).
    """
    try:
        wanted = normalise_number(number) if storable(number) else ""
    except Invalid:
        wanted = ""
    found = rows.filter(number=wanted).first() if wanted else None
    if found is None:
        raise Missing
    return found


def newest(
    rows: "QuerySet[Case]", *, last: Case | None, limit: int, shape: Callable[[Case], dict[str, Any]]
) -> HttpResponse:
    """A page of cases by the moment they came in, after ``last``; ``next`` is the number the next page begins after."""
    if last is not None:
        rows = rows.filter(received_at__lte=last.received_at).exclude(received_at=last.received_at, pk__gte=last.pk)
    found = list(rows.order_by("-received_at", "-id")[: limit + 1])
    more = found[limit - 1].number if len(found) > limit else None
    return answer({"items": [shape(one) for one in found[:limit]], "next": more})
