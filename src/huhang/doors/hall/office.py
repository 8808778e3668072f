"""Office days for the public: what is coming, booking a seat with a proved phone, changing and leaving it (B6)."""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.base.people.public import name_person
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.frame.gates import actor_of, public
from huhang.doors.frame.notices import done
from huhang.doors.frame.saying import say
from huhang.doors.hall import visitor
from huhang.doors.hall.forms import blame
from huhang.doors.hall.showing import show
from huhang.kernel.errors import Conflict, Invalid
from huhang.kinds.officedays import queries
from huhang.kinds.officedays.actions import book, cancel, change
from huhang.kinds.officedays.models import Booking, Slot
from huhang.register.subjects.actions import person_for
from huhang.register.units.queries import tree


class BookForm(forms.Form):
    """Which slot, what about, and a name the first time."""

    slot = forms.ChoiceField(label=gettext_lazy("时段"), widget=forms.RadioSelect)
    name = forms.CharField(label=gettext_lazy("怎么称呼您"), max_length=40)
    about = forms.CharField(
        label=gettext_lazy("想谈什么"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("一句话就行，民警好准备；不要写身份证号"),
    )

    def __init__(
        self, slots: list[tuple[str, str]], data: Any = None, *, first: bool = False, only: bool = False
    ) -> None:
        super().__init__(data, auto_id="b-%s")
        self.fields["slot"].choices = slots  # type: ignore[attr-defined]
        self.fields["name"].widget.attrs |= {"autocomplete": "name", "data-nokeep": True}
        if not first:
            del self.fields["name"]
        if only:
            del self.fields["about"]


def _line(case: Case) -> dict[str, Any]:
    known = queries.detail(case)
    return {
        "case": case,
        "known": known,
        "unit": tree().label(case.unit_id),
        "state": kind_of("officeday").state(case.state),
    }


@public
@require_http_methods(["GET", "HEAD"])
def office_days(request: HttpRequest) -> HttpResponse:
    """The days announced, soonest first, with how many seats are left."""
    now = timezone.now()
    rows = [
        {**_line(one), "left": (one.seats or 0) - (one.booked or 0)}  # type: ignore[attr-defined]
        for one in queries.announced(now=now)
    ]
    return show(request, "office_days", {"rows": rows, "now": now}, open_=True)


def _free(case: Case, now: Any, *, but: Booking | None = None) -> list[tuple[str, str]]:
    """Slots that can still be booked, each with its time and how many seats are left."""
    rule, local = queries.rule_of(queries.detail(case)), catalog.schedule().local

    def said(slot: Slot) -> str:
        return _("%(at)s，还有 %(n)d 个位子") % {"at": f"{local(slot.starts_at):%H:%M}", "n": slot.seats - slot.booked}

    rows = queries.seats_of(case)
    return [
        (str(s.pk), said(s)) for s in rows if queries.bookable(s, rule, now) and (but is None or s.pk != but.slot_id)
    ]


@public
@require_http_methods(["GET", "HEAD", "POST"])
def office_day(request: HttpRequest, number: str) -> HttpResponse:
    """One day; booking takes a proved phone, which is asked for before anything is typed.

    Raises:
        Missing: no such day.
    """
    if request.method == "POST":
        visitor.refuse_officers(request)
    now, case = timezone.now(), queries.public_day(number)
    admitted = visitor.is_admitted(request)
    if request.method == "POST" and not admitted:
        return visitor.to_phone(request.path)
    first = admitted and actor_of(request).person is None
    slots = _free(case, now) if case.state == "announced" else []
    form, status = BookForm(slots, request.POST if request.method == "POST" else None, first=first), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = _book(request, case, form.cleaned_data, now)
            except (Invalid, Conflict) as wrong:
                status, form = wrong.status, BookForm(_free(case, now), request.POST, first=first)
                form.full_clean()
                form.errors.clear()
                blame(form, wrong)
            else:
                done(request, _("已预约，号码 %(n)s；短信也会告诉您。") % {"n": made.number}, keep="office-book")
                return redirect("hall:bookings")
    context = {
        **_line(case),
        "form": form,
        "slots": slots,
        "admitted": admitted,
        "phone_url": reverse("hall:phone") + f"?next={request.path}",
        "now": now,
    }
    return show(request, "office_day", context, status=status)


def _book(request: HttpRequest, case: Case, values: dict[str, Any], now: Any) -> Booking:
    by = actor_of(request)
    if by.person is None:
        number = visitor.open_phone(request.session, "登记预约人手机号", by=by, now=now)
        known = person_for(name=values["name"], phone=number, by=by, now=now)
        by = Actor(kind="person", id=known.pk, label=known.name_masked, person=known.pk)
        name_person(request.session, known.pk, known.name_masked, now=now)
        visitor.forget_phone(request.session)
    slot = uuid.UUID(values["slot"])
    return book(case_id=case.pk, slot_id=slot, about=values.get("about", ""), by=by, now=now)


@visitor.with_phone
@require_http_methods(["GET", "HEAD"])
def bookings(request: HttpRequest) -> HttpResponse:
    """One's own bookings; of a day called off the other days stand beside it."""
    actor, now = actor_of(request), timezone.now()
    rows = [_mine(one, now) for one in (queries.own(actor.person) if actor.person else [])]
    others = [_line(one) for one in queries.announced(now=now, most=5)] if any(r["lapsed"] for r in rows) else []
    return show(request, "bookings", {"rows": rows, "others": others, "now": now})


def _mine(one: Booking, now: Any) -> dict[str, Any]:
    stands = one.state == Booking.State.LIVE and one.case.state == "announced"
    tones = {Booking.State.LIVE: "go", Booking.State.CAME: "ok", Booking.State.LAPSED: "wait"}
    return {
        "booking": one,
        "case": one.case,
        "unit": tree().label(one.case.unit_id),
        "state": one.get_state_display(),
        "tone": tones.get(Booking.State(one.state), ""),
        "stands": stands and now < queries.rule_of(queries.detail(one.case)).closes(one.slot.starts_at),
        "lapsed": one.state == Booking.State.LAPSED,
    }


@visitor.with_phone
@require_http_methods(["GET", "HEAD", "POST"])
def booking(request: HttpRequest, number: str) -> HttpResponse:
    """One booking: another slot of the day, or giving it up.

    Raises:
        Missing: not the visitor's own.
    """
    actor, now = actor_of(request), timezone.now()
    found = queries.own_booking(actor.person or uuid.UUID(int=0), number)
    mine = _mine(found, now)
    slots = _free(found.case, now, but=found) if mine["stands"] else []
    moving = request.method == "POST" and "leave" not in request.POST
    form, status, why = BookForm(slots, request.POST if moving else None, only=True), 200, ""
    if request.method == "POST":
        try:
            if not moving:
                cancel(booking_id=found.pk, by=actor, now=now)
                done(request, _("已取消，位子让给别人了。"))
                return redirect("hall:bookings")
            if form.is_valid():
                change(booking_id=found.pk, slot_id=uuid.UUID(form.cleaned_data["slot"]), by=actor, now=now)
                done(request, _("时段已改，短信也会告诉您。"))
                return redirect("hall:bookings")
            status = 422
        except (Invalid, Conflict) as wrong:
            status, why = wrong.status, say(wrong)
    return show(request, "booking", {**mine, "form": form, "slots": slots, "why": why, "now": now}, status=status)
