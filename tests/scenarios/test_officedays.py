"""B6: a day is announced, booked without ever being oversold, its problems enter the ledger, and figures come out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.base.messages.models import Message
from huhang.cases.actions import move
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing, Refusal
from huhang.kinds.officedays.actions import book, cancel, change
from huhang.kinds.officedays.actions.booking import SlotFull
from huhang.kinds.officedays.models import Booking, OfficeDay, Slot
from huhang.reading.figures import queries as figures
from huhang.reading.figures.periods import Period
from huhang.reading.figures.queries import Ask
from huhang.reading.figures.scope import Scope
from tests.factories.city import NOW, City, make_city
from tests.factories.officedays import announced, somebody
from tests.plugins.figures import figure
from tests.scenarios.test_visits import solve

DAY = timedelta(days=1)
db = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def go(city: City, case: Case, who: str, step: str, /, *, now: Any = NOW, **values: Any) -> Case:
    actor = city.actor(who)
    with acting(actor):
        move(case_id=case.pk, name=step, values=values, by=actor, now=now)
    return Case.objects.select_related("office_day").get(pk=case.pk)


def take(case: Case, slot: Slot, who: Actor, **more: Any) -> Booking:
    with acting(who):
        return book(case_id=case.pk, slot_id=slot.pk, by=who, now=NOW, **more)


@db
def test_a_day_is_booked_moved_left_and_summed_up_with_its_problems(city: City) -> None:
    case = announced(city)
    slots = list(Slot.objects.filter(case=case).order_by("starts_at"))
    assert [one.seats for one in slots] == [2, 2, 2, 2]
    wang, li, zhao, sun = (somebody(n) for n in range(1, 5))
    first = take(case, slots[0], wang, about="集体户口")
    take(case, slots[0], li)
    with pytest.raises(SlotFull):
        take(case, slots[0], zhao)
    with pytest.raises(Conflict, match="已经有预约"):
        take(case, slots[1], wang)
    with acting(wang):
        assert change(booking_id=first.pk, slot_id=slots[1].pk, by=wang, now=NOW).slot_id == slots[1].pk
        with pytest.raises(Invalid, match="来不及"):
            change(booking_id=first.pk, slot_id=slots[0].pk, by=wang, now=slots[0].starts_at - timedelta(minutes=5))
    third = take(case, slots[0], zhao)
    with acting(sun), pytest.raises(Missing):
        cancel(booking_id=third.pk, by=sun, now=NOW)
    with acting(zhao):
        cancel(booking_id=third.pk, by=zhao, now=NOW)
        with pytest.raises(Conflict):
            cancel(booking_id=third.pk, by=zhao, now=NOW)
    take(case, slots[0], sun)
    assert [s.booked for s in Slot.objects.filter(case=case).order_by("starts_at")] == [2, 1, 0, 0]
    sms = Message.objects.filter(template="officeday.booked").first()
    assert sms is not None
    assert not any(said in sms.text for said in ("户口", "居民", "服务中心", "139"))
    with acting(li):
        assert list(Booking.objects.values_list("person_id", flat=True)) == [li.person]  # the wall: one's own
    with pytest.raises(Conflict, match="还没有到"):
        go(city, case, "liaison", "take_problem", body="路灯坏了", nature="help")

    then = slots[0].starts_at
    case = go(city, case, "liaison", "take_problem", now=then, body="想办集体户口", nature="consult", booking=first.pk)
    case = go(
        city,
        case,
        "handler",
        "take_problem",
        now=then,
        body="门口货车占道",
        nature="help",
        name="钱一",
        phone="13800000009",
    )
    case = go(city, case, "handler", "take_problem", now=then, body="没留名字的一件", nature="advice")
    asked = list(Case.objects.filter(parent=case, kind="request").order_by("id"))
    assert {one.channel for one in asked} == {"office_day"}
    assert asked[0].requester_id == wang.person
    assert asked[2].requester_id is None
    assert Message.objects.filter(template="request.open", person=wang.person).count() == 1
    with pytest.raises(Invalid):
        go(city, case, "liaison", "conclude", now=then, walk_ins="-1")
    live = {one.person_id: one for one in Booking.objects.filter(case=case, state="live")}
    assert li.person is not None
    case = go(city, case, "liaison", "conclude", now=then + DAY, walk_ins=3, came=[live[li.person].pk], note="三件")
    known = case.office_day
    assert (case.state, known.came, known.walk_ins, known.received, known.taken) == ("day_held", 2, 3, 5, 3)
    assert Booking.objects.get(person=sun.person).state == "missed"
    with pytest.raises(Conflict, match="已经结束"):
        take(case, slots[3], zhao)
    case = go(city, case, "liaison", "take_problem", now=then + DAY, body="会后补记的一件", nature="help")
    assert case.office_day.taken == 4


@db
def test_a_day_called_off_lets_everybody_choose_another(city: City) -> None:
    case, other = announced(city), announced(city, starts_at=NOW + 5 * DAY)
    slots = list(Slot.objects.filter(case=case).order_by("starts_at"))
    people = [somebody(n) for n in range(1, 4)]
    for n, who in enumerate(people):
        take(case, slots[n], who)
    case = go(city, case, "liaison", "withdraw_day", reason="临时任务")
    assert Message.objects.filter(template="officeday.off").count() == 3
    assert set(Booking.objects.filter(case=case).values_list("state", flat=True)) == {"lapsed"}
    with pytest.raises(Conflict):
        take(case, slots[3], people[0])
    again = take(other, Slot.objects.filter(case=other).order_by("starts_at")[0], people[0])
    assert again.state == "live"


@db
def test_what_cannot_be_is_said_beside_its_place(city: City) -> None:
    for values, field in (
        ({"starts_at": NOW - DAY}, "starts_at"),
        ({"ends_at": NOW}, "ends_at"),
        ({"ends_at": None}, "ends_at"),
        ({"slot_minutes": "2"}, "slot_minutes"),
        ({"seats": "many"}, "seats"),
        ({"seats": 51}, "seats"),
        ({"subject": "x"}, "subject"),
        ({"subject": "", "place": ""}, "place"),
        ({"topic": "x" * 81}, "topic"),
        ({"slot_minutes": 5, "ends_at": NOW + 3 * DAY + timedelta(hours=9)}, "slot_minutes"),
    ):
        with pytest.raises(Invalid) as said:
            announced(city, **values)
        assert field in said.value.problems, values
    with pytest.raises(Denied):
        announced(city, "clerk")
    hall = announced(city, subject="", place="派出所一楼大厅")
    assert (hall.subject_id, hall.title) == (None, "港湾派出所现场办公")
    with pytest.raises(Denied):
        book(case_id=hall.pk, slot_id=hall.pk, by=city.actor("liaison"), now=NOW)
    who = somebody(1)
    with pytest.raises(Invalid):
        book(case_id=hall.pk, slot_id=hall.pk, by=who, now=NOW)
    with pytest.raises(Missing):
        book(case_id=who.person or hall.pk, slot_id=hall.pk, by=who, now=NOW)
    for n in range(3):
        day = announced(city, starts_at=NOW + (4 + n) * DAY)
        take(day, Slot.objects.filter(case=day)[0], who)
    with pytest.raises(Conflict, match="3 个"):
        take(hall, Slot.objects.filter(case=hall)[0], who)


@pytest.mark.parametrize("many", [24, pytest.param(200, marks=pytest.mark.soak)])
def test_no_slot_is_ever_oversold(own_database: str, many: int) -> None:
    """SAFEGUARDS 16: so many at once for a quarter of the seats; exactly as many as there are seats get one."""
    seats = many // 4
    with acting(SYSTEM):
        city = make_city()
        case = announced(city, seats=seats, ends_at=NOW + 3 * DAY + timedelta(minutes=30))
        slot, people = Slot.objects.get(case=case), [somebody(n) for n in range(many)]
    connection.close()

    def one(who: Actor) -> str:
        try:
            with acting(who):
                book(case_id=case.pk, slot_id=slot.pk, by=who, now=NOW)
            return "booked"
        except Refusal as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(one, people))
    assert (told.count("booked"), told.count("slot_full")) == (seats, many - seats)
    with acting(SYSTEM):
        assert Slot.objects.get(pk=slot.pk).booked == seats == Booking.objects.filter(state="live").count()
    figure(16, f"{many} at once for {seats} seats of an office day: {told.count('booked')} booked")


@db
@pytest.mark.parametrize("scale", [0.25, pytest.param(1.0, marks=pytest.mark.soak)])
def test_the_published_figures_come_out_of_their_records(city: City, scale: float) -> None:
    """MISSION B6: 12 sessions, 18 problems; how many are solved follows the requests. Other numbers in, others out."""
    wanted = {"sittings": round(12 * scale), "problems": round(18 * scale), "received": 0, "walk_ins": 0}
    days = [announced(city, now=NOW - 20 * DAY, starts_at=NOW - 12 * DAY) for _ in range(wanted["sittings"])]
    for n in range(wanted["problems"]):
        day = days[n % len(days)]
        go(city, day, "liaison", "take_problem", now=NOW - 12 * DAY, body=f"第 {n} 件", nature="help")
    for n, day in enumerate(days):
        go(city, day, "liaison", "conclude", now=NOW - 11 * DAY, walk_ins=n + 1)
        wanted["received"] = wanted["walk_ins"] = wanted["walk_ins"] + n + 1
    asked = list(Case.objects.filter(kind="request").order_by("id"))
    for request in asked[1:]:
        with acting(SYSTEM):
            move(
                case_id=request.pk,
                name="classify",
                values={"category": "PS-02", "nature": "help", "urgency": "0"},
                by=SYSTEM,
                now=NOW - 11 * DAY,
            )
        solve(city, request)
    leader = city.actor("leader")
    with acting(leader):
        window = Period("custom", (NOW - 30 * DAY).date(), NOW.date()).window(NOW, catalog.schedule())
        for kind, told in (
            (kind_of("officeday"), wanted),
            (kind_of("request"), {"brought": len(asked), "brought_solved": len(asked) - 1}),
        ):
            asks = {f.name: Ask(f, window) for f in kind.figures if f.name in told}
            shown, _old = figures.measure(kind, leader, asks, Scope())
            assert {name: value.count for name, value in shown.items()} == told
            for figure in (ask.figure for ask in asks.values()):
                rows = figures.rows(kind, leader, figure, window, Scope())
                number = sum(rows.values_list(figure.total, flat=True)) if figure.total else rows.count()
                assert shown[figure.name].count == number
    assert OfficeDay.objects.count() == len(days)
