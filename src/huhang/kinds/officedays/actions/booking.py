"""Seats are booked, left and changed: never more than there are, one a day and person (B6, SAFEGUARDS 16).

Whoever books is a person with a proved phone and sees no case, so the day is read as the system; its case row is
locked for every change, so that of many at once each sees what the one before took, and a day called off is found so.
"""

import uuid
from datetime import datetime

from django.db import transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.base.journal import actions as journal
from huhang.base.messages import actions as messages
from huhang.cases.models import Case
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kernel.numbering import public_number
from huhang.kernel.text import clean
from huhang.kinds.officedays import queries
from huhang.kinds.officedays.models import Booking, OfficeDay, Slot
from huhang.kinds.officedays.rules import Rule
from huhang.register.subjects.models import Person
from huhang.register.units.queries import tree

PREFIX = "YY"
LIVE = Booking.State.LIVE


class SlotFull(Conflict):
    """Somebody else took the last seat; nothing was written."""

    code = "slot_full"


def _day(case_id: uuid.UUID) -> tuple[Case, OfficeDay]:
    """The day, locked until the transaction ends.

    Raises:
        Missing: none, or not announced to the public.
        Conflict: over, or called off.
    """
    rows = Case.objects.select_for_update(of=("self",)).defer("search", "folded")
    case = rows.filter(pk=case_id, kind="officeday", sensitive=False).first()
    if case is None:
        raise Missing
    if case.state != "announced":
        raise Conflict("这一场已经结束或取消，请另选一场。")
    return case, queries.detail(case)


def _seat(case: Case, slot_id: uuid.UUID, rule: Rule, now: datetime) -> Slot:
    slot = Slot.objects.filter(case=case, pk=slot_id).first()
    if slot is None:
        raise Invalid("请从列出的时段里选一个。", field="slot")
    if now >= rule.closes(slot.starts_at):
        raise Invalid("这个时段已经来不及预约，请另选；也可以直接到现场。", field="slot")
    if slot.booked >= slot.seats:
        raise SlotFull("这个时段刚被约满，请另选一个。", field="slot")
    return slot


def _take(slot: Slot, by: int) -> None:
    slot.booked += by
    slot.save(update_fields=["booked"])


@transaction.atomic
def book(*, case_id: uuid.UUID, slot_id: uuid.UUID, about: str = "", by: Actor, now: datetime) -> Booking:
    """Books a seat for the acting person, who is told by SMS.

    Raises:
        Denied: no proved phone.
        Invalid: no such slot, or too late for it.
        SlotFull: the last seat went to somebody else.
        Conflict: booked on this day already, too many bookings to come, or the day is over.
    """
    if by.person is None:
        raise Denied("请先验证手机号，再预约。")
    said = clean(about, max_length=200).replace("\n", " ")
    with acting(SYSTEM):
        case, known = _day(case_id)
        rule = queries.rule_of(known)
        there = Booking.objects.filter(person_id=by.person, state=LIVE)
        if there.filter(case=case).exists():
            raise Conflict("您在这一场已经有预约，可以改时段。")
        if there.filter(slot__starts_at__gt=now, case__state="announced").count() >= rule.most:
            raise Conflict("您已经有 %(most)d 个没到时间的预约，请先取消一个。", params={"most": rule.most})
        slot = _seat(case, slot_id, rule, now)
        _take(slot, 1)
        made = Booking(case=case, slot=slot, person_id=by.person, about=said, made_at=now)
        made.name_masked = Person.objects.values_list("name_masked", flat=True).get(pk=by.person)
        made.number = public_number(PREFIX)
        made.save(force_insert=True)
    _written("officeday.book", made, by, now)
    tell(made, "officeday.booked", by=by, now=now)
    return made


def _own(booking_id: uuid.UUID, by: Actor) -> Booking:
    rows = Booking.objects.select_related("slot").filter(pk=booking_id)
    found = rows.filter(person_id=by.person).first() if by.person is not None else None
    if found is None:
        raise Missing
    return found


@transaction.atomic
def cancel(*, booking_id: uuid.UUID, by: Actor, now: datetime) -> Booking:
    """Gives a seat up, so that somebody else may have it.

    Raises:
        Missing: not the acting person's.
        Conflict: it does not stand any more.
    """
    with acting(SYSTEM):
        _day(_own(booking_id, by).case_id)
        made = Booking.objects.select_related("slot").get(pk=booking_id)
        if made.state != LIVE:
            raise Conflict("这个预约已经不在了。")
        _take(made.slot, -1)
        made.state, made.ended_at = Booking.State.CANCELLED, now
        made.save(update_fields=["state", "ended_at"])
    _written("officeday.cancel", made, by, now)
    return made


@transaction.atomic
def change(*, booking_id: uuid.UUID, slot_id: uuid.UUID, by: Actor, now: datetime) -> Booking:
    """Another slot of the same day; the seat is held until the new one is.

    Raises:
        Missing: not the acting person's.
        Invalid, SlotFull, Conflict: as when booking; the old seat is kept.
    """
    with acting(SYSTEM):
        case, known = _day(_own(booking_id, by).case_id)
        made = Booking.objects.select_related("slot").get(pk=booking_id)
        if made.state != LIVE:
            raise Conflict("这个预约已经不在了。")
        if made.slot_id == slot_id:
            return made
        slot = _seat(case, slot_id, queries.rule_of(known), now)
        _take(made.slot, -1)
        _take(slot, 1)
        made.slot = slot
        made.save(update_fields=["slot"])
    _written("officeday.change", made, by, now)
    tell(made, "officeday.booked", by=by, now=now)
    return made


def _written(action: str, made: Booking, by: Actor, now: datetime) -> None:
    data = {"booking": made.number, "at": made.slot.starts_at.isoformat()}
    journal.write(action, by=by, now=now, case=made.case_id, person=made.person_id, data=data)


def tell(made: Booking, template: str, *, by: Actor, now: datetime) -> None:
    """Tells whoever booked: which unit and when. Nothing of theirs is in it."""
    local = catalog.schedule().local(made.slot.starts_at)
    with acting(SYSTEM):
        unit = Case.objects.values_list("unit_id", flat=True).get(pk=made.case_id)
    params = {"unit": tree().label(unit), "at": f"{local:%Y-%m-%d %H:%M}", "booking": made.number}
    messages.tell_person(made.person_id, template=template, params=params, case=made.case_id, by=by, now=now)
