"""SAFEGUARDS 10: every reading of personal data is a line that its person sees."""

import pytest
from django.utils import timezone

from huhang.base.access.context import acting
from huhang.cases.models import Case
from huhang.register.subjects.actions import reveal
from tests.doors.hall.conftest import Resident, case_of, text
from tests.factories.city import City
from tests.scenarios.test_request_life import go

pytestmark = pytest.mark.django_db


def look(city: City, case: Case, why: str) -> None:
    actor = city.actor("dispatcher")
    assert case.requester_id is not None
    with acting(actor):
        reveal(person_id=case.requester_id, field="phone", why=why, by=actor, now=timezone.now(), case=case.pk)


def test_a_reading_is_told_with_unit_field_and_purpose_and_without_the_officers_name(
    resident: Resident, city: City
) -> None:
    resident.prove()
    case = case_of(resident.file())
    look(city, case, "电话核实门牌号")
    page = text(resident.get("/mine/looks/"))
    assert "电话核实门牌号" in page
    assert "手机号" in page
    assert "市局" in page
    assert "陈立" not in page
    assert case.number in page


def test_nobody_sees_the_readings_of_somebody_else(resident: Resident, neighbour: Resident, city: City) -> None:
    resident.prove()
    look(city, case_of(resident.file()), "只与王海燕有关")
    neighbour.prove()
    neighbour.file()
    assert "只与王海燕有关" not in text(neighbour.get("/mine/looks/"))


def test_many_readings_come_in_pages(resident: Resident, city: City) -> None:
    resident.prove()
    case = case_of(resident.file())
    for n in range(32):
        look(city, case, f"第{n:02d}次")
    first, rest = text(resident.get("/mine/looks/")), text(resident.get("/mine/looks/?page=2"))
    assert "第31次" in first
    assert "第01次" not in first
    assert "第01次" in rest
    assert resident.get("/mine/looks/?page=99999999999").status_code == 200


def test_number_and_secret_do_not_show_who_looked(resident: Resident, city: City) -> None:
    assert resident.get("/mine/looks/")["Location"].startswith("/phone/")


def test_a_withdrawn_request_still_belongs_to_its_person(resident: Resident, city: City) -> None:
    resident.prove()
    case = case_of(resident.file())
    now = timezone.now()
    go(city, case, "dispatcher", "classify", now=now, category="PS-02", nature="help", urgency="0")
    assert case.number in text(resident.get("/mine/"))


@pytest.mark.parametrize("page", ["²", "٣", "-1", "0", "99999", "x"])
def test_a_page_that_is_no_number_is_the_first_one(resident: Resident, city: City, page: str) -> None:
    resident.prove()
    for here in ("/mine/", "/mine/looks/"):
        assert resident.client.get(here, {"page": page}).status_code == 200
