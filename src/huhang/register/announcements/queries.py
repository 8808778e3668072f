"""Reading notices: who may write and release them, what the preview counts, who has read, and a person's own."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.kernel.errors import Missing
from huhang.register.announcements.catalogue import policy
from huhang.register.announcements.models import Copy, Notice
from huhang.register.liaisons.models import Liaison
from huhang.register.subjects import queries as register
from huhang.register.subjects.models import Contact, Subject
from huhang.register.subjects.queries import Wanted, narrowed, reaches, within_reach

COUNTS = (Copy.Way.SMS, Copy.Way.SHARED, Copy.Way.NONE)
"""Ways by which a copy counts as given: all but those not sent."""


def visible(actor: Actor) -> QuerySet[Notice]:
    """The notices an officer may see: those sent, as everybody who sees the register does; others by their makers."""
    if actor.everything:
        return Notice.objects.all()
    if not actor.units:
        return Notice.objects.none()
    near = Q(unit__in=actor.units) | Q(branch__in=actor.branches)
    return Notice.objects.filter(Q(sent_at__isnull=False) | near)


def notice_of(actor: Actor, pk: uuid.UUID) -> Notice:
    """One notice this actor may see.

    Raises:
        Missing: there is none, or it is not for this actor; the two look the same.
    """
    found = visible(actor).filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


def may_send(actor: Actor, notice: Notice) -> bool:
    """Whether this actor may change, send, remind, correct and withdraw it."""
    return reaches(actor, Perm.NOTIFY, notice.unit_id)


def may_release(actor: Actor, notice: Notice) -> bool:
    """Whether this actor may release it: never whoever wrote it."""
    own = actor.user is not None and actor.user == notice.by_id
    return not own and reaches(actor, Perm.RELEASE, notice.unit_id)


def audience(actor: Actor, wanted: Wanted) -> QuerySet[Subject]:
    """The subjects a filter leaves among those the actor sees and may write to."""
    return narrowed(within_reach(actor, Perm.NOTIFY), wanted)


@dataclass(frozen=True)
class Preview:
    """Whom a notice would reach: subjects, persons to be told, subjects without a phone, and those at the cap."""

    subjects: int
    contacts: int
    without: int
    capped: int
    needs_release: bool


def preview(actor: Actor, notice: Notice, wanted: Wanted, now: datetime) -> Preview:
    """The numbers before sending; when it is sent the cap is looked at again, subject by subject."""
    rows = audience(actor, wanted)
    return _count(rows, notice, now)


def preview_correction(notice: Notice, now: datetime) -> Preview:
    """The numbers of a correction, which goes to those the notice was given to."""
    rows = Subject.objects.filter(pk__in=given(notice).values("subject"))
    return _count(rows, notice, now)


def _count(rows: QuerySet[Subject], notice: Notice, now: datetime) -> Preview:
    subjects = rows.order_by().count()
    people = with_phone(rows.order_by().values("pk"))
    reached, contacts = people.aggregate(n=Count("subject", distinct=True))["n"], _persons(people)
    free = notice.urgent or notice.corrects_id is not None
    capped = 0 if free else rows.filter(pk__in=at_cap(now)).order_by().count()
    return Preview(subjects, contacts, subjects - reached, capped, subjects > policy().release_over)


def _persons(people: QuerySet[Contact]) -> int:
    """How many persons would be told: one a subject, and nobody twice."""
    told = people.order_by("subject", "-main", "since", "id").distinct("subject").values_list("person_id", flat=True)
    return len(set(told))


def with_phone(subjects: Any) -> QuerySet[Contact]:
    """Contacts of these subjects who can be told by SMS."""
    return Contact.objects.filter(subject__in=subjects, ended_at__isnull=True).exclude(phone_masked="")


def month_of(now: datetime) -> datetime:
    """When the calendar month of a moment began, in Shanghai."""
    return catalog.schedule().local(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def counted(now: datetime) -> QuerySet[Copy]:
    """Copies that count towards the month's cap: neither urgent ones nor corrections."""
    return Copy.objects.filter(
        sent_at__gte=month_of(now), way__in=COUNTS, notice__urgent=False, notice__corrects__isnull=True
    )


def at_cap(now: datetime, subjects: Iterable[uuid.UUID] | None = None) -> QuerySet[Copy]:
    """The subjects that had all the notices they may get this month (无事不扰)."""
    rows = counted(now) if subjects is None else counted(now).filter(subject__in=list(subjects))
    full = rows.order_by().values("subject").annotate(n=Count("id")).filter(n__gte=policy().cap_month)
    return full.values("subject")  # type: ignore[return-value]


def given(notice: Notice) -> QuerySet[Copy]:
    """The copies that went out."""
    return Copy.objects.filter(notice=notice, sent_at__isnull=False, way__in=COUNTS)


@dataclass(frozen=True)
class Tally:
    """How a notice stands among the copies one sees."""

    total: int
    sent: int
    sms: int
    without: int
    capped: int
    opened: int
    read: int


def copies(actor: Actor, notice: Notice) -> QuerySet[Copy]:
    """The copies of a notice whose subjects this actor sees."""
    rows = Copy.objects.filter(notice=notice)
    return rows if register.seen(actor) is None else rows.filter(subject__in=register.visible(actor))


def tally(rows: QuerySet[Copy]) -> Tally:
    """The numbers over a notice's page; each opens its rows."""
    out = Q(sent_at__isnull=False, way__in=COUNTS)
    found = rows.order_by().aggregate(
        total=Count("id"),
        sent=Count("id", filter=out),
        sms=Count("id", filter=Q(way=Copy.Way.SMS)),
        without=Count("id", filter=Q(way=Copy.Way.NONE)),
        capped=Count("id", filter=Q(way=Copy.Way.CAPPED)),
        opened=Count("id", filter=Q(opened_at__isnull=False)),
        read=Count("id", filter=Q(read_at__isnull=False)),
    )
    return Tally(**found)


def read_of(actor: Actor, notices: Iterable[Notice]) -> dict[uuid.UUID, tuple[int, int]]:
    """Notice → how many of the copies one sees were read, and how many were given; one statement for a page."""
    rows = Copy.objects.filter(notice__in=list(notices), sent_at__isnull=False, way__in=COUNTS)
    rows = rows if register.seen(actor) is None else rows.filter(subject__in=register.visible(actor))
    counted = rows.order_by().values("notice").annotate(read=Count("read_at"), given=Count("id"))
    return {one["notice"]: (one["read"], one["given"]) for one in counted}


FILTERS = ("read", "opened", "unread", "without", "capped", "sms")


def narrowed_copies(rows: QuerySet[Copy], which: str) -> QuerySet[Copy]:
    """The copies behind one number."""
    unread = Q(read_at__isnull=True, sent_at__isnull=False, way__in=COUNTS)
    known = {
        "read": Q(read_at__isnull=False),
        "opened": Q(opened_at__isnull=False),
        "unread": unread,
        "without": Q(way=Copy.Way.NONE),
        "capped": Q(way=Copy.Way.CAPPED),
        "sms": Q(way=Copy.Way.SMS),
    }
    return rows.filter(known[which]) if which in known else rows


def mine(actor: Actor, rows: QuerySet[Copy]) -> QuerySet[Copy]:
    """Of some copies those of the subjects this officer answers for (B1)."""
    held = Liaison.objects.filter(officer_id=actor.user, ends_at__isnull=True)
    return rows.filter(subject__in=held.values("subject"))


def of_person(person: uuid.UUID) -> QuerySet[Copy]:
    """What the enterprises were told for which a person speaks, newest first."""
    spoken = Contact.objects.filter(person_id=person, ended_at__isnull=True).values("subject")
    rows = Copy.objects.filter(subject__in=spoken, sent_at__isnull=False, way__in=COUNTS)
    return rows.select_related("notice", "subject").order_by("-sent_at", "-id")


def standing(notice: Notice, now: datetime) -> str:
    """How a notice stands for whoever reads it: ``withdrawn``, ``corrected``, ``past`` or ``good``."""
    if notice.withdrawn_at is not None:
        return "withdrawn"
    if notice.corrections.filter(sent_at__isnull=False).exists():
        return "corrected"
    over = notice.until is not None and catalog.schedule().date_of(now) > notice.until
    return "past" if over else "good"
