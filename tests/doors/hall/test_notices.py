"""A3: whoever speaks for an enterprise finds its notices in the hall, opens them and marks them as read."""

import io

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.keyring import slips
from huhang.register.announcements import actions
from huhang.register.announcements.actions.reading import USE
from huhang.register.announcements.models import Copy, Enclosure
from huhang.register.subjects.actions import add_contact, enter_subject
from huhang.register.subjects.queries import Wanted
from tests.doors.desk.test_case_page import client_of
from tests.doors.hall.conftest import Resident
from tests.factories.city import NOW, City

pytestmark = pytest.mark.django_db
HALL = override_settings(HUHANG_ADDRESS="https://hall.example")


@HALL
def test_a_notice_is_found_opened_and_read_in_the_hall(city: City, sent: list[tuple[str, str]]) -> None:
    with acting(SYSTEM):
        for n in range(3):
            unit = city.units["harbour"].pk
            one = enter_subject(kind="enterprise", name=f"企业{n}", unit_id=unit, by=SYSTEM, now=NOW)
            phone = f"1380000000{n}"
            add_contact(subject_id=one.pk, name="王海燕", phone=phone, role="head", by=SYSTEM, now=NOW)
    boss = city.actor("chief")
    with acting(boss):
        enclosed = [("须知.txt", io.BytesIO("请提前到场。".encode()))]
        row = actions.draft(title="周六演练", body="三号门集合。", enclosed=enclosed, by=boss, now=timezone.now())
        actions.submit(notice_id=row.pk, wanted=Wanted(), expected=3, by=boss, now=timezone.now())
    while actions.deliver(row.pk, now=timezone.now()):
        pass
    visitor = Resident(sent)
    assert visitor.get("/mine/notices/").status_code == 302
    visitor.prove()
    listed = visitor.get("/mine/notices/").content.decode()
    assert "周六演练" in listed
    assert "1 则未阅" in listed
    copy = Copy.objects.get(subject__name="企业1")
    url = f"/mine/notices/{copy.pk}/"
    assert "三号门" not in visitor.get(url).content.decode()
    assert "三号门" in visitor.post(url, do="open").content.decode()
    copy.refresh_from_db()
    assert (copy.opened_at is not None, copy.read_at) == (True, None)
    assert visitor.post(url, do="read").status_code == 302
    assert "已阅" in visitor.get("/mine/notices/").content.decode()
    file = Enclosure.objects.get()
    assert visitor.post(f"{url}files/{file.pk}/").status_code == 200
    other = Copy.objects.get(subject__name="企业2")
    assert visitor.get(f"/mine/notices/{other.pk}/").status_code == 404
    text, digest = slips.fresh(USE)
    Copy.objects.filter(pk=other.pk).update(digest=digest)
    assert Client().post(f"/n/{text}/files/{file.pk}/").status_code == 200
    assert Client().post(f"/n/{text}/files/{other.pk}/").status_code == 404
    client_of(city, "clerk").post(f"/n/{text}/", {"do": "read"})
    other.refresh_from_db()
    assert other.read_at is None  # no staff device marks anything
