"""C4: a person without a phone rates by a slip of paper from a unit that did not handle it, once, by a second click."""

import re
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from huhang.base.journal.models import Entry
from huhang.cases.models import Case
from huhang.kinds.requests.models import Rating
from huhang.kinds.requests.solved.models import RatingLink
from tests.doors.desk.test_case_page import client_of
from tests.factories.city import City, filed, make_city
from tests.scenarios.test_request_life import go

pytestmark = pytest.mark.django_db
SET = override_settings(HUHANG_ADDRESS="https://hall.example")


@pytest.fixture
def city() -> City:
    return make_city()


def answered(city: City, **values: Any) -> Case:
    now = timezone.now()
    case = filed(city, now=now, **values).case
    go(city, case, "dispatcher", "classify", now=now, category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", now=now, unit=city.units["harbour"].pk)
    go(city, case, "handler", "sign", now=now)
    go(city, case, "handler", "answer", now=now, result="explained", answer="已说明")
    return case


@SET
def test_the_slip_is_printed_with_a_code_and_rates_once(city: City) -> None:
    case = answered(city, name="", phone="")
    clerk, url = client_of(city, "clerk"), f"/desk/cases/{case.number}/rating-slip/"
    assert url in clerk.get(f"/desk/cases/{case.number}/").content.decode()
    assert "出评价单" in clerk.get(url).content.decode()
    assert not RatingLink.objects.exists()  # looking makes none
    first, second = (clerk.post(url) for _ in range(2))
    assert (first.status_code, first["Cache-Control"]) == (200, "no-store, private")
    here, there = (re.search(r"https://hall\.example(/s/[\w-]+/)", a.content.decode()) for a in (first, second))
    assert here
    assert there
    assert '<svg width="' in first.content.decode()
    assert Entry.objects.filter(action="request.rating_slip", case=case.pk).count() == 2
    phone = Client()
    assert phone.get(here[1]).status_code == 410  # the newer slip took its place
    page = phone.get(there[1]).content.decode()
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)
    assert ticket
    said = {"stars": "4", "ticket": ticket[1]}
    assert phone.post(there[1], said).status_code == 200
    assert not Rating.objects.exists()
    phone.post(there[1], {**said, "confirm": "1"})
    assert Rating.objects.get(case=case).stars == 4
    assert "评价过了" in clerk.get(url).content.decode()


@SET
def test_no_slip_for_who_has_a_phone_nor_from_who_handled_it(city: City) -> None:
    known, bare = answered(city), answered(city, name="", phone="")
    for who, case, says in (("clerk", known, "已用短信发送"), ("handler", bare, "没有办理过这件事的单位")):
        client, url = client_of(city, who), f"/desk/cases/{case.number}/rating-slip/"
        assert says in client.get(url).content.decode()
        assert client.post(url).status_code == 409
    assert "rating-slip" not in client_of(city, "handler").get(f"/desk/cases/{bare.number}/").content.decode()
    assert "rating-slip" not in client_of(city, "clerk").get(f"/desk/cases/{known.number}/").content.decode()
    assert client_of(city, "other_handler").post(f"/desk/cases/{bare.number}/rating-slip/").status_code == 404


@override_settings(HUHANG_ADDRESS="")
def test_without_a_public_address_it_is_said_where_it_is_set(city: City) -> None:
    case = answered(city, name="", phone="")
    told = client_of(city, "clerk").post(f"/desk/cases/{case.number}/rating-slip/")
    assert told.status_code == 409
    assert "HUHANG_ADDRESS" in told.content.decode()
    health = client_of(city, "system_admin").get(reverse("desk:health")).content.decode()
    assert "网上大厅地址" in health
    assert "设为 HUHANG_ADDRESS" in health
