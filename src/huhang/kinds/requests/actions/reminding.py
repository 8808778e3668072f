"""Reminding whoever answers for a request that nobody signed in time (C2)."""

from datetime import datetime

from huhang.base.access.context import SYSTEM
from huhang.base.messages import actions as messages
from huhang.cases.actions import clocks
from huhang.cases.models import Case, Clock
from huhang.kinds.requests.promises import SIGN
from huhang.register.units.queries import tree

MOST = 500
"""So many a round: after a long outage the rest follows with the next beat, minutes later."""


def remind_unsigned(*, now: datetime) -> int:
    """Tells the first-asked officer and the dispatcher, once a clock, that the time to sign ran out.

    Returns how many clocks were told of.
    """

    def tell(case: Case, clock: Clock) -> None:
        given = case.steps.filter(move__in=("dispatch", "reassign")).order_by("-seq").first()
        told = {given.by_user_id: "request.unsigned_dispatch"} if given is not None else {}
        told[case.taken_by_id] = "request.unsigned"  # first asked is responsible; one who is both is told as that
        for user, template in told.items():
            if user is not None:
                params = {"number": case.number, "unit": tree().label(case.unit_id)}
                messages.tell_user(user, template=template, params=params, case=case.pk, by=SYSTEM, now=now)

    return clocks.tell_run_out((SIGN,), now=now, most=MOST, tell=tell)
