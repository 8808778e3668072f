"""B3: the enterprise rates each visit, by the link of the SMS or on its own page; and shows its code at the gate."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.jobs.models import Work
from huhang.base.messages.models import Message, Outbox
from huhang.base.messages.sending import send
from huhang.cases.models import Case
from huhang.kinds.visits import gate
from huhang.kinds.visits.models import Visit, VisitLink
from huhang.register.subjects.actions import add_contact
from tests.doors.hall.conftest import Resident
from tests.factories.city import City, enterprise
from tests.factories.visits import subject_of, visited

pytestmark = pytest.mark.django_db
ADDRESS = "https://huhang.example"
OTHER = ("海岳重工有限公司", "91370600MA00000157")
WANG = {"name": "王海燕", "phone": "13800000001"}


@pytest.fixture(autouse=True)
def _public_address(settings: Any) -> None:
    settings.HUHANG_ADDRESS, settings.HUHANG_TRIAL = ADDRESS, True


def link_of(case: Case) -> str:
    """The link as the person reads it in the SMS."""
    with acting(SYSTEM):
        message = Message.objects.get(case=case.pk, template="visit.rate")
        work = Work.objects.get(args__message=str(message.pk))
        send(message.pk, code=work.args["code"], now=timezone.now())
        text = Outbox.objects.get(message=message.pk).text
    return text.split(ADDRESS)[1].split(" ")[0]


def ticket(page: Any) -> str:
    return str(page.content.decode().split('name="ticket" value="')[1].split('"')[0])


def test_the_link_rates_the_visit_once_by_a_second_click(city: City) -> None:
    case = visited(city, met=[WANG], body="谈了工资的事", now=timezone.now())
    where, client = link_of(case), Client()
    assert where.startswith("/v/")
    page = client.get(where).content.decode()
    assert case.number in page
    assert "checked" not in page.split('name="stars"')[1].split(">")[0]
    for personal in ("王海燕", "13800000001", "谈了工资的事", case.requester.name_masked):
        assert personal not in page
    held = ticket(client.get(where))
    assert client.post(where, {"ticket": held}).status_code == 422  # no stars, nothing by default
    chosen = client.post(where, {"stars": 2, "ticket": held})
    assert chosen.status_code == 200
    assert Visit.objects.get(case=case).stars is None
    assert "借走访搞检查" in chosen.content.decode()  # D6
    said = {"stars": 4, "ticket": held, "confirm": "1", "comment": "来得太勤"}
    assert client.post(where, {**said, "reasons": ["say_who"]}).status_code == 422
    done = client.post(where, {**said, "reasons": ["gifts"]})
    assert "谢谢" in done.content.decode()
    known = Visit.objects.get(case=case)
    assert (known.stars, known.comment, known.breaches) == (4, "来得太勤", ["gifts"])
    assert Case.objects.get(pk=case.pk).state == "displeased"  # whatever the stars say
    assert Message.objects.filter(template="visit.bad", user=city.users["chief"].pk).count() == 1
    assert "已经评价过了" in client.get(where).content.decode()
    assert client.get("/v/no-such-link/").status_code == 404


def test_a_link_out_of_date_or_overtaken_says_so(city: City) -> None:
    case = visited(city, met=[WANG], now=timezone.now())
    where = link_of(case)
    VisitLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(where).status_code == 410
    VisitLink.objects.update(expires_at=timezone.now() + timedelta(days=1))
    Case.objects.filter(pk=case.pk).update(state="voided", is_open=False, closed_at=timezone.now())
    assert Client().get(where).status_code == 409


def test_the_person_finds_the_visit_on_a_page_of_their_own_and_rates_it(city: City, resident: Resident) -> None:
    case, other = visited(city, met=[WANG], now=timezone.now()), visited(city, mode="call", now=timezone.now())
    assert resident.get("/mine/visits/").status_code == 302
    resident.prove("/mine/visits/")
    page = resident.get("/mine/visits/").content.decode()
    assert case.number in page
    assert other.number not in page
    where = f"/mine/visits/{case.number}/"
    assert resident.post(where).status_code == 422
    assert resident.post(where, stars="5", comment="谢谢").status_code == 302
    assert Visit.objects.get(case=case).stars == 5
    assert resident.post(where, stars="1").status_code == 409
    assert "5 星" in resident.get(where).content.decode()
    assert resident.get(f"/mine/visits/{other.number}/").status_code == 404
    assert resident.get("/mine/visits/nothing/").status_code == 404


def test_a_contact_shows_the_code_of_its_own_enterprise_alone(city: City, resident: Resident) -> None:
    where = subject_of(city)
    add_contact(subject_id=where.pk, role="legal", by=SYSTEM, now=timezone.now(), **WANG)
    resident.prove("/mine/")
    assert resident.get(f"/mine/gate/{enterprise(city, *OTHER).pk}/").status_code == 404
    page = resident.get(f"/mine/gate/{where.pk}/").content.decode()
    assert 'class="qr"' in page
    assert where.name in page


def test_scanning_begins_the_visit_and_a_bad_code_says_why(city: City) -> None:
    where, client = subject_of(city), Client()
    client.force_login(city.users["liaison"], backend="huhang.base.people.backends.Officers")
    page = client.get(f"/desk/visits/gate/{where.pk}/")
    assert 'class="qr"' in page.content.decode()
    assert client.get(f"/desk/visits/gate/{where.pk}/?print=1").context["printed"]
    code = page.context["code"]
    form = client.get(f"/desk/visits/new/?code={code}").content.decode()
    assert where.name in form
    assert re.search(rf'name="code" value="{code}"', form)
    sent = {"mode": "on_site", "purpose": "needs", "cause": "routine", "people": "2", "code": code}
    assert client.post("/desk/visits/new/", {**sent, "subject": str(where.pk)}).status_code == 302
    assert Visit.objects.get().signed_in == "code"
    old, _until = gate.make(where.pk, now=timezone.now() - timedelta(minutes=16), printed=False)
    late = client.get(f"/desk/visits/new/?code={old}")
    assert late.status_code == 422
    assert "已过期" in late.content.decode()
    assert "不是本系统发的" in client.get("/desk/visits/new/?code=x").content.decode()
