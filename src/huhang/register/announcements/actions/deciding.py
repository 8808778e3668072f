"""A second person's word on a notice, and taking it back or putting it right afterwards."""

import uuid
from datetime import date, datetime

from django.db import transaction

from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.base.messages import actions as messages
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.register.announcements import queries
from huhang.register.announcements.actions.writing import begin, checked, locked, said_in
from huhang.register.announcements.models import Notice


def _waiting(pk: uuid.UUID, by: Actor) -> Notice:
    queries.notice_of(by, pk)
    row = Notice.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise Missing
    if not queries.may_release(by, row):
        raise Denied("放行要由写通知以外的负责人来办。")
    if row.state != Notice.State.WAITING:
        raise Conflict("这则通知不在等放行。")
    return row


def _decide(row: Notice, by: Actor, now: datetime) -> None:
    row.decided_at, row.decided_by_id, row.decided_label = now, by.user, by.label
    if row.by_id is not None:
        messages.tell_user(row.by_id, template="notice.settled", params={}, by=by, now=now)


@transaction.atomic
def release(*, notice_id: uuid.UUID, by: Actor, now: datetime) -> Notice:
    """A second person lets a notice to many go out.

    Raises:
        Missing: no such notice. Denied: whoever wrote it, or no permission. Conflict: it does not wait.
    """
    row = _waiting(notice_id, by)
    _decide(row, by, now)
    begin(row, now)
    row.save()
    journal.write("notice.release", by=by, now=now, about=row.title, data={"notice": str(row.pk), "total": row.total})
    return row


@transaction.atomic
def refuse(*, notice_id: uuid.UUID, reason: str, by: Actor, now: datetime) -> Notice:
    """A second person does not let it go out and says why. Raises as `release` does, and Invalid without a reason."""
    row, said = _waiting(notice_id, by), _why(reason, "reason")
    _decide(row, by, now)
    row.state, row.reason = Notice.State.REFUSED, said
    row.save()
    journal.write("notice.refuse", by=by, now=now, about=said, data={"notice": str(row.pk)})
    return row


def _why(text: str, field: str) -> str:
    said = said_in(text, 200, field).replace("\n", " ")
    if not said:
        raise Invalid("请写明理由。", field=field)
    return said


@transaction.atomic
def withdraw(*, notice_id: uuid.UUID, why: str, by: Actor, now: datetime) -> Notice:
    """Takes a notice back: where it stood, its place says that it was withdrawn and why. What is unsent stays so, and a
    draft is put aside for good.

    Raises:
        Missing, Denied: as far as the notice goes. Conflict: withdrawn already. Invalid: no reason.
    """
    row, said = locked(notice_id, by), _why(why, "why")
    if row.state == Notice.State.WITHDRAWN:
        raise Conflict("这则通知没有发出，或已经撤回。")
    row.state, row.withdrawn_at, row.withdrawn_label, row.withdrawn_why = Notice.State.WITHDRAWN, now, by.label, said
    row.save()
    journal.write("notice.withdraw", by=by, now=now, about=said, data={"notice": str(row.pk)})
    return row


@transaction.atomic
def correct(
    *, notice_id: uuid.UUID, title: str, body: str, until: date | None = None, by: Actor, now: datetime
) -> Notice:
    """Drafts a correction for those the notice was given to; once it is sent, the old one leads to it.

    Raises:
        Missing, Denied: as far as the notice goes. Invalid: what is missing.
        Conflict: not sent, withdrawn, or corrected already.
    """
    old = locked(notice_id, by)
    if old.sent_at is None or old.state == Notice.State.WITHDRAWN:
        raise Conflict("这则通知没有发出，或已经撤回。")
    if old.corrections.exclude(state=Notice.State.WITHDRAWN).exists():
        raise Conflict("这则通知已经有一则更正。")
    title, body, _none = checked(title, body, until, False, "", now)
    row = Notice.objects.create(
        title=title,
        body=body,
        until=until,
        unit_id=old.unit_id,
        branch=old.branch,
        words=old.words,
        corrects=old,
        created_at=now,
        by_id=by.user,
        by_label=by.label,
    )
    data = {"notice": str(row.pk), "corrects": str(old.pk)}
    journal.write("notice.correct", by=by, now=now, about=title, data=data)
    return row
