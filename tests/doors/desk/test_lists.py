"""The inbox, the ledger, search, kept views and bulk work through the desk's own pages."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from huhang.base.journal.models import Entry
from huhang.cases.actions import run_batch
from huhang.cases.models import Batch, Case, SavedView
from huhang.kinds.requests.models import Request
from tests.factories.city import NOW, City, filed, make_city
from tests.scenarios.test_request_life import dispatched, go

pytestmark = pytest.mark.django_db
BACKEND = "huhang.base.people.backends.Officers"


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture(autouse=True)
def _it_is_now() -> Iterator[None]:
    with patch("django.utils.timezone.now", return_value=NOW):
        yield


def as_(city: City, who: str) -> Client:
    client = Client()
    client.force_login(city.users[who], backend=BACKEND)
    return client


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@contextmanager
def at(moment: Any) -> Iterator[None]:
    with patch("django.utils.timezone.now", return_value=moment):
        yield


def signed(city: City, **values: Any) -> Case:
    case = filed(city, **values).case
    go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", unit=city.units["harbour"].pk)
    go(city, case, "handler", "sign")
    case.refresh_from_db()
    return case


def test_a_stranger_is_sent_to_sign_in(city: City) -> None:
    for url in ("/desk/", "/desk/ledger/", "/desk/batches/", "/desk/export.csv", "/desk/bulk/"):
        response = Client().get(url)
        assert response.status_code == 302, url
        assert response["Location"].startswith("/account/login/")


@pytest.mark.parametrize(
    "who",
    [
        "clerk",
        "dispatcher",
        "handler",
        "chief",
        "liaison",
        "revisitor",
        "supervisor",
        "leader",
        "auditor",
        "security_admin",
        "system_admin",
    ],
)
def test_everybody_has_an_inbox_that_opens_even_when_it_is_empty(city: City, who: str) -> None:
    client = as_(city, who)
    for url in ("/desk/", "/desk/ledger/", "/desk/batches/"):
        response = client.get(url)
        assert response.status_code == 200, url
    assert "empty" in client.get("/desk/").content.decode()


def test_the_inbox_says_what_is_due_when_with_the_day_over_it(city: City) -> None:
    case = signed(city)
    shown = text_of(as_(city, "handler").get("/desk/"))
    assert case.title in shown
    assert "剩" in shown
    assert "我负责 1 件" in shown
    assert case.due_at is not None
    with at(case.due_at - timedelta(minutes=30)):
        shown = text_of(as_(city, "handler").get("/desk/"))
        assert "今天 " in shown
        assert "今天到期 1 件" in shown
    with at(case.due_at + timedelta(days=1)):
        shown = text_of(as_(city, "handler").get("/desk/"))
        assert "已超期 · 1 件" in shown
        assert "超期" in shown
    with at(case.due_at - timedelta(days=1)):
        assert "明天 " in text_of(as_(city, "handler").get("/desk/"))


def test_a_case_that_waits_for_the_person_stands_apart(city: City) -> None:
    case = signed(city)
    go(city, case, "handler", "suspend", reason="请补充门牌号")
    shown = text_of(as_(city, "handler").get("/desk/"))
    assert "等补充 · 1 件" in shown


def test_chips_count_and_lead_to_their_lists_without_scripts(city: City) -> None:
    signed(city)
    dispatched(city)
    page = as_(city, "handler").get("/desk/").content.decode()
    assert 'href="/desk/?scope=sign"' in page
    shown = text_of(as_(city, "handler").get("/desk/?scope=unit"))
    assert "本单位 2 件" in shown


def test_a_filter_that_cannot_be_meant_is_refused_with_a_sentence(city: City) -> None:
    client = as_(city, "handler")
    for query, say in (
        ("scope=everything", "没有这种范围"),
        ("state=lost", "没有这个状态"),
        ("since=21.11.2026", "2026-11-21"),
        ("since=2026-11-21&until=2026-11-01", "结束日期早于开始日期"),
        ("unit=1", "没有这个单位"),
        ("urgency=9", "紧急程度"),
        ("after=1~2~3", "从列表第一页"),
    ):
        response = client.get(f"/desk/ledger/?{query}")
        assert response.status_code == 422, query
        assert say in response.content.decode(), query


def test_the_last_representable_day_breaks_nothing(city: City) -> None:
    client = as_(city, "handler")
    assert client.get("/desk/ledger/?until=9999-12-31&since=0001-01-01").status_code == 200


def test_one_character_is_too_little_to_search_for_and_says_so_beside_the_box(city: City) -> None:
    signed(city)
    response = as_(city, "handler").get("/desk/ledger/?q=噪")
    assert response.status_code == 200
    assert "两个相连的字" in response.content.decode()
    assert 'value="噪"' in response.content.decode()


def test_any_two_characters_are_found_and_nothing_of_strangers(city: City) -> None:
    case = signed(city)
    assert case.title in text_of(as_(city, "handler").get("/desk/ledger/?q=渣土"))
    shown = text_of(as_(city, "other_handler").get("/desk/ledger/?q=渣土"))
    assert case.title not in shown
    assert "没有找到" in shown


def test_a_whole_number_leads_to_its_case_and_only_for_those_who_may_see_it(city: City) -> None:
    case = signed(city)
    typed = case.number.lower().replace("-", " ")
    response = as_(city, "handler").get("/desk/ledger/", {"q": typed})
    assert (response.status_code, response["Location"]) == (302, f"/desk/cases/{case.number}/")
    assert as_(city, "other_handler").get("/desk/ledger/", {"q": typed}).status_code == 200


def test_pages_of_a_long_list_lead_on_and_back(city: City) -> None:
    for n in range(53):
        filed(city, now=NOW + timedelta(seconds=n), title=f"编号{n:02d}的事")
    client = as_(city, "clerk")
    first = client.get("/desk/?scope=taken").content.decode()
    assert "第 1–50 件，共 53 件" in first
    assert "上一页" not in first
    onward = re.search(r'href="([^"]+)" rel="next"', first)
    assert onward is not None
    second = client.get(onward[1].replace("&amp;", "&")).content.decode()
    assert "第 51–53 件" in second
    back = re.search(r'href="([^"]+)" rel="prev"', second)
    assert back is not None
    again = client.get(back[1].replace("&amp;", "&")).content.decode()
    assert "第 1–50 件" in again
    titles = re.compile(r"编号\d\d的事")
    assert sorted(set(titles.findall(first)) | set(titles.findall(second))) == [f"编号{n:02d}的事" for n in range(53)]
    assert set(titles.findall(again)) == set(titles.findall(first))


def test_a_view_is_kept_shared_replaced_and_forgotten(city: City) -> None:
    client = as_(city, "handler")
    kept = client.post("/desk/views/new/?page=ledger&which=open&late=1", {"name": "超期的", "shared": "on"})
    assert (kept.status_code, kept["Location"]) == (302, "/desk/ledger/?which=open&late=1")
    assert "超期的" in client.get("/desk/ledger/").content.decode()
    assert "超期的" in as_(city, "second_handler").get("/desk/ledger/").content.decode()
    assert "超期的" not in as_(city, "other_handler").get("/desk/ledger/").content.decode()
    view = SavedView.objects.get()
    assert as_(city, "second_handler").post(f"/desk/views/{view.pk}/forget/", {"page": "ledger"}).status_code == 404
    assert client.post(f"/desk/views/{view.pk}/forget/", {"page": "ledger"}).status_code == 302
    assert not SavedView.objects.exists()


def test_a_view_without_a_name_is_asked_for_one(city: City) -> None:
    response = as_(city, "handler").post("/desk/views/new/?page=inbox", {"name": " "})
    assert response.status_code == 422
    assert "起个名字" in response.content.decode()


def tick(*cases: Case) -> list[str]:
    return [f"{c.pk}:{Case.objects.get(pk=c.pk).version}" for c in cases]


def test_ticked_cases_are_dispatched_together_and_each_says_what_happened(city: City) -> None:
    ready = [filed(city, title=f"第{n}件").case for n in range(3)]
    for case in ready[:2]:
        go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")
    client = as_(city, "dispatcher")
    chosen = {"move": "request.dispatch", "case": tick(*ready)}
    form = client.get("/desk/bulk/", chosen)
    assert form.status_code == 200
    assert "其中 1 件现在的状态不能" in form.content.decode()
    assert "None" not in text_of(form)
    empty = client.post("/desk/bulk/", {**chosen, "unit": "", "idempotency_key": "k1"})
    assert empty.status_code == 422
    sent = {**chosen, "unit": str(city.units["harbour"].pk), "note": "请尽快", "idempotency_key": "k2"}
    started = client.post("/desk/bulk/", sent)
    twice = client.post("/desk/bulk/", sent)
    assert started.status_code == twice.status_code == 302
    assert started["Location"] == twice["Location"]
    batch = Batch.objects.get()
    assert "排队中" in text_of(client.get(f"/desk/batches/{batch.pk}/"))
    assert "hx-get" in client.get(f"/desk/batches/{batch.pk}/progress/").content.decode()
    run_batch(batch.pk)
    page = text_of(client.get(f"/desk/batches/{batch.pk}/"))
    assert "1 件没有办成" in page
    assert "不能“派单”" in page
    assert page.count("已办理") == 2
    assert "成批派单" in text_of(client.get("/desk/batches/"))
    assert "hx-get" not in client.get(f"/desk/batches/{batch.pk}/progress/").content.decode()
    assert [Case.objects.get(pk=c.pk).state for c in ready] == ["dispatched", "dispatched", "registered"]


def test_a_batch_is_its_makers_alone(city: City) -> None:
    case = filed(city).case
    go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")
    sent = {"move": "request.dispatch", "case": tick(case), "unit": str(city.units["harbour"].pk)}
    where = as_(city, "dispatcher").post("/desk/bulk/", sent)["Location"]
    assert as_(city, "handler").get(where).status_code == 404
    assert as_(city, "handler").get(f"{where}progress/").status_code == 404


def test_a_move_one_may_not_make_is_not_offered_nor_taken(city: City) -> None:
    case = dispatched(city)
    page = as_(city, "handler").get("/desk/?scope=sign").content.decode()
    assert "request.sign" in page
    assert "request.dispatch" not in page
    assert "request." not in as_(city, "auditor").get("/desk/?scope=all").content.decode()
    answer = as_(city, "handler").get("/desk/bulk/", {"move": "request.dispatch", "case": tick(case)})
    assert answer.status_code == 403
    for data in ({"move": "request.sign"}, {"move": "request.sign", "case": "x"}, {"case": tick(case)}):
        assert as_(city, "handler").get("/desk/bulk/", data).status_code == 422


def test_the_menu_shows_what_one_may_enter_and_only_pages_that_exist(city: City) -> None:
    for who, there, missing in (
        ("handler", "登记诉求", "人员与岗位"),
        ("dispatcher", "表格导入", "日志与校验"),
        ("auditor", "日志与校验", "登记诉求"),
        ("security_admin", "人员与岗位", "诉求台账"),
    ):
        page = text_of(as_(city, who).get("/desk/"))
        assert there in page, who
        assert missing not in page.split("跳到正文")[-1].split("请从左边")[0], who


def test_english_readers_get_an_english_page(city: City) -> None:
    client = as_(city, "handler")
    client.cookies["huhang_language"] = "en"
    assert client.get("/desk/").status_code == 200


def test_the_export_is_journalled_with_filter_and_count(city: City) -> None:
    signed(city)
    response = as_(city, "dispatcher").get("/desk/export.csv?page=ledger&scope=all&channel=hotline&q=渣土")
    assert response.status_code == 200
    assert "".join(b.decode() for b in response.streaming_content).count("夜间渣土车") == 1
    row = Entry.objects.get(action="ledger.export")
    assert '"count":1' in row.data
    assert "channel=hotline" in row.data
    assert "渣土" not in row.data


def test_the_export_carries_the_national_satisfaction_code(city: City) -> None:
    rated, plain = filed(city).case, filed(city, phone="13800000002").case
    Request.objects.filter(case=rated).update(stars=4)  # C4: five stars are best inside, one is best outside
    raw = as_(city, "dispatcher").get("/desk/export.csv?page=ledger&scope=all")
    table = list(csv.reader(io.StringIO(b"".join(raw).decode("utf-8-sig"))))
    code = table[0].index("满意度代码（1 最满意）")
    assert {row[0]: row[code] for row in table[1:]} == {rated.number: "2", plain.number: ""}
    book = b"".join(as_(city, "dispatcher").get("/desk/export.xlsx?page=ledger&scope=all"))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert {row[0]: row[code] for row in rows[1:]} == {rated.number: "2", plain.number: ""}


def test_an_export_needs_the_permission_and_a_known_form(city: City) -> None:
    assert as_(city, "handler").get("/desk/export.csv").status_code == 403
    assert as_(city, "dispatcher").get("/desk/export.pdf").status_code == 404
