"""The duty that tells whose day has come."""

from datetime import datetime, timedelta

from huhang.base.access.context import SYSTEM
from huhang.base.jobs.registry import duty
from huhang.base.messages import actions as messages
from huhang.cases.actions.clocks import tell_run_out
from huhang.cases.actions.supporting import people_of
from huhang.cases.models import Case, Clock
from huhang.kinds.hazards.actions import CHECK, REMOVE

MOST = 2000


@duty("hazards.run_out", every=timedelta(minutes=15))
def tell_of_days_that_came(now: datetime) -> None:
    """Tells once: whoever noticed it when the host's day has come, the post's unit when nobody looked again."""

    def tell(case: Case, clock: Clock) -> None:
        late = clock.name == REMOVE
        told = [case.officer_id] if late and case.officer_id else people_of(case.unit_id, now, above=False)
        template = "hazard.late" if late else "hazard.check"
        for user in told:
            messages.tell_user(
                user, template=template, params={"number": case.number}, case=case.pk, by=SYSTEM, now=now
            )

    tell_run_out((REMOVE, CHECK), now=now, most=MOST, tell=tell)
