"""Opening and reading a notice: two presses of whoever holds the link or proved their phone; looking marks nothing."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.base.keyring import slips
from huhang.kernel.errors import Missing
from huhang.register.announcements import queries
from huhang.register.announcements.models import Copy

USE = "notice.link"


@dataclass(frozen=True)
class Look:
    """A copy and how its notice stands."""

    copy: Copy
    standing: str


def look(*, link: str = "", copy_id: uuid.UUID | None = None, person: uuid.UUID | None = None, now: datetime) -> Look:
    """The copy behind a link, or one of a person's own. Reads only.

    Raises:
        Missing: no such link, or not one of theirs.
    """
    with acting(SYSTEM):
        found = _found(link, copy_id, person)
        if found is None:
            raise Missing
        return Look(found, queries.standing(found.notice, now))


def _found(link: str, copy_id: uuid.UUID | None, person: uuid.UUID | None) -> Copy | None:
    if person is not None:
        if copy_id is None:
            return None
        return queries.of_person(person).filter(pk=copy_id).first()
    held = slips.digests(link, USE)
    rows = Copy.objects.select_related("notice", "subject")
    return rows.filter(Q(digest__in=held) | Q(again__in=held)).first() if held else None


@transaction.atomic
def mark_opened(copy: Copy, *, by: Actor, now: datetime) -> None:
    """It was opened by a press; the first time counts."""
    _mark(copy, "opened_at", "notice.open", by, now)


@transaction.atomic
def mark_read(copy: Copy, *, by: Actor, now: datetime) -> None:
    """It was read: whoever says so says it for every enterprise of theirs that has this notice."""
    _mark(copy, "opened_at", "notice.open", by, now)
    _mark(copy, "read_at", "notice.read", by, now)


def _mark(copy: Copy, column: str, action: str, by: Actor, now: datetime) -> None:
    with acting(SYSTEM):
        same = Q(pk=copy.pk)
        if copy.person_id is not None:
            same |= Q(notice=copy.notice_id, person=copy.person_id, sent_at__isnull=False)
        rows = Copy.objects.filter(same, **{f"{column}__isnull": True}).exclude(way=Copy.Way.CAPPED)
        if rows.update(**{column: now}):
            data = {"notice": str(copy.notice_id), "copy": str(copy.pk)}
            journal.write(action, by=by, now=now, data=data)
