"""Several repeats joined to one request at once: all of them or none (C6)."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.cases.actions import move
from huhang.cases.models import Case, Step
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing, Refusal

MOST_AT_ONCE = 50

Chosen = Sequence[tuple[uuid.UUID, int]]


@transaction.atomic
def join_all(*, lead: Case, chosen: Chosen, reason: str, by: Actor, now: datetime) -> list[Step]:
    """Joins every chosen request, each at the version seen, to the lead; every person is told by their own number.

    All rows are locked first, in the order of their ids, so that two who do this at once never wait in a ring.

    Raises:
        Invalid: none or too many chosen, the lead among them, or no reason.
        Missing: one of them is not this actor's to see.
        Conflict: one cannot be joined; it is named, and nothing was joined.
    """
    if not chosen:
        raise Invalid("请先勾选要并入的诉求。")
    if len(chosen) > MOST_AT_ONCE:
        raise Invalid("一次最多并入 %(most)d 件，请分几次。", params={"most": MOST_AT_ONCE})
    wanted = sorted({pk for pk, _version in chosen})
    if lead.pk in wanted:
        raise Invalid("不能并入它自己。")
    rows = visible_to(by, Case.objects.select_for_update(of=("self",)).filter(pk__in=[lead.pk, *wanted]))
    numbers = dict(rows.order_by("pk").values_list("pk", "number"))
    if len(numbers) != len(wanted) + 1:
        raise Missing
    seen, steps, values = dict(chosen), [], {"into": lead.number, "reason": reason}
    for pk in wanted:
        try:
            steps.append(move(case_id=pk, name="merge", values=values, by=by, now=now, version=seen[pk]))
        except Invalid:
            raise
        except (Conflict, Denied) as problem:
            raise _named(numbers[pk], problem) from problem
    return steps


def _named(number: str, problem: Refusal) -> Conflict:
    return Conflict("%(number)s：%(why)s", params={"number": number, "why": problem.text})
