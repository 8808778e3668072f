"""A1 and A4 as stories: an enterprise found on the ground, its contact's correction, and a table out and in again."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.downloads import actions as downloads
from huhang.base.downloads.models import Download
from huhang.base.files.queries import open_file
from huhang.base.people.public import admit_person
from huhang.register.imports import actions as imports
from huhang.register.imports.models import Run
from huhang.register.subjects import life, queries
from huhang.register.subjects.actions import add_contact
from huhang.register.subjects.models import Correction, Subject
from tests.factories.city import City, enterprise, filed, make_city
from tests.register.subjects.test_keeping import drawn

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def officer(city: City, key: str) -> Client:
    client = Client()
    client.force_login(city.users[key], backend="huhang.base.people.backends.Officers")
    return client


def visitor(person: Any, label: str) -> Client:
    client = Client()
    session = client.session
    admit_person(session, person, label, now=timezone.now())
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def test_an_enterprise_from_the_first_form_to_its_own_correction(city: City) -> None:
    drawn(city)
    liaison = officer(city, "liaison")
    # the officer stands before the gate: a place from a phone's map, the unit follows from the area
    sent = {
        "kind": "enterprise",
        "name": "海晏化工有限公司",
        "credit_code": "91370600MA0000007C",
        "flags": ["hazmat", "must_visit"],
        "lon": "121.1053",
        "lat": "37.1009",
        "crs": "GCJ02",
        "unit": "area",
        "head_count": "1,200",
    }
    assert liaison.post("/desk/register/new/", sent).status_code == 302
    subject = Subject.objects.get()
    assert (subject.unit_id, subject.unit_from) == (city.units["harbour"].pk, "area")
    contact = {"name": "王海燕", "phone": "13800000001", "role": "liaison"}
    assert liaison.post(f"/desk/register/{subject.pk}/contacts/", contact).status_code == 302
    person = subject.contacts.get().person_id

    # the contact, by phone check: its own record and nobody else's
    hall = visitor(person, "王*燕")
    other = enterprise(city, name="别家公司", code="91370602MAXXXX007R")
    assert hall.get("/mine/enterprises/")["Location"] == f"/mine/enterprises/{subject.pk}/"
    page = hall.get(f"/mine/enterprises/{subject.pk}/").content.decode()
    assert "91370600MA0000007C" in page
    assert hall.get(f"/mine/enterprises/{other.pk}/").status_code == 404
    url = f"/mine/enterprises/{subject.pk}/"
    assert hall.post(url, {"name": subject.name, "head_count": "1200"}).status_code == 422  # nothing differs
    assert hall.post(url, {"head_count": "许多"}).status_code == 422
    asked = {"head_count": "1350", "address": "海港路 9 号", "note": "8 月搬了新厂区"}
    assert hall.post(url, asked).status_code == 302
    subject.refresh_from_db()
    assert (subject.head_count, subject.address) == (1200, "")

    # the officer takes over one, refuses the other with a reason; the contact reads it
    correction = Correction.objects.get()
    assert subject.name in liaison.get("/desk/register/corrections/").content.decode()
    assert "申请更正" in liaison.get(f"/desk/register/{subject.pk}/").content.decode()
    desk = f"/desk/register/corrections/{correction.pk}/"
    assert liaison.get(desk).status_code == 200
    assert liaison.post(desk, {"take": ["head_count"], "reason": ""}).status_code == 422
    assert officer(city, "other_handler").post(desk, {"take": ["head_count"], "reason": "x"}).status_code == 403
    said = {"take": ["head_count"], "reason": "地址以营业执照为准，请先办变更登记"}
    assert liaison.post(desk, said).status_code == 302
    assert liaison.post(desk, said).status_code == 409
    subject.refresh_from_db()
    assert (subject.head_count, subject.address, subject.version) == (1350, "", 2)
    page = hall.get(url).content.decode()
    assert "请先办变更登记" in page
    assert "部分采纳" in page
    assert "李青" not in page  # the unit answers, not a name

    # everything stands in one life, and a contact that was ended sees nothing more
    filed(city, subject=str(subject.pk), channel="visit")
    leader = city.actor("leader")
    with acting(leader):
        sorts = {happening.sort for happening in life.read(leader, [subject.pk])[0]}
    assert {"request", "contact", "register"} <= sorts
    late = {"silent_since": timezone.now() - timedelta(days=3650)}
    seen = queries.narrowed(queries.visible(leader), queries.Wanted(**late)).values_list("pk", flat=True)
    assert subject.pk not in seen
    assert other.pk in seen
    gone = subject.contacts.get()
    assert liaison.post(f"/desk/register/contacts/{gone.pk}/end/", {"why": "离职"}).status_code == 302
    assert hall.get(url).status_code == 404
    assert "没有登记为" in hall.get("/mine/enterprises/").content.decode()


def test_at_most_three_corrections_wait_and_words_alone_are_one(city: City) -> None:
    subject = enterprise(city)
    made = add_contact(
        subject_id=subject.pk, name="王海燕", phone="13800000001", role="head", by=SYSTEM, now=timezone.now()
    )
    second = enterprise(city, name="第二家公司", code="91370602MAXXXX007R")
    add_contact(subject_id=second.pk, name="王海燕", phone="13800000001", role="head", by=SYSTEM, now=timezone.now())
    hall = visitor(made.person_id, "王*燕")
    assert second.name in hall.get("/mine/enterprises/").content.decode()
    url = f"/mine/enterprises/{subject.pk}/"
    for n in range(3):
        assert hall.post(url, {"note": f"请来电核实 {n}"}).status_code == 302
    refused = hall.post(url, {"note": "还有一件"})
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert "还有一件" in refused.content.decode()
    liaison = officer(city, "liaison")
    for correction, take in zip(Correction.objects.order_by("at"), ("谢谢，已电话核实", ""), strict=False):
        desk = f"/desk/register/corrections/{correction.pk}/"
        assert liaison.post(desk, {"reason": take}).status_code == (302 if take else 422)


def test_the_list_goes_out_as_a_table_is_edited_and_comes_back(city: City) -> None:
    # A4: what is exported is edited in a spreadsheet, checked row by row, saved by key, and taken back again
    enterprise(city)
    enterprise(city, name="别家公司", code="91370602MAXXXX007R")
    client = officer(city, "dispatcher")
    assert client.post("/desk/register/export/?kind=enterprise", {"form": "csv"}).status_code == 302
    row = Download.objects.get()
    downloads.make(row.pk)
    row.refresh_from_db()
    assert row.file is not None
    table = list(csv.reader(io.StringIO(b"".join(open_file(row.file)).decode("utf-8-sig"))))
    at = {name: n for n, name in enumerate(table[0])}
    for line in table[1:]:
        line[at["职工人数"]] = "88"
    table[1][at["统一社会信用代码"]] = table[1][at["统一社会信用代码"]][:-1] + "0"
    out = io.StringIO()
    csv.writer(out).writerows(table)
    sent = {"what": "subjects", "file": SimpleUploadedFile("改好.csv", out.getvalue().encode())}
    here = client.post("/desk/register/imports/", sent)["Location"]
    page = client.get(here).content.decode()
    assert "校验位" in page
    assert not Subject.objects.filter(head_count=88).exists()
    assert client.post(f"{here}begin/", {"rows": "good"}).status_code == 302
    imports.save(Run.objects.get().pk)
    changed = Subject.objects.get(head_count=88)
    assert "表格导入" in client.get(f"/desk/register/{changed.pk}/?tab=history").content.decode()
    assert client.post(f"{here}undo/", {"confirmed": "yes"}).status_code == 302
    imports.take_back(Run.objects.get().pk)
    assert not Subject.objects.filter(head_count=88).exists()
    assert "撤销导入" in client.get(f"/desk/register/{changed.pk}/?tab=history").content.decode()
