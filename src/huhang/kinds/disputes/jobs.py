"""The duty that tells whose day has come."""

from datetime import datetime, timedelta

from huhang.base.access.context import SYSTEM
from huhang.base.jobs.registry import duty
from huhang.base.messages import actions as messages
from huhang.cases.actions.clocks import tell_run_out
from huhang.cases.actions.supporting import people_of
from huhang.cases.models import Case, Clock
from huhang.kinds.disputes.actions import RELAPSE, SETTLE
from huhang.kinds.disputes.outside import CLOCKS

MOST = 2000


@duty("disputes.run_out", every=timedelta(minutes=15))
def tell_of_days_that_came(now: datetime) -> None:
    """Tells the unit once that a dispute is late, or due to be looked at again."""

    def tell(case: Case, clock: Clock) -> None:
        late = clock.name == SETTLE
        template = "dispute.late" if late else "dispute.relapse"
        for user in people_of(case.unit_id, now, above=late):
            messages.tell_user(
                user, template=template, params={"number": case.number}, case=case.pk, by=SYSTEM, now=now
            )

    tell_run_out((SETTLE, RELAPSE), now=now, most=MOST, tell=tell)


@duty("disputes.unanswered", every=timedelta(minutes=30))
def tell_of_letters_unanswered(now: datetime) -> None:
    """Tells the unit once that an authority has not answered in its days, and that it may be reminded (C5)."""

    def tell(case: Case, clock: Clock) -> None:
        for user in people_of(case.unit_id, now):
            messages.tell_user(
                user, template="dispute.unanswered", params={"number": case.number}, case=case.pk, by=SYSTEM, now=now
            )

    tell_run_out(CLOCKS, kind="dispute", now=now, most=MOST, tell=tell)
