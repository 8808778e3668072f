"""C6: a survey from the catalogue to its results at the desk; every number leads to its rows."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.kinds.requests.surveying import actions
from huhang.kinds.requests.surveying.models import Invitation, Opinion, Round, Topic
from huhang.register.subjects.actions import add_contact, enter_subject
from tests.doors.desk.test_case_page import client_of
from tests.factories.city import NOW, City, make_city

pytestmark = pytest.mark.django_db
HALL = override_settings(HUHANG_ADDRESS="https://hall.example")
TEXTS = ("货车夜里占道停放，出入不便", "三号门路口信号灯太短", "园区投诉没有人回话")


@pytest.fixture
def city() -> City:
    return make_city()


def begun(desk: Client, **more: Any) -> Any:
    local = timezone.localtime(timezone.now())
    times = {
        "starts_at": f"{local - timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "ends_at": f"{local + timedelta(days=9):%Y-%m-%dT%H:%M}",
    }
    said = {"title": "年度评议", "questionnaire": "yearly", "audience": "open", **times, **more}
    return desk.post("/desk/surveys/new/", said)


def answered(row: Round, count: int) -> None:
    for n in range(count):
        chosen = "traffic" if n % 3 < 2 else "park"
        values = {"overall": str(1 + n % 5), "class": chosen, "opinion": TEXTS[n % 3], "matters": ["reply", "speed"]}
        assert actions.answer(values, entry=row.entry, now=timezone.now()).state == "open"


@HALL
def test_from_the_catalogue_to_the_ten_worst(city: City, django_assert_max_num_queries: Any) -> None:
    desk = client_of(city, "supervisor")
    assert "年度企业评议问卷" in desk.get("/desk/surveys/new/").content.decode()
    for wrong in ({"title": ""}, {"ends_at": "明天"}, {"questionnaire": "x"}, {"audience": "all"}):
        refused = begun(desk, **wrong)
        assert refused.status_code == 422
        assert "有内容需要改正" in refused.content.decode()
    url = begun(desk)["Location"]
    row = Round.objects.get()
    page = desk.get(url).content.decode()
    assert '<svg width="' in page
    assert f"https://hall.example/q/{row.entry}/" in page
    assert "还没有结果" in page
    assert desk.get(f"{url}poster/").status_code == 200
    assert desk.get(f"{url}links/").status_code == 200
    assert desk.post(f"{url}links/").status_code == 409
    answered(row, 12)
    assert desk.post(f"{url}count/", {"year": "2026"}).status_code == 409
    assert desk.post(f"{url}close/").status_code == 302
    assert desk.post(f"{url}close/").status_code == 409
    page = desk.get(url).content.decode()
    assert "12 份作答" in page
    assert TEXTS[0] in page
    with django_assert_max_num_queries(40):
        desk.get(url)
    behind = re.search(rf"{url}rows/\?question=class&amp;part=traffic", page)
    assert behind
    sheets = desk.get(behind[0].replace("&amp;", "&")).content.decode()
    assert "8 份答卷" in sheets
    assert TEXTS[0] not in sheets  # free text stands apart from the rest of an answer
    assert desk.get(f"{url}rows/?question=overall&part=1").status_code == 200
    assert desk.get(f"{url}rows/?question=overall&part=5").status_code == 404  # two are too few to be opened
    assert desk.get(f"{url}rows/?question=nosuch&part=5").status_code == 404
    topic = Topic.objects.get(name=TEXTS[0])
    group = f"{url}rows/?topic={topic.pk}"
    assert "4 条意见" in desk.get(group).content.decode()
    assert desk.post(f"{url}topics/{topic.pk}/", {"name": ""}).status_code == 422
    assert desk.post(f"{url}topics/{topic.pk}/", {"name": "货车占道"}).status_code == 302
    one = Opinion.objects.filter(topic=topic).first()
    assert one
    assert desk.post(f"{url}opinions/{one.pk}/", {"name": "夜间停车"}).status_code == 302
    for what in ("results", "answers", "opinions"):
        assert desk.get(f"{url}export/?what={what}").status_code == 200
    csv = desk.get(f"{url}export/?what=results&form=csv").content.decode("utf-8-sig")
    assert "货车占道" in csv
    assert "66.7%" in csv
    assert desk.post(f"{url}count/", {"year": "x"}).status_code == 422
    assert desk.post(f"{url}count/", {"year": "2026"}).status_code == 302
    assert desk.post(f"{url}topics/{topic.pk}/", {"name": "再改"}).status_code == 409
    year = "?by=topic&period=custom&from=2026-01-01&to=2026-12-31"
    worst = desk.get(f"/supervision/worst/{year}").content.decode()
    assert "货车占道" in worst
    assert "夜间停车" in worst
    assert desk.get(f"/supervision/worst/export/{year}").status_code == 200
    second = begun(desk, title="半年评议")["Location"]
    answered(Round.objects.get(title="半年评议"), 9)
    desk.post(f"{second}close/")
    assert "和另一次比较" in desk.get(f"{second}?compare={row.pk}").content.decode()
    assert "年度评议" in desk.get("/desk/surveys/").content.decode()


@HALL
def test_links_are_printed_for_whom_no_sms_reaches_and_others_see_nothing(city: City) -> None:
    with acting(SYSTEM):
        for n in range(2):
            enter_subject(kind="enterprise", name=f"企业{n}", unit_id=city.units["harbour"].pk, by=SYSTEM, now=NOW)
    desk = client_of(city, "liaison")
    url = begun(desk, audience="paper")["Location"]
    row = Round.objects.get()
    assert (row.asked, row.narrowed) == (2, "全部")
    printed = desk.post(f"{url}links/")
    assert printed["Cache-Control"] == "no-store, private"
    links = re.findall(r"https://hall\.example(/a/[\w-]+/)", printed.content.decode())
    assert len(set(links)) == 2
    assert Client().get(links[0]).status_code == 200
    assert Invitation.objects.filter(spent=True).count() == 0
    assert desk.get(f"{url}poster/").status_code == 409
    other = client_of(city, "other_handler")
    for where in (url, f"{url}rows/", f"{url}poster/"):
        assert other.get(where).status_code == 404
    assert other.get(reverse("desk:survey_new")).status_code == 403
    assert client_of(city, "chief").get(url).status_code == 200


@HALL
def test_a_reminder_is_asked_for_once_on_the_page(city: City) -> None:
    with acting(SYSTEM):
        for n in range(2):
            unit = city.units["harbour"].pk
            one = enter_subject(kind="enterprise", name=f"企业{n}", unit_id=unit, by=SYSTEM, now=NOW)
            add_contact(subject_id=one.pk, name="王海燕", phone=f"1380000000{n}", role="head", by=SYSTEM, now=NOW)
    desk = client_of(city, "liaison")
    url = begun(desk, audience="sms")["Location"]
    row = Round.objects.get()
    while actions.invite(row.pk, now=timezone.now()):
        pass
    assert "提醒没有作答的" not in desk.get(url).content.decode()
    assert "才能提醒" in desk.post(f"{url}remind/").content.decode()
    started = timezone.now() - timedelta(days=4)
    Round.objects.update(created_at=started, starts_at=started)
    page = desk.get(url).content.decode()
    assert "收到短信还没有作答的 2 家" in page
    assert client_of(city, "other_handler").post(f"{url}remind/").status_code == 403
    assert desk.post(f"{url}remind/").status_code == 302
    page = desk.get(url).content.decode()
    assert "提醒过" in page
    assert "提醒一次" not in page
    assert "/a/" not in page
    assert desk.post(f"{url}remind/").status_code == 409
