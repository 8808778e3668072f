"""Sending copies in portions, and reminding once those who have not read."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.jobs import actions as jobs
from huhang.base.journal import actions as journal
from huhang.base.keyring import slips
from huhang.base.messages import actions as messages
from huhang.kernel.errors import Conflict, Missing
from huhang.register.announcements import queries
from huhang.register.announcements.actions.reading import USE
from huhang.register.announcements.actions.writing import locked
from huhang.register.announcements.catalogue import policy
from huhang.register.announcements.models import Copy, Notice
from huhang.register.subjects.models import Subject
from huhang.register.units.queries import tree


@transaction.atomic
def deliver(notice_id: uuid.UUID, *, now: datetime) -> int:
    """Sends the next portion; a crash sends none twice, because copy and message are one write.

    Subjects are locked while their notices of the month are counted, so that two notices at once do not pass the cap
    together. Returns how many copies it went through; none when all are done or it was withdrawn.
    """
    with acting(SYSTEM):
        row = Notice.objects.select_for_update(of=("self",), no_key=True).get(pk=notice_id)
        if row.state != Notice.State.SENDING:
            return 0
        portion = list(Copy.objects.filter(notice=row, sent_at=None).order_by("subject", "id")[: policy().portion])
        if not portion:
            row.state = Notice.State.SENT
            row.save(update_fields=["state"])
            journal.write("notice.sent", by=SYSTEM, now=now, about=row.title, data={"notice": str(row.pk)})
            return 0
        ids = [one.subject_id for one in portion]
        list(Subject.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk").only("pk"))
        free = row.urgent or row.corrects_id is not None
        full = set() if free else set(queries.at_cap(now, ids).values_list("subject", flat=True))
        told: set[uuid.UUID | None] = set(
            Copy.objects.filter(notice=row, way=Copy.Way.SMS).values_list("person_id", flat=True)
        )
        people = _people(ids)
        for one in portion:
            one.sent_at, one.person_id = now, people.get(one.subject_id)
            one.way = _way(one, full, told)
            if one.way == Copy.Way.SMS:
                told.add(one.person_id)
                one.digest = _tell(row, one.person_id, "notice.new", "notice.plain", now)
            one.save(update_fields=["sent_at", "person", "way", "digest"])
    return len(portion)


def _way(one: Copy, full: set[uuid.UUID], told: set[uuid.UUID | None]) -> str:
    if one.subject_id in full:
        return Copy.Way.CAPPED
    if one.person_id is None:
        return Copy.Way.NONE
    return Copy.Way.SHARED if one.person_id in told else Copy.Way.SMS


def _people(subjects: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Subject → whom to tell: the main contact with a phone, else who has spoken for it longest."""
    found: dict[uuid.UUID, uuid.UUID] = {}
    rows = queries.with_phone(list(subjects)).order_by("-main", "since", "id")
    for subject, person in rows.values_list("subject_id", "person_id"):
        found.setdefault(subject, person)
    return found


def _tell(row: Notice, person: uuid.UUID | None, linked: str, plain: str, now: datetime) -> bytes | None:
    """An SMS with a link that is kept nowhere; without a public address it says where to look instead."""
    assert person is not None
    params, base = {"unit": tree().label(row.unit_id)}, settings.HUHANG_ADDRESS.rstrip("/")
    if not base:
        messages.tell_person(person, template=plain, params=params, by=SYSTEM, now=now)
        return None
    text, digest = slips.fresh(USE)
    params["link"] = messages.HIDDEN
    messages.tell_person(person, template=linked, params=params, hidden=f"{base}/n/{text}/", by=SYSTEM, now=now)
    return digest


@transaction.atomic
def remind(*, notice_id: uuid.UUID, by: Actor, now: datetime) -> int:
    """Reminds those who have not read it, once. Returns how many there are.

    Raises:
        Missing, Denied: as far as the notice goes, or everybody has read it.
        Conflict: not sent to all yet, too early, reminded already, withdrawn, corrected or past.
    """
    row = locked(notice_id, by)
    if row.state != Notice.State.SENT or row.sent_at is None:
        raise Conflict("通知还没有发完，或已经撤回。")
    if row.reminded_at is not None:
        raise Conflict("已经提醒过一次，不再群发提醒；请联络员逐家联系。")
    if queries.standing(row, now) != "good":
        raise Conflict("通知已更正或已过有效期，不用提醒。")
    hours = policy().remind_after_hours
    if now < row.sent_at + timedelta(hours=hours):
        raise Conflict("发出满 %(n)d 小时才能提醒。", params={"n": hours})
    unread = queries.narrowed_copies(queries.given(row), "unread").filter(way=Copy.Way.SMS).count()
    if not unread:
        raise Missing("没有要提醒的：收到短信的都已阅。")
    row.reminded_at = now
    row.save(update_fields=["reminded_at"])
    journal.write("notice.remind", by=by, now=now, about=row.title, data={"notice": str(row.pk), "count": unread})
    jobs.enqueue("notices.remind", now=now, notice=str(row.pk))
    return unread


@transaction.atomic
def deliver_again(notice_id: uuid.UUID, *, now: datetime) -> int:
    """Sends the next portion of reminders; who has read meanwhile gets none. Returns how many it sent."""
    with acting(SYSTEM):
        row = Notice.objects.select_for_update(of=("self",), no_key=True).get(pk=notice_id)
        if row.reminded_at is None or queries.standing(row, now) != "good":
            return 0
        left = Q(notice=row, way=Copy.Way.SMS, read_at=None, reminded_at=None)
        portion = list(Copy.objects.filter(left).order_by("id")[: policy().portion])
        for one in portion:
            one.again = _tell(row, one.person_id, "notice.again", "notice.again_plain", now)
            one.reminded_at = now
            one.save(update_fields=["again", "reminded_at"])
    return len(portion)
