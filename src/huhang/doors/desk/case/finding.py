"""The case behind an address. A foreign number and a missing one are the same 404 (HOUSE §2.4)."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from huhang.base.access.queries import Eyes, eyes, visible_to
from huhang.base.access.rules import Actor
from huhang.base.statements.kept import kept
from huhang.cases.models import Assignment, Case
from huhang.cases.registry import kinds
from huhang.kernel.errors import Invalid, Missing
from huhang.kernel.numbering import normalise_number

_NEAR = ("subject", "requester", "officer", "taken_by", "parent", "merged_into")


def _whole(*details: str, number: str, **seer: Any) -> "QuerySet[Case]":
    parts = (
        Assignment.objects.filter(case=OuterRef("pk"))
        .order_by("opened_at", "id")
        .values(row=JSONObject(role="role", unit="unit_id", signed="signed_at", ended="ended_at"))
    )
    return (
        visible_to(Eyes(**seer), Case.objects.filter(number=number))
        .defer("search", "folded", "parent__body", "parent__folded", "parent__search")
        .defer("merged_into__body", "merged_into__folded", "merged_into__search")
        .select_related(*_NEAR, *details)
        .annotate(parts=ArraySubquery(parts))
    )


def case_at(number: str, actor: Actor) -> Case:
    """The case with everything its page says of it, in one statement; its parts by unit stand in ``parts``.

    The prefix of a number says of which kind it is, so that no other kind's table is joined where it is a kind's.

    Raises:
        Missing: no such number, a number with a typing mistake, or not this actor's to see.
    """
    try:
        wanted = normalise_number(number)
    except Invalid:
        raise Missing from None
    prefix = wanted.partition("-")[0]
    details = [kind.detail for kind in kinds().values() if kind.prefix == prefix]
    found = kept(_whole, *(details or (kind.detail for kind in kinds().values())), number=wanted, **eyes(actor))
    if not found:
        raise Missing
    return found[0]
