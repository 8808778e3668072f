"""The link that rates once: kept as a keyed digest, good for some days, spent by the posted form alone (C4).

Opening it changes nothing, so mail scanners and previews can open it as often as they like. Two who post at once wait
for one another at the link's row, and the second finds it spent.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.keyring import keys
from huhang.base.messages import actions as messages
from huhang.cases.actions.moving import move
from huhang.cases.models import Case
from huhang.cases.rules import Doing
from huhang.kinds.requests import queries
from huhang.kinds.requests.models import Rating, Request
from huhang.kinds.requests.solved import catalogue
from huhang.kinds.requests.solved.models import RatingLink

OPEN, SPENT, EXPIRED, REPLACED, RATED, OVER, UNKNOWN = (
    *("open", "spent", "expired", "replaced", "rated", "over", "unknown"),
)
"""How a link stands; ``rated``: the person rated this answer in another way; ``over``: there is nothing to rate now."""


@dataclass(frozen=True)
class Look:
    """What a link leads to, and when it was spent or the answer rated."""

    state: str
    case: Case | None = None
    link: RatingLink | None = None
    at: datetime | None = None
    why: str = ""


def _digest(text: str, key: bytes) -> bytes:
    return hmac.new(key, f"rating.link\x00{text}".encode(), hashlib.sha256).digest()


def _held(text: str) -> list[bytes]:
    """The digests a link may be kept under: one for every key still held."""
    return [_digest(text, key) for key in keys.ring("token").keys.values()]


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
    text = secrets.token_urlsafe(16)
    with acting(SYSTEM):
        live = RatingLink.objects.filter(case=case, spent_at=None, replaced_at=None)
        live.update(replaced_at=now)
        made = RatingLink.objects.create(
            case=case,
            round=turn,
            digest=_digest(text, keys.ring("token").now),
            created_at=now,
            expires_at=now + timedelta(days=catalogue.links().days),
        )
    return text, made


def address(text: str) -> str:
    """Where a link is opened."""
    return f"{settings.HUHANG_ADDRESS.rstrip('/')}/s/{text}/"


def look(text: str, *, now: datetime) -> Look:
    """Where a link leads. Reads only; whoever holds it is nobody we know, so it is read as the system."""
    with acting(SYSTEM):
        link = RatingLink.objects.filter(digest__in=_held(text)).first() if len(text) < 64 else None
        return _stands(link, now) if link is not None else Look(UNKNOWN)


def _stands(link: RatingLink, now: datetime) -> Look:
    case = Case.objects.select_related("request").defer("search", "folded").get(pk=link.case_id)
    rated = (
        Rating.objects.filter(case=case, answer_of=None, round=link.round, said_to="person")
        .values_list("at", flat=True)
        .first()
    )
    if link.spent_at is not None:
        return Look(SPENT, case, link, link.spent_at)
    if rated is not None:
        return Look(RATED, case, link, rated)
    if link.replaced_at is not None:
        return Look(REPLACED, case, link)
    if now >= link.expires_at:
        return Look(EXPIRED, case, link, link.expires_at)
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
        locked = RatingLink.objects.select_for_update(of=("self",)).filter(digest__in=_held(text)).first()
        found = _stands(locked, now) if locked is not None else Look(UNKNOWN)
    if found.state != OPEN or found.link is None or found.case is None:
        return found
    holder = Actor(kind="person", label="评价链接", case=found.case.pk, door="link")
    values: dict[str, Any] = {"stars": stars, "reasons": reasons, "comment": comment}
    with acting(holder):
        move(case_id=found.case.pk, name="rate", values=values, by=holder, now=now)
    with acting(SYSTEM):
        RatingLink.objects.filter(pk=found.link.pk).update(spent_at=now)
    return Look(OPEN, found.case, found.link, now)
