"""A link by which whoever holds it says something about a case once: a keyed digest, good for some days (C4, B3).

Opening it changes nothing, so mail scanners and previews can open it as often as they like. Two who post at once wait
for one another at the link's row, and the second finds it spent. Each room keeps its links in a table of its own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import models

from huhang.base.access.context import SYSTEM, acting
from huhang.base.keyring import slips
from huhang.cases.models import Case

OPEN, SPENT, EXPIRED, REPLACED, RATED, OVER, UNKNOWN = (
    *("open", "spent", "expired", "replaced", "rated", "over", "unknown"),
)
"""How a link stands; ``rated``: it was said in another way; ``over``: there is nothing to say now."""


class OneTimeLink(models.Model):
    """The columns every such link has. Only a keyed digest of it is kept."""

    digest = models.BinaryField(unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


L = TypeVar("L", bound=OneTimeLink)


@dataclass(frozen=True)
class Look:
    """What a link leads to, and when it was spent or its question answered in another way."""

    state: str
    case: Case | None = None
    link: Any = None
    at: datetime | None = None
    why: str = ""


def issue(model: type[L], *, use: str, days: int, now: datetime, case: Case, **more: Any) -> tuple[L, str]:
    """A fresh link of a case with its text, which is told once and kept nowhere; the one before is good no more.

    Args:
        use: what the link is for; a text is good for one use alone.
    """
    text, digest = slips.fresh(use)
    rows: Any = model._default_manager
    with acting(SYSTEM):
        rows.filter(case=case, spent_at=None, replaced_at=None).update(replaced_at=now)
        made = rows.create(
            case=case,
            digest=digest,
            created_at=now,
            expires_at=now + timedelta(days=days),
            **more,
        )
    return made, text


def found(model: type[L], text: str, *, use: str, lock: bool = False) -> L | None:
    """The link of a text, under every key still held; with ``lock`` its row waits for whoever is at it.

    Whoever holds a link is nobody we know, so the caller reads as the system.
    """
    held = slips.digests(text, use)
    if not held:
        return None
    rows: Any = model._default_manager
    if lock:
        rows = rows.select_for_update(of=("self",))
    row: L | None = rows.filter(digest__in=held).first()
    return row


def stands(link: OneTimeLink, case: Case, now: datetime, *, said_at: datetime | None) -> Look | None:
    """How a link stands by its own columns; none when it is still good.

    Args:
        said_at: when what it asks for was said, by whatever way.
    """
    if link.spent_at is not None:
        return Look(SPENT, case, link, link.spent_at)
    if said_at is not None:
        return Look(RATED, case, link, said_at)
    if link.replaced_at is not None:
        return Look(REPLACED, case, link)
    if now >= link.expires_at:
        return Look(EXPIRED, case, link, link.expires_at)
    return None
