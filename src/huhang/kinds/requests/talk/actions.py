"""Saying something in a request, and having read it."""

import math
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any

from django.db import transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.base.messages import actions as messages
from huhang.cases.actions import attach
from huhang.cases.actions.moving import locked, note_beside
from huhang.cases.models import Attachment, Case
from huhang.kernel.errors import Conflict, Denied, Invalid, TooMany
from huhang.kernel.text import clean
from huhang.kinds.requests.officers import chiefs_of
from huhang.kinds.requests.promises import tell_them
from huhang.kinds.requests.talk.models import Saying
from huhang.kinds.requests.talk.queries import BESIDE, side_of
from huhang.kinds.requests.talk.rules import A_DAY, LONGEST, MOST_FILES, may_still_write, wait_of

Sent = tuple[str, IO[bytes]]


@transaction.atomic
def say(
    *,
    case_id: uuid.UUID,
    text: str,
    files: Sequence[Sent] = (),
    attached: Sequence[uuid.UUID] = (),
    by: Actor,
    now: datetime,
) -> Saying:
    """Writes something to the other side; no step is made and no clock touched (ADR 17).

    Args:
        files: new files as name and content; they are checked and kept as files of the case that the person may see.
        attached: files of the case sent along that are there already and that the person may see.

    Raises:
        Missing, Denied: as the checks find.
        Conflict: the request was closed more than 30 days ago.
        TooMany: a person wrote too much in a short time; what they typed is theirs to send again later.
        Invalid: nothing was said, too much was, or a file is refused; by ``text`` or ``files``.
    """
    case = locked(case_id, by)
    side = side_of(case, by)
    if not side:
        raise Denied("和诉求人的对话由承办人来写。")
    if not may_still_write(case.closed_at, now):
        raise Conflict("办结已超过 30 天，不能再留言；有新情况请重新提交诉求。")
    body = _words(text, nothing_else=not files and not attached)
    if side == Saying.Side.PERSON:
        _admit(case, by, now)
    made = Saying(
        case=case,
        at=now,
        side=side,
        by_user_id=by.user,
        by_label=by.label,
        unit_id=by.unit,
        text=body,
        files=[*_known(case, attached), *_store(case, files, by=by, now=now)],
    )
    first = not Saying.objects.filter(case=case, side=side, read_at__isnull=True).exists()
    made.save(force_insert=True)
    if BESIDE not in case.beside:
        note_beside(case, BESIDE)
        case.save(update_fields=["beside"])
    journal.write(
        "talk.say", by=by, now=now, case=case.pk, data={"saying": str(made.pk), "side": side, "files": len(made.files)}
    )
    _tell(case, side, first=first, by=by, now=now)
    return made


def _words(text: str, *, nothing_else: bool) -> str:
    try:
        body = clean(text, max_length=LONGEST)
    except Invalid as problem:
        raise Invalid(problem.message, field="text", params=problem.params) from None
    if not body and nothing_else:
        raise Invalid("请写下内容再发送。", field="text")
    return body


def _admit(case: Case, by: Actor, now: datetime) -> None:
    with acting(SYSTEM):  # by person over all their requests, not only the one open here
        rows = Saying.objects.filter(side=Saying.Side.PERSON)
        theirs = rows.filter(case__requester=by.person) if by.person else rows.filter(case=case)
        times = list(theirs.order_by("-at").values_list("at", flat=True)[:A_DAY])
    wait = wait_of(times, now)
    if wait is not None:
        minutes = max(1, math.ceil(wait.total_seconds() / 60))
        raise TooMany(
            "您写得太密了，请 %(n)d 分钟后再发；写好的内容还在。急事请直接打电话。",
            params={"n": minutes},
            retry_after=max(1, math.ceil(wait.total_seconds())),
        )


def _known(case: Case, wanted: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    if not wanted:
        return []
    _count(len(wanted))
    rows = Attachment.objects.filter(case=case, public=True, pk__in=wanted, file__removed_at__isnull=True)
    found = set(rows.values_list("pk", flat=True))
    if len(found) != len(set(wanted)):
        raise Invalid("请从这件诉求里诉求人看得到的附件里选。", field="files")
    return list(dict.fromkeys(wanted))


def _count(n: int) -> None:
    if n > MOST_FILES:
        raise Invalid("一次最多 %(n)d 份文件，请分几次发。", field="files", params={"n": MOST_FILES})


def _store(case: Case, files: Sequence[Sent], *, by: Actor, now: datetime) -> list[uuid.UUID]:
    _count(len(files))
    kept = []
    for name, content in files:
        try:
            kept.append(attach(case_id=case.pk, name=name, content=content, public=True, by=by, now=now).pk)
        except Invalid as problem:
            raise Invalid(problem.message, hint=problem.hint, field="files", params=problem.params) from None
    return kept


def _tell(case: Case, side: str, *, first: bool, by: Actor, now: datetime) -> None:
    """One notice for the first unread word; who has not read it yet is not told of each further one."""
    if not first:
        return
    if side == Saying.Side.OFFICE:
        tell_them(case, "request.talk_office", by=by, now=now)
        return
    theirs = case.officer_id or case.taken_by_id
    for user in [theirs] if theirs is not None else chiefs_of(case.unit_id, now=now):
        messages.tell_user(
            user, template="request.talk_person", params={"number": case.number}, case=case.pk, by=by, now=now
        )


@transaction.atomic
def mark_read(case: Case, *, by: Actor, now: datetime) -> int:
    """Marks what the other side wrote as read now. Whoever speaks for neither side marks nothing. Returns how many."""
    side = side_of(case, by) if BESIDE in case.beside else ""
    if not side:
        return 0
    other = Saying.Side.OFFICE if side == Saying.Side.PERSON else Saying.Side.PERSON
    rows = Saying.objects.filter(case=case, side=other, read_at__isnull=True)
    if not rows.exists():  # opening a page a second time writes nothing
        return 0
    label: Any = by.label if side == Saying.Side.OFFICE else ""
    n = rows.update(read_at=now, read_by=label)
    journal.write("talk.read", by=by, now=now, case=case.pk, data={"side": side, "count": n})
    return n
