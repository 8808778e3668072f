"""What is known of office days: by sight for officers, what is announced for anybody, their bookings for a person."""

import uuid
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Sum

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.kernel.errors import Invalid, Missing
from huhang.kernel.numbering import normalise_number
from huhang.kinds.officedays import catalogue
from huhang.kinds.officedays.models import Booking, OfficeDay, Slot
from huhang.kinds.officedays.rules import Rule

LIVE = Booking.State.LIVE


def detail(case: Case) -> OfficeDay:
    """The detail row, fetched once for a case object."""
    return case.office_day  # a OneToOne: kept on the object after the first use


def rule_of(known: OfficeDay) -> Rule:
    """The rule the day was announced under."""
    return catalogue.rule(known.rule_version)


def of_kind(actor: Actor) -> QuerySet[Case]:
    """Office days this actor may see, with seats and bookings of each."""
    rows = visible_to(actor, Case.objects.filter(kind="officeday"))
    seats, booked = Sum("slots__seats"), Sum("slots__booked")
    rows = rows.select_related("office_day", "officer").annotate(seats=seats, booked=booked)
    return rows.defer("search", "folded", "body")


def slots(case: Case) -> list[Slot]:
    """The slots of a day in order."""
    return list(Slot.objects.filter(case=case).order_by("starts_at"))


def bookings(case: Case) -> list[Booking]:
    """Who booked, in the order of their slots; given-up ones at the end."""
    rows = Booking.objects.filter(case=case).select_related("slot")
    return sorted(rows, key=lambda b: (b.state in (b.State.CANCELLED, b.State.LAPSED), b.slot.starts_at, b.made_at))


def live(case: Case) -> list[Booking]:
    """The bookings that stand."""
    return [one for one in bookings(case) if one.state == LIVE]


def problems(case: Case, actor: Actor) -> list[Case]:
    """Requests taken on the day, as far as the reader sees them."""
    rows = visible_to(actor, Case.objects.filter(parent=case, kind="request"))
    return list(rows.defer("search", "folded", "body").order_by("received_at", "id"))


def announced(*, now: datetime, subject: uuid.UUID | None = None, most: int = 60) -> list[Case]:
    """Days to come that anybody may book, soonest first; what is told of them is public, so the system reads it."""
    with acting(SYSTEM):
        rows = Case.objects.filter(kind="officeday", state="announced", sensitive=False, office_day__ends_at__gt=now)
        if subject is not None:
            rows = rows.filter(subject_id=subject)
        rows = rows.select_related("office_day").annotate(seats=Sum("slots__seats"), booked=Sum("slots__booked"))
        return list(rows.defer("search", "folded", "body").order_by("office_day__starts_at", "id")[:most])


def public_day(number: str) -> Case:
    """An announced or ended day by its number, for anybody.

    Raises:
        Missing: none of this number.
    """
    try:
        wanted = normalise_number(number)
    except Invalid:
        raise Missing from None
    with acting(SYSTEM):
        rows = Case.objects.filter(kind="officeday", sensitive=False, number=wanted)
        found = rows.select_related("office_day").defer("search", "folded").first()
    if found is None:
        raise Missing
    return found


def seats_of(case: Case) -> list[Slot]:
    """The slots of a day for the public page."""
    with acting(SYSTEM):
        return slots(case)


def own(person: uuid.UUID) -> list[Booking]:
    """A person's bookings, the newest first."""
    with acting(SYSTEM):
        rows = Booking.objects.filter(person_id=person).select_related("slot", "case__office_day")
        return list(rows.order_by("-slot__starts_at", "-made_at")[:50])


def own_booking(person: uuid.UUID, number: str) -> Booking:
    """One booking of a person's.

    Raises:
        Missing: not theirs, or none.
    """
    with acting(SYSTEM):
        rows = Booking.objects.filter(person_id=person, number=number.strip().upper()[:16])
        found = rows.select_related("slot", "case__office_day").first()
    if found is None:
        raise Missing
    return found


def bookable(slot: Slot, rule: Rule, now: datetime) -> bool:
    """Whether a seat of the slot can still be taken."""
    return slot.booked < slot.seats and now < rule.closes(slot.starts_at)


def why_not_take(case: Case, by: Actor, now: datetime) -> str | None:
    """Problems are taken on the day, or entered afterwards; not before it."""
    schedule = catalog.schedule()
    if schedule.date_of(now) < schedule.date_of(detail(case).starts_at):
        return "还没有到现场办公的日子。"
    return None


def why_not_void(case: Case, by: Actor, now: datetime) -> str | None:
    """Whoever entered or summed up the day does not make it void alone."""
    return "作废由别人来办，不能作废自己办的。" if by.user is not None and by.user == case.officer_id else None


def booking_choices(case: Case, by: Actor, now: datetime) -> list[tuple[str, Any]]:
    """Bookings to choose from, each by its time and masked name."""
    local = catalog.schedule().local
    return [
        (str(one.pk), f"{local(one.slot.starts_at):%H:%M} {one.name_masked} {one.about}".strip())
        for one in bookings(case)
        if one.state in (Booking.State.LIVE, Booking.State.CAME)
    ]
