"""B4: the enterprise's contact reads of a hazard by SMS, follows it by number and secret, and says that it is done."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.jobs.models import Work
from huhang.base.messages.models import Message, Outbox
from huhang.base.messages.sending import send
from huhang.cases.actions import attach, move
from huhang.cases.models import Attachment, Case
from huhang.register.subjects.actions import add_contact
from huhang.register.subjects.models import Contact
from tests.doors.desk.test_posts import picture
from tests.doors.hall.conftest import Resident
from tests.factories.city import City
from tests.factories.posts import hazard, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _trial(settings: Any) -> None:
    settings.HUHANG_TRIAL = True


def alerted(city: City) -> tuple[Case, str]:
    """A hazard told to the host's contact, and the secret as it stands in the SMS."""
    made, now = post(city), timezone.now()
    case, phone = hazard(city, made), "13800000001"
    add_contact(subject_id=made.host_id, name="王海燕", phone=phone, role="safety", main=True, by=SYSTEM, now=now)
    actor = city.actor("handler")
    told = {"contact": str(Contact.objects.get().pk), "way": "person", "fixer": "安保部"}
    with acting(actor):
        attach(case_id=case.pk, name="a.jpg", content=picture().file, public=True, by=actor, now=now)
        move(case_id=case.pk, name="alert", values=told, by=actor, now=now)
    with acting(SYSTEM):
        message = Message.objects.get(case=case.pk, template="hazard.alert")
        send(message.pk, code=Work.objects.get(args__message=str(message.pk)).args["code"], now=now)
        said = Outbox.objects.get(message=message.pk).text
    found = re.search(r"查询码(\S+?)，", said)
    assert found is not None
    return Case.objects.get(pk=case.pk), found[1]


def test_number_and_secret_open_it_and_the_enterprise_says_that_it_is_done(city: City) -> None:
    case, secret = alerted(city)
    client, here = Client(), f"/h/{case.number}/"
    assert client.get(here)["Location"].startswith("/follow/")
    assert client.post("/follow/", {"number": case.number, "secret": secret})["Location"] == here
    page = client.get(here).content.decode()
    assert "这是服务，不是检查" in page
    assert "安保部" in page
    assert "周正" not in page  # officers appear as their unit only
    photo = Attachment.objects.get(case=case)
    assert client.get(f"{here}files/{photo.pk}/").status_code == 200
    assert client.get(f"{here}files/{case.pk}/").status_code == 404
    assert client.get(f"/r/{case.number}/")["Location"] == here
    assert client.post(here, {"text": ""}).status_code == 422
    assert client.post(here, {"text": "不服处罚"}).status_code == 422
    assert client.post(here, {"text": "通道已清空"}).status_code == 302
    assert client.post(here, {"text": "再说一次"}).status_code == 409
    assert Case.objects.get(pk=case.pk).state == "removed"
    assert Message.objects.filter(case=case.pk, template="hazard.removed").count() == 1


def test_a_proved_phone_sees_its_own_hazards_and_nobody_elses(
    city: City, resident: Resident, neighbour: Resident
) -> None:
    case, _secret = alerted(city)
    resident.prove()
    assert case.number in resident.get("/mine/hazards/").content.decode()
    assert resident.get(f"/h/{case.number}/").status_code == 200
    neighbour.prove()
    assert "没有请您消除的隐患" in neighbour.get("/mine/hazards/").content.decode()
    assert neighbour.get(f"/h/{case.number}/").status_code == 302  # a phone nobody knows: asked for number and secret
    assert resident.get("/h/xx/").status_code == 404
    with acting(SYSTEM):
        Case.objects.filter(pk=case.pk).update(requester=None)
    assert resident.get(f"/h/{case.number}/").status_code == 404
