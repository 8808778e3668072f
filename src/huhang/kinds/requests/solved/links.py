"""The link that rates once an answer of a round: who gets it, how it stands, and spending it (C4)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.messages import actions as messages
from huhang.cases.actions.moving import move
from huhang.cases.links import EXPIRED, OPEN, OVER, RATED, REPLACED, SPENT, UNKNOWN, Look, found, issue, stands
from huhang.cases.models import Case
from huhang.cases.rules import Doing
from huhang.kinds.requests import queries
from huhang.kinds.requests.models import Rating, Request
from huhang.kinds.requests.solved import catalogue
from huhang.kinds.requests.solved.models import RatingLink

__all__ = ["EXPIRED", "OPEN", "OVER", "RATED", "REPLACED", "SPENT", "UNKNOWN", "Look", "look", "send", "spend"]
USE = "rating.link"


def send(doing: Doing, detail: Request, after: str) -> RatingLink | None:
    """Sends the person a link of this round by SMS; the one sent before is good no more. Returns it if there was one.

    Nothing is sent where no public address is set, to whom no number is known, or when the rule says not after this
    step, or when this answer is rated already.
    """
    case, policy = doing.case, catalogue.links()
    if not settings.HUHANG_ADDRESS or after not in policy.after or case.requester_id is None:
        return None
    if Rating.objects.filter(case=case, answer_of=None, round=detail.redo_count, said_to="person").exists():
        return None
    text, made = make(case, detail.redo_count, now=doing.now)
    messages.tell_person(
        case.requester_id,
        template="request.rate",
        params={"number": case.number, "link": messages.HIDDEN, "days": str(policy.days)},
        hidden=address(text),
        case=case.pk,
        by=doing.by,
        now=doing.now,
    )
    return made


def make(case: Case, turn: int, *, now: datetime) -> tuple[str, RatingLink]:
    """A new link of a round and its text, which is kept nowhere; the one before is good no more."""
    made, text = issue(RatingLink, use=USE, days=catalogue.links().days, now=now, case=case, round=turn)
    return text, made


def address(text: str) -> str:
    """Where a link is opened."""
    return f"{settings.HUHANG_ADDRESS.rstrip('/')}/s/{text}/"


def look(text: str, *, now: datetime) -> Look:
    """Where a link leads. Reads only; whoever holds it is nobody we know, so it is read as the system."""
    with acting(SYSTEM):
        link = found(RatingLink, text, use=USE)
        return _stands(link, now) if link is not None else Look(UNKNOWN)


def _stands(link: RatingLink, now: datetime) -> Look:
    case = Case.objects.select_related("request").defer("search", "folded").get(pk=link.case_id)
    rated = (
        Rating.objects.filter(case=case, answer_of=None, round=link.round, said_to="person")
        .values_list("at", flat=True)
        .first()
    )
    if (over := stands(link, case, now, said_at=rated)) is not None:
        return over
    open_to_rating = case.state in ("answered", "revisited", "closed") and link.round == case.request.redo_count
    why = queries.why_not_rate(case, now) if open_to_rating else ""
    return Look(OVER, case, link, why=why or "") if not open_to_rating or why else Look(OPEN, case, link)


@transaction.atomic
def spend(text: str, *, stars: int, reasons: list[str], comment: str, now: datetime) -> Look:
    """Rates once. Of two at once the second waits for the first and gets how the link stands afterwards.

    Raises:
        Invalid: reasons that do not belong to the stars; nothing was spent.
    """
    with acting(SYSTEM):
        locked = found(RatingLink, text, use=USE, lock=True)
        led = _stands(locked, now) if locked is not None else Look(UNKNOWN)
    if led.state != OPEN or led.link is None or led.case is None:
        return led
    holder = Actor(kind="person", label="评价链接", case=led.case.pk, door="link")
    values: dict[str, Any] = {"stars": stars, "reasons": reasons, "comment": comment}
    with acting(holder):
        move(case_id=led.case.pk, name="rate", values=values, by=holder, now=now)
    with acting(SYSTEM):
        RatingLink.objects.filter(pk=led.link.pk).update(spent_at=now)
    return Look(OPEN, led.case, led.link, now)
