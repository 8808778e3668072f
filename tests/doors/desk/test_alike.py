"""C6 at the desk: proposals while a request is taken down and after it, joined with one click or several at once."""

import re
from datetime import timedelta
from typing import Any

import pytest

from huhang.cases.models import Case, Step
from tests.doors.desk.test_case_page import client_of
from tests.factories.city import NOW, City, filed, make_city

pytestmark = pytest.mark.django_db
BODY = "晚上十二点以后渣土车从三号门过，按喇叭，宿舍里的人都睡不好，已经半个月了。"
HX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def city() -> City:
    return make_city()


def test_what_is_alike_is_shown_while_it_is_typed_and_nothing_is_written(city: City) -> None:
    number = filed(city, title="", body=BODY, lon=121.4, lat=37.5, category="PS-02").case.number
    client = client_of(city, "dispatcher")
    assert 'hx-post="/desk/requests/alike/"' in client.get("/desk/requests/new/").content.decode()
    before = Step.objects.count()
    typed = {"body": BODY, "lon": "121.401", "lat": "37.5", "category": "PS-02", "phone": "13800000001"}
    text = client.post("/desk/requests/alike/", typed).content.decode()
    assert number in text
    for words in ("近 30 天有 1 件相近的，500 米内 1 件", "文字相同", "相距 88 米", "同一诉求人", "同类"):
        assert words in text
    assert Step.objects.count() == before
    foreign = client_of(city, "liaison").post("/desk/requests/alike/", typed).content.decode()
    assert number not in foreign
    assert "相近的" not in foreign


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"body": "您好"},
        {"body": "字" * 20_001},
        {"body": "字\0" * 20},
        {"body": BODY, "lon": "nan", "lat": "1e999"},
        {"body": BODY, "lon": "-500", "lat": "89.999"},
        {"body": BODY, "lon": "179.9999", "lat": "-89.9999"},
        {"body": BODY, "phone": "一二三", "subject": "无", "category": "\0"},
        {"body": "\u202e😀𠮷" * 4_000},
    ],
)
def test_what_cannot_be_used_is_left_out(city: City, typed: dict[str, str]) -> None:
    answer = client_of(city, "dispatcher").post("/desk/requests/alike/", typed)
    assert answer.status_code == 200
    assert b"alike-list" not in answer.content


def test_without_scripts_the_receipt_shows_them(city: City) -> None:
    number = filed(city, title="", body=BODY).case.number
    client = client_of(city, "dispatcher")
    page = client.get("/desk/requests/new/").content.decode()
    key = re.findall(r'name="idempotency_key" value="([^"]*)"', page)[0]
    now = (NOW + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")
    typed = {"channel": "hotline", "received_at": now, "body": BODY, "nature": "help", "urgency": "0"}
    receipt = client.post("/desk/requests/new/", {**typed, "idempotency_key": key})
    assert receipt.status_code == 201
    assert number in receipt.content.decode()
    assert f"本件并入 {number}" in receipt.content.decode()


def test_one_click_joins_a_waiting_request_and_it_can_be_taken_out_again(city: City) -> None:
    lead = filed(city, title="", body=BODY).case
    case = filed(city, title="", body=BODY, phone="13800000002").case
    client, url = client_of(city, "dispatcher"), f"/desk/cases/{case.number}/"
    assert f'hx-get="{url}alike/"' in client.get(url).content.decode()
    part = client.get(f"{url}alike/", headers=HX).content.decode()
    assert "<html" not in part
    form = re.findall(rf'<form method="post" action="{url}moves/merge/">(.*?)</form>', part)[0]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert sent["into"] == lead.number
    assert client.post(f"{url}moves/merge/", sent).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.merged_into_id) == ("merged", lead.pk)
    page = client.get(f"{url}moves/part/").content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(version|idempotency_key)" value="([^"]*)"', page))
    assert client.post(f"{url}moves/part/", {**hidden, "reason": "不是一件事"}).status_code == 302
    case.refresh_from_db()
    assert case.merged_into_id is None


def test_several_are_joined_after_a_preview(city: City) -> None:
    lead, *rest = (filed(city, title="", body=BODY, phone=f"1380000000{n}").case for n in range(1, 5))
    client, url = client_of(city, "dispatcher"), f"/desk/cases/{lead.number}/"
    page = client.get(f"{url}alike/").content.decode()
    ticked = re.findall(r'name="case" value="([^"]*)"', page)
    assert len(ticked) == 3
    assert "请先勾选" in client.post(f"{url}join/", {}).content.decode()
    preview = client.post(f"{url}join/", {"case": ticked}).content.decode()
    assert "3 位诉求人会收到告知" in preview
    assert not Case.objects.filter(state="merged").exists()
    sent: dict[str, Any] = {
        "case": ticked,
        "confirmed": "yes",
        "idempotency_key": re.findall(r'name="idempotency_key" value="([^"]*)"', preview)[0],
    }
    assert client.post(f"{url}join/", {**sent, "reason": ""}).status_code == 422
    for _ in range(2):  # a double click
        assert client.post(f"{url}join/", {**sent, "reason": "同一处", "idempotency_key": "twice"}).status_code == 302
    assert set(Case.objects.filter(merged_into=lead).values_list("pk", flat=True)) == {case.pk for case in rest}
    late = client.post(f"{url}join/", {**sent, "reason": "同一处", "idempotency_key": "late-one"})
    assert late.status_code == 409
    assert rest[0].number in late.content.decode()


def test_there_is_nothing_to_join_for_whoever_may_not(city: City) -> None:
    lead = filed(city, title="", body=BODY).case
    filed(city, title="", body=BODY, phone="13800000002")
    client = client_of(city, "clerk")
    page = client.get(f"/desk/cases/{lead.number}/alike/").content.decode()
    assert 'name="case"' not in page
    assert client.post(f"/desk/cases/{lead.number}/join/", {"case": "x"}).status_code in (302, 403)
    assert client_of(city, "other_handler").get(f"/desk/cases/{lead.number}/alike/").status_code == 404
