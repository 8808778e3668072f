"""B6 in the hall and at the desk: a day is announced, booked by phone code, changed, left, called off, summed up."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from huhang.base.access.context import SYSTEM, acting
from huhang.cases.actions import move
from huhang.cases.models import Case
from huhang.kinds.officedays.actions import book
from huhang.kinds.officedays.models import Booking, OfficeDay, Slot
from tests.doors.hall.conftest import Resident
from tests.factories.city import City
from tests.factories.officedays import announced, somebody
from tests.factories.visits import subject_of

pytestmark = pytest.mark.django_db
NEW = "/desk/office-days/new/"


def signed_in(city: City, who: str = "liaison") -> Client:
    client = Client()
    client.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    return client


def at_desk(city: City) -> Case:
    """Announced over the pages."""
    client, host = signed_in(city), subject_of(city)
    assert host.name in client.get(f"{NEW}?q=海晏").content.decode()
    day = f"{timezone.localtime(timezone.now() + timedelta(days=2)):%Y-%m-%d}"
    form = client.get(f"{NEW}?subject={host.pk}").content.decode()
    assert 'value="30"' in form
    given: dict[str, Any] = {"subject": host.pk, "day": day, "starts_at": "09:00", "ends_at": "10:00", "seats": "1"}
    wrong = client.post(NEW, {**given, "ends_at": "08:00", "topic": "园区专场"})
    assert wrong.status_code == 422
    assert "园区专场" in wrong.content.decode()
    sent = {**given, "slot_minutes": "30", "topic": "园区专场", "place": "服务中心", "idempotency_key": "day-one"}
    made = client.post(NEW, sent)
    assert client.post(NEW, sent).url == made.url
    assert "公开页" in client.get(made.url).content.decode()
    assert client.get(f"{NEW}?hall=1").status_code == 200
    assert signed_in(city, "clerk").get(NEW).status_code == 403
    return Case.objects.get(kind="officeday")


def test_a_day_is_announced_booked_changed_and_left(city: City, resident: Resident) -> None:
    case = at_desk(city)
    first, second = Slot.objects.filter(case=case).order_by("starts_at")
    where = f"/office/{case.number}/"
    assert "还有 2 个位子" in resident.get("/office/").content.decode()
    page = resident.get(where).content.decode()
    assert "验证手机号，去预约" in page
    assert "09:00，还有 1 个位子" in page
    assert resident.post(where, slot=str(first.pk)).status_code == 302
    assert resident.get("/office/no-such-day/").status_code == 404
    resident.prove(where)
    assert "怎么称呼您" in resident.get(where).content.decode()
    assert resident.post(where, slot=str(first.pk)).status_code == 422  # no name
    with acting(SYSTEM):
        taker = somebody(7)
    with acting(taker):
        book(case_id=case.pk, slot_id=second.pk, by=taker, now=timezone.now())
    full = resident.post(where, slot=str(second.pk), name="王海燕")
    assert full.status_code == 422
    assert "王海燕" in full.content.decode()  # what was typed stays
    booked = resident.post(where, slot=str(first.pk), name="王海燕", about="集体户口")
    assert booked.url == "/mine/bookings/"
    with acting(SYSTEM):
        made = Booking.objects.get(about="集体户口")
    mine = resident.get("/mine/bookings/").content.decode()
    assert made.number in mine
    assert "改时段或取消" in mine
    assert resident.post(where, slot=str(first.pk)).status_code in (409, 422)
    here = f"/mine/bookings/{made.number}/"
    assert "取消预约" in resident.get(here).content.decode()
    with acting(taker):
        theirs = Booking.objects.get(person=taker.person)
    assert resident.get(f"/mine/bookings/{theirs.number}/").status_code == 404
    assert resident.post(here, slot=str(second.pk)).status_code == 422  # full, so not offered
    with acting(SYSTEM):
        Slot.objects.filter(pk=second.pk).update(seats=2)
    assert resident.post(here, slot=str(second.pk)).status_code == 302
    shown = signed_in(city).get(f"/desk/cases/{case.number}/").content.decode()
    assert "集体户口" in shown
    assert "王海燕" not in shown  # masked
    assert resident.post(here, leave="1").status_code == 302
    assert resident.post(here, leave="1").status_code == 409
    assert "已取消" in resident.get("/mine/bookings/").content.decode()


def test_a_day_called_off_offers_another_and_a_day_held_is_summed_up(city: City, resident: Resident) -> None:
    now = timezone.now()
    case, other = (announced(city, now=now, starts_at=now + timedelta(days=n)) for n in (2, 4))
    resident.prove(f"/office/{case.number}/")
    slot = Slot.objects.filter(case=case).order_by("starts_at")[0]
    resident.post(f"/office/{case.number}/", slot=str(slot.pk), name="王海燕")
    desk = signed_in(city)
    values = {"reason": "临时任务", "version": 1, "confirmed": "yes"}
    assert desk.post(f"/desk/cases/{case.number}/moves/withdraw_day/", values).status_code == 302
    mine = resident.get("/mine/bookings/").content.decode()
    assert "因取消失效" in mine
    assert other.number in mine
    assert "看看别的日子" in resident.get(f"/office/{case.number}/").content.decode()
    OfficeDay.objects.filter(case=other).update(starts_at=now - timedelta(hours=1))
    taken = {"body": "门口货车占道", "nature": "help", "name": "钱一", "phone": "13800000009", "version": 1}
    assert desk.post(f"/desk/cases/{other.number}/moves/take_problem/", taken).status_code == 302
    with acting(city.actor("liaison")):
        by = city.actor("liaison")
        move(case_id=other.pk, name="conclude", values={"walk_ins": "4"}, by=by, now=now)
    page = desk.get(f"/desk/cases/{other.number}/").content.decode()
    assert "1 件，解决 0 件" in page
    assert "接待" in page
    chief = signed_in(city, "chief")
    held = chief.get("/desk/office-days/?show=held").content.decode()
    assert other.number in held
    assert "接待 4 人" in held
    assert case.number not in chief.get("/desk/office-days/").content.decode()
    file = chief.get("/desk/office-days/export.xlsx?show=held")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(file.streaming_content))).get_sheet_by_index(0)
    assert other.number in str(sheet.to_python())
    assert case.number not in str(sheet.to_python())
