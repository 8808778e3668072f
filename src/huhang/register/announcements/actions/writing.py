"""Writing a notice and choosing whom it is for; the set is frozen when it is submitted."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import IO

from django.db import transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import ROLES, Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.base.files import actions as files
from huhang.base.jobs import actions as jobs
from huhang.base.journal import actions as journal
from huhang.base.messages import actions as messages
from huhang.base.people.models import Post
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kernel.text import clean
from huhang.register.announcements import queries
from huhang.register.announcements.catalogue import policy
from huhang.register.announcements.models import Copy, Enclosure, Notice
from huhang.register.subjects.queries import Wanted, reaches
from huhang.register.units.queries import tree

MOST_FILES, TOLD = 5, 20


@transaction.atomic
def draft(
    *,
    title: str,
    body: str,
    until: date | None = None,
    urgent: bool = False,
    urgent_why: str = "",
    unit: uuid.UUID | None = None,
    said: str = "",
    words: str = "",
    enclosed: Sequence[tuple[str, IO[bytes]]] = (),
    notice_id: uuid.UUID | None = None,
    by: Actor,
    now: datetime,
) -> Notice:
    """Writes a notice, or one's own unsent one anew; nobody is told yet.

    Args:
        said: the filter of the register as an address, kept for the preview; ``words`` says the same to people.
        enclosed: names and contents of files; they are checked as every upload is.

    Raises:
        Denied: no permission to write to the enterprises of that unit. Missing: no such notice.
        Invalid: what is missing or does not fit. Conflict: it was submitted already.
    """
    held = unit or by.unit or tree().root.id
    if held not in tree().nodes or not reaches(by, Perm.NOTIFY, held):
        raise Denied("您没有以这个单位的名义发通知的权限。")
    title, body, why = checked(title, body, until, urgent, urgent_why, now)
    if notice_id is None:
        row = Notice(unit_id=held, branch=tree().branch_of(held), created_at=now, by_id=by.user, by_label=by.label)
    else:
        row = locked(notice_id, by)
        if row.state not in (Notice.State.DRAFT, Notice.State.REFUSED):
            raise Conflict("通知已经提交，不能再改；发出后可以更正或撤回。")
        row.state = Notice.State.DRAFT
    row.title, row.body, row.until, row.urgent, row.urgent_why = title, body, until, urgent, why
    row.said, row.words = said[:1000], words[:400]
    row.save()
    enclose(row, enclosed, by, now)
    journal.write("notice.draft", by=by, now=now, about=title, data={"notice": str(row.pk)})
    return row


def checked(
    title: str, body: str, until: date | None, urgent: bool, urgent_why: str, now: datetime
) -> tuple[str, str, str]:
    """Title, body and reason as they may be kept.

    Raises:
        Invalid: what is missing or does not fit.
    """
    title = said_in(title, 80, "title").replace("\n", " ")
    body = said_in(body, 5000, "body")
    why = said_in(urgent_why, 200, "urgent_why").replace("\n", " ") if urgent else ""
    today = catalog.schedule().date_of(now)
    if not title:
        raise Invalid("请填写标题。", field="title")
    if not body:
        raise Invalid("请填写正文。", field="body")
    if urgent and not why:
        raise Invalid("标为紧急要写明理由。", field="urgent_why")
    if until is not None and not today <= until <= today + timedelta(days=policy().lasts_days):
        raise Invalid("有效期应当在今天以后、最长 %(n)d 天。", field="until", params={"n": policy().lasts_days})
    return title, body, why


def said_in(text: str, most: int, field: str) -> str:
    """The text as it may be kept; what is wrong with it is said beside its field."""
    try:
        return clean(text, max_length=most)
    except Invalid as wrong:
        raise Invalid(wrong.message, field=field, params=wrong.params) from None


def enclose(row: Notice, enclosed: Sequence[tuple[str, IO[bytes]]], by: Actor, now: datetime) -> None:
    """Keeps files with a notice; raises as `files.store` does, and Invalid for too many."""
    if Enclosure.objects.filter(notice=row).count() + len(enclosed) > MOST_FILES:
        raise Invalid("一则通知最多 %(n)d 份附件。", field="enclosed", params={"n": MOST_FILES})
    for name, content in enclosed:
        kept = files.store(name=name, content=content, case=None, person=None, by=by, now=now)
        Enclosure.objects.create(notice=row, file=kept)


def locked(pk: uuid.UUID, by: Actor) -> Notice:
    """A notice this actor may send, locked.

    Raises:
        Missing: none that this actor sees. Denied: not theirs to send.
    """
    queries.notice_of(by, pk)
    row = Notice.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise Missing
    if not queries.may_send(by, row):
        raise Denied("您没有办理这则通知的权限。")
    return row


@transaction.atomic
def submit(*, notice_id: uuid.UUID, wanted: Wanted, expected: int, by: Actor, now: datetime) -> Notice:
    """Freezes whom it is for, and sends it or hands it to a second person.

    Args:
        expected: how many subjects the preview showed; another number is said and nothing happens.

    Raises:
        Missing, Denied: as far as the notice goes. Invalid: nobody, or too many.
        Conflict: submitted already, or the set is no longer what the preview showed.
    """
    row = locked(notice_id, by)
    if row.state != Notice.State.DRAFT:
        raise Conflict("通知已经提交。")
    if row.corrects_id is not None:
        found = list(queries.given(Notice(pk=row.corrects_id)).values_list("subject_id", flat=True))
    else:
        rows = queries.audience(by, wanted).order_by("id")
        found = list(rows.values_list("id", flat=True)[: policy().most + 1])
    if not found:
        raise Invalid("筛选的范围里没有主体，请放宽条件。", field="filter")
    if len(found) > policy().most:
        raise Invalid("一次最多发给 %(most)d 个主体，请缩小范围。", field="filter", params={"most": policy().most})
    if len(found) != expected:
        raise Conflict("筛选结果变了，现在是 %(n)d 个主体，请再看一遍再发。", params={"n": len(found)})
    Copy.objects.filter(notice=row).delete()  # of an earlier submission that was not released
    Copy.objects.bulk_create([Copy(notice=row, subject_id=one) for one in found], batch_size=2000)
    row.total, row.rules, row.submitted_at = len(found), policy().version, now
    row.decided_at, row.decided_by_id, row.decided_label, row.reason = None, None, "", ""
    journal.write("notice.submit", by=by, now=now, about=row.title, data={"notice": str(row.pk), "total": row.total})
    if len(found) > policy().release_over:
        row.state = Notice.State.WAITING
        _tell_releasers(row, by, now)
    else:
        begin(row, now)
    row.save()
    return row


def begin(row: Notice, now: datetime) -> None:
    """Lets the worker send it."""
    row.state, row.sent_at = Notice.State.SENDING, now
    jobs.enqueue("notices.deliver", now=now, notice=str(row.pk))


def _tell_releasers(row: Notice, by: Actor, now: datetime) -> None:
    roles = [name for name, role in ROLES.items() if Perm.RELEASE in role.perms]
    with acting(SYSTEM):
        posts = Post.objects.filter(role__in=roles, user__is_active=True, user__left_at=None, starts_at__lte=now)
        held = posts.exclude(ends_at__lte=now).values_list("user_id", "unit_id", "reach")
    near = (row.unit_id, row.branch)
    users = [user for user, unit, reach in held if reach == "all" or unit in near]
    for user in list(dict.fromkeys(one for one in users if one != by.user))[:TOLD]:
        messages.tell_user(user, template="notice.release", params={"count": str(row.total)}, by=by, now=now)
