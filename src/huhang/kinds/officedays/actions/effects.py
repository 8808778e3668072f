"""What the moves of an office day do: problems enter the ledger, the day is summed up or called off."""

from typing import Any

from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.cases.actions import clocks, open_case
from huhang.cases.actions.moving import note_beside
from huhang.cases.rules import Doing, Outcome
from huhang.kernel.errors import Invalid
from huhang.kinds.officedays.actions.announcing import CONCLUDE
from huhang.kinds.officedays.actions.booking import tell
from huhang.kinds.officedays.models import Booking, OfficeDay, Slot
from huhang.register.subjects.models import Person

TAKEN = "taken"
"""Noted beside a day on which problems were taken."""


def _locked(doing: Doing) -> OfficeDay:
    return OfficeDay.objects.select_for_update().get(case=doing.case)


def _chosen(doing: Doing, name: str) -> list[Booking]:
    told = doing.values.get(name)
    ids = told if isinstance(told, list) else [told] if told else []
    found = list(Booking.objects.filter(case=doing.case, pk__in=ids).select_related("slot"))
    if len(found) < len(set(ids)) or any(b.state not in (b.State.LIVE, b.State.CAME) for b in found):
        raise Invalid("请从列出的预约里选。", field=name)
    return found


def take_problem(doing: Doing) -> Outcome:
    """What somebody brings becomes a request of the ledger under the day; they are told by SMS at once (B6, C1)."""
    case, known, values = doing.case, _locked(doing), doing.values
    booked = next(iter(_chosen(doing, "booking")), None)
    who: dict[str, Any] = {name: values[name] for name in ("name", "phone") if values.get(name)}
    if booked is not None:
        with acting(SYSTEM, apart=False):  # whoever sits there sees the booking, not the person's row
            who = {"requester": Person.objects.get(pk=booked.person_id)}
    made = open_case(
        "request",
        by=doing.by,
        now=doing.now,
        channel="office_day",
        parent=case.pk,
        subject=case.subject_id,
        body=values["body"],
        nature=values["nature"],
        category=values.get("category") or "",
        place=case.place,
        lon=case.lon,
        lat=case.lat,
        **who,
    )
    if booked is not None and booked.state == Booking.State.LIVE:
        booked.state, booked.ended_at = Booking.State.CAME, doing.now
        booked.save(update_fields=["state", "ended_at"])
    known.taken += 1
    known.save(update_fields=["taken"])
    note_beside(case, TAKEN)
    return Outcome(note=_("%(number)s %(title)s") % {"number": made.number, "title": made.title}, data={"taken": 1})


def conclude(doing: Doing) -> Outcome:
    """The day is over: who kept their booking, how many came without one; the rest of the bookings were missed."""
    case, known = doing.case, _locked(doing)
    came = _chosen(doing, "came")
    mine = Booking.objects.filter(case=case)
    mine.filter(pk__in=[one.pk for one in came], state=Booking.State.LIVE).update(
        state=Booking.State.CAME, ended_at=doing.now
    )
    mine.filter(state=Booking.State.LIVE).update(state=Booking.State.MISSED, ended_at=doing.now)
    known.came, known.walk_ins = mine.filter(state=Booking.State.CAME).count(), doing.values["walk_ins"] or 0
    known.received = known.came + known.walk_ins
    known.save(update_fields=["came", "walk_ins", "received"])
    case.answered_at = min(known.starts_at, doing.now)
    clocks.stop(case, CONCLUDE, at=doing.now)
    data = {"came": known.came, "walk_ins": known.walk_ins, "received": known.received, "taken": known.taken}
    return Outcome(note=doing.values.get("note") or "", data={**data, "at": case.answered_at.isoformat()})


def call_off(doing: Doing) -> Outcome:
    """It does not take place: whoever booked is told and may choose another day; no booking stands."""
    case = doing.case
    rows = list(Booking.objects.filter(case=case, state=Booking.State.LIVE).select_related("slot"))
    Booking.objects.filter(pk__in=[one.pk for one in rows]).update(state=Booking.State.LAPSED, ended_at=doing.now)
    Slot.objects.filter(case=case).update(booked=0)
    clocks.stop(case, CONCLUDE, at=doing.now)
    for one in rows:
        tell(one, "officeday.off", by=doing.by, now=doing.now)
    return Outcome(note=doing.values["reason"], data={"bookings": len(rows)})


def void_day(doing: Doing) -> Outcome:
    """It was entered by mistake: it counts nowhere any more, and stays readable."""
    known = _locked(doing)
    doing.case.answered_at = None
    return Outcome(note=doing.values["reason"], data={"received": known.received, "taken": known.taken})
