"""The link by which the enterprise rates a visit once: sent after it, spent by the second click alone (B3)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.messages import actions as messages
from huhang.cases.actions.moving import move
from huhang.cases.links import OPEN, OVER, UNKNOWN, Look, found, issue, stands
from huhang.cases.models import Case
from huhang.kinds.visits.models import VisitLink

USE = "visit.link"


def send(case: Case, days: int, *, by: Actor, now: datetime) -> VisitLink | None:
    """Sends whoever was met and left a phone a link, if a public address is set. Returns it if there was one."""
    if not settings.HUHANG_ADDRESS or case.requester_id is None:
        return None
    made, text = issue(VisitLink, use=USE, days=days, now=now, case=case)
    messages.tell_person(
        case.requester_id,
        template="visit.rate",
        params={"number": case.number, "link": messages.HIDDEN, "days": str(days)},
        hidden=f"{settings.HUHANG_ADDRESS.rstrip('/')}/v/{text}/",
        case=case.pk,
        by=by,
        now=now,
    )
    return made


def look(text: str, *, now: datetime) -> Look:
    """Where a link leads. Reads only; whoever holds it is nobody we know, so it is read as the system."""
    with acting(SYSTEM):
        link = found(VisitLink, text, use=USE)
        return _stands(link, now) if link is not None else Look(UNKNOWN)


def _stands(link: VisitLink, now: datetime) -> Look:
    case = Case.objects.select_related("visit").defer("search", "folded").get(pk=link.case_id)
    if (over := stands(link, case, now, said_at=case.visit.rated_at)) is not None:
        return over
    return Look(OPEN if case.state == "visited" else OVER, case, link)


@transaction.atomic
def spend(text: str, *, stars: int, reasons: list[str], comment: str, now: datetime) -> Look:
    """Rates once. Of two at once the second waits for the first and gets how the link stands afterwards.

    Args:
        reasons: lines of the list of conduct that were broken (D6).

    Raises:
        Invalid: a line that is not on the list; nothing was spent.
    """
    with acting(SYSTEM):
        locked = found(VisitLink, text, use=USE, lock=True)
        led = _stands(locked, now) if locked is not None else Look(UNKNOWN)
    if led.state != OPEN or led.case is None:
        return led
    holder = Actor(kind="person", label="评价链接", case=led.case.pk, door="link")
    values: dict[str, Any] = {"stars": stars, "breaches": reasons, "comment": comment}
    with acting(holder):
        move(case_id=led.case.pk, name="rate", values=values, by=holder, now=now)
    with acting(SYSTEM):
        VisitLink.objects.filter(pk=led.link.pk).update(spent_at=now)
    return Look(OPEN, led.case, led.link, now)
