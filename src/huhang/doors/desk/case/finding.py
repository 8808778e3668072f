"""The case behind an address. A foreign number and a missing one are the same 404 (HOUSE §2.4)."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.statements.prepared import prepared
from huhang.cases.models import Assignment, Case
from huhang.cases.registry import kinds
from huhang.kernel.errors import Invalid, Missing
from huhang.kernel.numbering import normalise_number

_NEAR = ("subject", "requester", "officer", "taken_by", "parent", "merged_into")


def case_at(number: str, actor: Actor) -> Case:
    """The case with everything its page says of it, in one statement; its parts by unit stand in ``parts``.

    Raises:
        Missing: no such number, a number with a typing mistake, or not this actor's to see.
    """
    try:
        wanted = normalise_number(number)
    except Invalid:
        raise Missing from None
    parts = (
        Assignment.objects.filter(case=OuterRef("pk"))
        .order_by("opened_at", "id")
        .values(row=JSONObject(role="role", unit="unit_id", signed="signed_at", ended="ended_at"))
    )
    rows = (
        visible_to(actor, Case.objects.filter(number=wanted))
        .defer("search", "folded", "parent__body", "parent__folded", "parent__search")
        .defer("merged_into__body", "merged_into__folded", "merged_into__search")
        .select_related(*_NEAR, *(kind.detail for kind in kinds().values()))
        .annotate(parts=ArraySubquery(parts))
    )
    with prepared():  # a dozen tables are joined by key: planning that costs ten times what answering does
        found = rows.first()
    if found is None:
        raise Missing
    return found
