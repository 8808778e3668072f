"""Reminding of open referrals, derived from their clocks at each tick."""

from datetime import datetime

from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM
from huhang.base.catalog import queries as catalog
from huhang.base.journal import actions as journal
from huhang.base.messages import actions as messages
from huhang.cases.actions.moving import SAVED, append
from huhang.cases.models import Case
from huhang.cases.queries import running
from huhang.cases.rules import Outcome
from huhang.kinds.requests.officers import officers_of
from huhang.kinds.requests.outside import catalogue
from huhang.kinds.requests.outside.effects import urge_by_letter
from huhang.kinds.requests.outside.models import Referral
from huhang.kinds.requests.outside.queries import due_of
from huhang.kinds.requests.outside.rules import due_soon, urge_again
from huhang.kinds.requests.promises import ANSWER

MOST = 200
"""So many referrals are seen to at one tick; the others come at the next."""
BEFORE_OURS = 2
"""So many working days before our own due day the officer is reminded that the person waits for a word."""


def remind(*, now: datetime) -> int:
    """Tells officers of what is due and writes letters of reminder for what is late. Returns how many rows it touched.

    Looks only at what is open, once each; after an outage each late referral gets one letter, not one for every missed
    day. Run as the system by the duty, in its transaction.
    """
    touched = 0
    rows = Referral.objects.filter(ended_at__isnull=True, case__is_open=True).select_related("clock")
    for referral in rows.order_by("clock__due_at", "pk").iterator(chunk_size=100):
        if touched < MOST and _needs(referral, now):
            case = (
                Case.objects.select_for_update(of=("self",), skip_locked=True)
                .defer("search", "folded")
                .filter(pk=referral.case_id)
                .first()
            )
            if case is not None:  # an officer at work on it now will find the reminder at the next tick
                touched += _see_to(case, referral, now)
    return touched


def _needs(referral: Referral, now: datetime) -> bool:
    return _urge(referral, now) or _warn(referral, now) or referral.interim_at is None


def _urge(referral: Referral, now: datetime) -> bool:
    every = int(catalogue.entry(referral.authority, referral.authority_version).get("every", 3))
    return urge_again(now, due_of(referral), referral.urged_at, every, catalog.calendar(), catalog.schedule())


def _warn(referral: Referral, now: datetime) -> bool:
    days = int(catalogue.entry(referral.authority, referral.authority_version).get("before", 2))
    return referral.warned_at is None and due_soon(now, due_of(referral), days, catalog.calendar(), catalog.schedule())


def _see_to(case: Case, referral: Referral, now: datetime) -> int:
    done = 0
    if _urge(referral, now):
        _write_letter(case, referral, now)
        done = 1
    elif _warn(referral, now):
        referral.warned_at = now
        referral.save(update_fields=["warned_at"])
        _tell(case, "request.outside_soon", now)
        done = 1
    return done + _our_own_clock(case, referral, now)


def _write_letter(case: Case, referral: Referral, now: datetime) -> None:
    made = urge_by_letter(case, referral, by=SYSTEM, now=now)
    outcome = Outcome(note=made.number, public=_("已发函催办"), data={"paper": made.number, "urged": referral.urged})
    append(case, "urge_outside", case.state, outcome, by=SYSTEM, now=now)
    case.save(update_fields=SAVED)
    data = {"from": case.state, "to": case.state, **outcome.data}
    journal.write(f"{case.kind}.urge_outside", by=SYSTEM, now=now, case=case.pk, data=data)
    _tell(case, "request.outside_urged", now, paper=made.number)


def _our_own_clock(case: Case, referral: Referral, now: datetime) -> int:
    """A referral hides no lateness: while it is open and our clock runs out, the person is owed a word (ADR 16)."""
    if referral.interim_at is not None or referral.interim_warned_at is not None or case.state != "handling":
        return 0
    ours = running(case, ANSWER)
    if ours is None or ours.due_at is None:
        return 0
    late = now >= ours.due_at
    if not late and not due_soon(now, ours.due_at, BEFORE_OURS, catalog.calendar(), catalog.schedule()):
        return 0
    referral.interim_warned_at = now
    referral.save(update_fields=["interim_warned_at"])
    _tell(case, "request.interim_due", now)
    return 1


def _tell(case: Case, template: str, now: datetime, **params: str) -> None:
    for user in officers_of(case, now=now):
        messages.tell_user(
            user, template=template, params={"number": case.number, **params}, case=case.pk, by=SYSTEM, now=now
        )
