"""C6 under supervision: hot matters with the requests behind each number, followed to the end, and the year's worst."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from huhang.base.journal.models import Entry
from huhang.cases.models import Case
from huhang.kinds.requests.models import Request
from huhang.kinds.requests.repeats.catalogue import Worst
from huhang.kinds.requests.repeats.grouping import group
from huhang.kinds.requests.repeats.models import Matter, Survey
from huhang.reading.matters import worst
from tests.doors.desk.test_case_page import client_of
from tests.factories.city import NOW, City, filed, make_city

pytestmark = pytest.mark.django_db
TEXT = "三号门外的渣土车半夜不停鸣笛，宿舍里的人都睡不好觉"


@pytest.fixture(autouse=True)
def the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def city() -> City:
    return make_city()


def said(city: City, number: int, *, days: int, by: str = "clerk", **values: Any) -> list[Case]:
    at = NOW - timedelta(days=days)
    given = {"title": "", "body": f"{TEXT}，已经{days}天了", "category": "PS-02", **values}
    return [filed(city, by, now=at, **{"phone": f"138000{days:02}0{n:02}", **given}).case for n in range(number)]


def test_what_grew_is_listed_and_every_number_opens_its_requests(city: City) -> None:
    said(city, 4, days=20, place="三号门")
    fresh = said(city, 6, days=2, place="=三号门")
    group(now=NOW)
    client = client_of(city, "supervisor")
    page = client.get("/supervision/matters/").content.decode()
    cells = re.findall(r"<a href=\"(/supervision/matters/[^\"]*)\">([\d.]+)</a>", page)
    assert [text for _url, text in cells] == ["6", "1.0"]
    assert "+5.0" in page
    week = client.get(cells[0][0].replace("&amp;", "&").split("#")[0]).content.decode()
    assert {case.number for case in fresh} == set(re.findall(r"HS-\w{4}-\w{4}", week))
    before = client.get(cells[1][0].replace("&amp;", "&").split("#")[0]).content.decode()
    assert before.count("<tr data-row") == 4
    earlier = client.get("/supervision/matters/?last=2026-10-01").content.decode()
    assert "这一周没有多起来的事" in earlier
    book = CalamineWorkbook.from_filelike(BytesIO(client.get("/supervision/matters/export/").content))
    assert book.get_sheet_by_index(0).to_python()[1][2:5] == [6, 1, 5]
    csv = client.get("/supervision/matters/export/?form=csv").content.decode("utf-8-sig")
    assert "'=三号门" in csv
    assert Entry.objects.filter(action="figures.export").count() == 2


def test_nobody_is_singled_out_and_nobody_counts_what_they_may_not_see(city: City) -> None:
    said(city, 6, days=2, phone="13800000009")  # one person six times is no matter
    said(city, 6, days=1, by="liaison", body="码头仓库区夜里叉车倒车声音太大没法休息")
    group(now=NOW)
    assert Matter.objects.count() == 2
    pages = {who: client_of(city, who).get("/supervision/matters/").content.decode() for who in ("leader", "chief")}
    assert pages["leader"].count("<tr data-row") == pages["chief"].count("<tr data-row") == 1
    lone = next(m for m in Matter.objects.all() if m.members.filter(case__requester__phone_masked__endswith="0009"))
    for who in ("leader", "chief"):
        assert client_of(city, who).get(f"/supervision/matters/{lone.pk}/").status_code == 404
    Case.objects.filter(body__contains="码头").update(unit=city.units["river"], branch=city.units["river_county"])
    Case.objects.filter(body__contains="码头").update(taken_by=None, party_units=[], party_branches=[])
    assert "<tr data-row" not in client_of(city, "chief").get("/supervision/matters/").content.decode()
    assert client_of(city, "handler").get("/supervision/matters/").status_code == 403


def test_a_matter_is_followed_on_its_page_and_what_was_typed_stays(city: City) -> None:
    said(city, 6, days=2)
    group(now=NOW)
    matter, client = Matter.objects.get(), client_of(city, "supervisor")
    url = f"/supervision/matters/{matter.pk}/"
    assert client.post(url, {"what": "name", "version": "1", "text": "三号门渣土车"}).status_code == 302
    assert client.post(url, {"what": "give", "version": "2", "unit": "x"}).status_code == 422
    unit = str(city.units["harbour"].pk)
    assert client.post(url, {"what": "give", "version": "2", "unit": unit}).status_code == 302
    late = client.post(url, {"what": "close", "version": "2", "text": "写了很久的话"})
    assert late.status_code == 409
    assert "写了很久的话" in late.content.decode()
    assert client.post(url, {"what": "close", "version": "3", "text": "夜间限行"}).status_code == 302
    page = client.get(url).content.decode()
    for words in ("三号门渣土车", "港湾派出所", "夜间限行", "已结束", "重新跟进"):
        assert words in page
    assert client.post(url, {"what": "reopen", "version": "4"}).status_code == 302
    assert "交它跟进" not in client_of(city, "auditor").get(url).content.decode()


def test_the_worst_are_ranked_by_the_formula_that_is_printed(city: City) -> None:
    loud, slow = said(city, 12, days=9, category="PS-02"), said(city, 10, days=8, category="PS-03")
    said(city, 3, days=7, category="PS-05")
    Request.objects.filter(case__in=[c.pk for c in loud[:3]]).update(worst_stars=1)
    Request.objects.filter(case__in=[c.pk for c in loud[3:6]]).update(worst_stars=5)
    Request.objects.filter(case__in=[c.pk for c in slow]).update(in_time=False, redo_count=1)
    Case.objects.filter(pk__in=[c.pk for c in loud]).update(due_at=NOW + timedelta(days=9))
    client = client_of(city, "supervisor")
    page = client.get("/supervision/worst/").content.decode()
    assert re.findall(r"<b>([\d.]+)</b></td>", page) == ["92.4", "46.9"]
    assert "25 × 件数" in page
    assert "这样的有 1 行" in page
    assert "3 / 6" in page
    for by in ("branch", "subject"):
        assert client.get(f"/supervision/worst/?by={by}&period=month").status_code == 200
    assert client.get("/supervision/worst/?period=custom&from=x&to=y").status_code == 422
    book = CalamineWorkbook.from_filelike(BytesIO(client.get("/supervision/worst/export/").content))
    assert [row[4] for row in book.get_sheet_by_index(0).to_python()[1:]] == [10, 12]
    assert client.get("/supervision/worst/export/?form=csv").status_code == 200
    for url in ("/supervision/worst/export/", "/supervision/matters/export/"):
        assert client_of(city, "auditor").get(url).status_code == 403


def upload(client: Any, rows: str, **more: str) -> Any:
    file = SimpleUploadedFile("q.csv", rows.encode())
    return client.post("/supervision/worst/surveys/", {"name": "群众评警问卷", "year": "2026", "file": file, **more})


def test_a_survey_of_the_year_counts_in_the_ranking_with_its_weight(city: City) -> None:
    said(city, 12, days=9, category="PS-02")
    said(city, 10, days=8, category="PS-03")
    Case.objects.update(due_at=NOW + timedelta(days=9))
    client = client_of(city, "supervisor")
    assert "这一年没有导入问卷" in client.get("/supervision/worst/").content.decode()
    for rows, why in (
        ("类别,票数\nPS-02,3\n", "两列"),
        ("类别,问题,票数\nPS-02,渣土车,很多\n没有,广场舞,3\n", "2（票数应当是整数）、3（没有这个类别）"),
        ("类别,问题\nPS-02,渣土车\n", "既没有票数也没有意见"),
        ("类别,问题\n", "没有数据行"),
        ("\n", ""),
    ):
        refused = upload(client, rows)
        assert refused.status_code == 422
        assert why in refused.content.decode()
    assert upload(client, "x", year="1").status_code == 422
    assert not Survey.objects.exists()
    assert upload(client, "类别,问题,票数,意见\nPS-02,渣土车,10,\n").status_code == 302
    good = "类别,问题,票数,意见\nPS-02,渣土车,10,\nPS-03,打架,40,=夜里\nPS-03,打架,,还有酒吧门口\n"
    assert upload(client, good).status_code == 302
    page = client.get("/supervision/worst/surveys/").content.decode()
    assert page.count("已被新的代替") == page.count("计入</span>") == 1
    page = client.get("/supervision/worst/").content.decode()
    assert "群众评警问卷，共 51 票" in page
    # PS-03: (25 × 10/12 + 20 × 1) ÷ 75; PS-02: (25 × 1 + 20 × 10/41) ÷ 75
    assert re.findall(r"<b>([\d.]+)</b></td>", page) == ["54.4", "39.8"]
    assert upload(client_of(city, "auditor"), good).status_code == 403
    assert upload(client_of(city, "chief"), good).status_code == 403


def test_a_share_of_nothing_is_left_out_with_its_weight() -> None:
    rule = Worst()
    assert worst.score({"count": 1.0, "late": 0.5, "bad": None, "redo": 0.0, "survey": None}, rule) == pytest.approx(
        100 * (25 + 10) / 55
    )
    assert worst.score({"count": None}, rule) == 0.0
