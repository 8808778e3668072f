"""A3: a notice from the register to who has read it, by hand at the desk; in the hall by a proved phone."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.register.announcements import actions, catalogue
from huhang.register.announcements.models import Copy, Enclosure, Notice
from huhang.register.liaisons.models import Liaison
from huhang.register.subjects.actions import add_contact, enter_subject
from tests.doors.desk.test_case_page import client_of
from tests.factories.city import NOW, City, make_city

pytestmark = pytest.mark.django_db
HALL = override_settings(HUHANG_ADDRESS="https://hall.example")


@pytest.fixture
def city() -> City:
    made = make_city()
    with acting(SYSTEM):
        for n in range(3):
            one = enter_subject(
                kind="enterprise", name=f"企业{n}", unit_id=made.units["harbour"].pk, by=SYSTEM, now=NOW
            )
            if n:
                add_contact(subject_id=one.pk, name="王海燕", phone=f"1380000000{n}", role="head", by=SYSTEM, now=NOW)
        Liaison.objects.create(
            subject=one, line="liaison", officer=made.users["liaison"], starts_at=NOW, why="所在辖区"
        )
    return made


def _deliver(row: Notice) -> None:
    while actions.deliver(row.pk, now=timezone.now()):
        pass


@HALL
def test_from_the_register_to_who_has_read_it(city: City) -> None:
    desk = client_of(city, "liaison")
    assert "给所筛的发通知" in desk.get("/desk/register/?kind=enterprise").content.decode()
    url = f"{reverse('desk:notice_new')}?kind=enterprise"
    assert "3 个主体" in desk.get(url).content.decode()
    wrong = desk.post(url, {"title": "", "body": "留着的字", "urgent": ""})
    assert wrong.status_code == 422
    assert "留着的字" in wrong.content.decode()
    late = desk.post(url, {"title": "a", "body": "b", "until": "明天"})
    assert "日期写法" in late.content.decode()
    file = SimpleUploadedFile("须知.txt", "请提前到场。".encode())
    said = {
        "title": "周六演练",
        "body": "周六上午九点，三号门集合。",
        "enclosed": file,
        "idempotency_key": "notice-key-1",
    }
    where = desk.post(url, {**said, "enclosed": file})["Location"]
    row = Notice.objects.get()
    assert where == reverse("desk:notice", args=[row.pk])
    edit = reverse("desk:notice_edit", args=[row.pk])
    assert "周六上午" in desk.get(edit).content.decode()
    changed = {"title": "周六应急演练", "body": "周六上午九点，三号门集合。", "idempotency_key": "notice-key-2"}
    assert desk.post(f"{edit}?kind=enterprise", changed).status_code == 302
    page = desk.get(where).content.decode()
    assert "发送预览" in page
    assert "周六应急演练" in page
    stale = desk.post(f"{where}submit/", {"expected": "2"})
    assert stale.status_code == 409
    assert "现在是 3 个主体" in stale.content.decode()
    assert desk.post(f"{where}submit/", {"expected": "3"}).status_code == 302
    assert "发送" in desk.get(f"{where}progress/", headers={"HX-Request": "true"}).content.decode()
    _deliver(row)
    copy = Copy.objects.filter(way="sms").order_by("subject__name").first()
    assert copy
    with acting(SYSTEM):
        actions.mark_read(copy, by=SYSTEM, now=timezone.now())
    shown = desk.get(f"{where}?whose=mine&which=unread").content.decode()
    assert "企业2" in shown.split("阅读情况")[1]
    assert "企业0" not in shown.split("阅读情况")[1]  # the officer in charge sees who of theirs has not read
    assert desk.post(f"{where}files/{Enclosure.objects.get().pk}/").status_code == 200
    assert desk.post(f"{where}remind/").status_code == 409
    Notice.objects.update(sent_at=timezone.now() - timedelta(days=2))
    assert desk.post(f"{where}remind/").status_code == 302
    assert "已提醒" not in desk.get(where).content.decode()
    while actions.deliver_again(row.pk, now=timezone.now()):
        pass
    assert "已提醒" in desk.get(where).content.decode()
    chief = client_of(city, "chief")
    book = chief.get(f"{where}export/?which=read")
    assert book.status_code == 200
    assert chief.get(f"{where}export/?form=csv").content.decode("utf-8-sig").count("企业") >= 3
    correct = f"{where}correct/"
    assert desk.get(correct).status_code == 200
    assert desk.post(correct, {"title": "", "body": "x"}).status_code == 422
    right = desk.post(correct, {"title": "更正：周六演练", "body": "改为下午两点。"})["Location"]
    assert "3" in desk.get(right).content.decode()
    assert "改为下午两点" in desk.get(f"{right}edit/").content.decode()
    assert desk.post(f"{right}edit/", {"title": "长" * 81, "body": "x"}).status_code == 422
    again = {"title": "更正：周六演练", "body": "改为下午三点。"}
    assert desk.post(f"{right}edit/", again)["Location"] == right
    assert "改为下午三点" in desk.get(right).content.decode()
    assert desk.post(f"{right}submit/", {"expected": "3"}).status_code == 302
    assert "更正：周六演练" in desk.get(where).content.decode()
    assert desk.post(f"{right}withdraw/", {"why": ""}).status_code == 422
    assert desk.post(f"{right}withdraw/", {"why": "取消了"}).status_code == 302
    assert "取消了" in desk.get(right).content.decode()
    listed = desk.get("/desk/notices/").content.decode()
    assert "周六应急演练" in listed
    assert "1 / 3" in listed
    record = desk.get(reverse("desk:subject", args=[copy.subject_id]) + "?tab=life").content.decode()
    assert "通知《周六应急演练》" in record
    other = client_of(city, "other_handler")
    assert other.get(where).status_code == 200
    assert other.get("/desk/notices/new/").status_code == 403
    assert other.post(f"{where}withdraw/", {"why": "x"}).status_code == 403


def test_a_second_person_decides_and_a_page_costs_the_same_for_many_copies(
    city: City, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    few = catalogue.Policy(release_over=1)
    for where in ("queries", "actions.writing"):
        monkeypatch.setattr(f"huhang.register.announcements.{where}.policy", lambda: few)
    desk, chief = client_of(city, "liaison"), client_of(city, "chief")
    url = desk.post("/desk/notices/new/", {"title": "通知", "body": "内容", "idempotency_key": "notice-key-3"})[
        "Location"
    ]
    assert "提交放行" in desk.get(url).content.decode()
    desk.post(f"{url}submit/", {"expected": "3"})
    assert desk.post(f"{url}decide/", {"do": "release"}).status_code == 403
    assert chief.post(f"{url}decide/", {"do": "refuse"}).status_code == 422
    assert chief.post(f"{url}decide/", {"do": "refuse", "reason": "写清时间"}).status_code == 302
    assert "写清时间" in desk.get(url).content.decode()
    desk.post(f"{url}edit/", {"title": "通知", "body": "周六", "idempotency_key": "notice-key-4"})
    desk.post(f"{url}submit/", {"expected": "3"})
    assert "放行并发送" in chief.get(url).content.decode()
    assert chief.post(f"{url}decide/", {"do": "release"}).status_code == 302
    _deliver(Notice.objects.get())
    chief.get(url)
    with django_assert_max_num_queries(26):
        assert chief.get(url).status_code == 200
