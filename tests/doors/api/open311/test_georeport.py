"""L3: Open311 GeoReport v2, JSON and XML, held against the description of the standard."""

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.cases.models import Case
from huhang.doors.api.open311 import asked
from huhang.register.subjects.models import Person
from tests.doors.api.callers import Caller, caller
from tests.doors.api.open311.fitting import from_xml, misfits, schema
from tests.factories.city import City

pytestmark = pytest.mark.django_db
V2 = "/api/open311/v2"
NEW = {
    "service_code": "PS-02",
    "lat": "37.5",
    "long": "121.4",
    "address_string": "港湾路 3 号门",
    "description": "晚上十二点以后渣土车从三号门过。",
    "first_name": "海燕",
    "last_name": "王",
    "phone": "13800000001",
    "attribute[nature]": "complaint",
}


def ask(path: str, program: Caller | None = None, **query: str) -> Any:
    headers = {"Authorization": f"Bearer {program.token}"} if program else {}
    return Client(raise_request_exception=False).get(path + (f"?{urlencode(query)}" if query else ""), headers=headers)


def send(program: Caller | None, given: dict[str, str], form: str = "json", **headers: str) -> Any:
    return Client(raise_request_exception=False).post(
        f"{V2}/requests.{form}",
        urlencode(given),
        content_type="application/x-www-form-urlencoded",
        headers={**({"Authorization": f"Bearer {program.token}"} if program else {}), **headers},
    )


def made(program: Caller, **given: str) -> str:
    answer = send(program, {**NEW, **given})
    assert answer.status_code == 201, answer.content.decode()
    assert misfits(answer.json(), schema("made")) == []
    return str(answer.json()[0]["service_request_id"])


def refusal(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.content.decode()
    assert misfits(answer.json(), schema("errors")) == []
    assert answer.json()[0]["code"] == status
    return str(answer.json()[0]["description"])


def test_every_answer_fits_the_standard_in_json_and_in_xml(city: City) -> None:
    clerk = caller("clerk")
    first = made(clerk)
    made(clerk, service_code="TR-01", phone="13800000002")
    for path, name in (
        ("/api/open311/discovery", "discovery"),
        (f"{V2}/services", "services"),
        (f"{V2}/services/PS-02", "service_definition"),
        (f"{V2}/requests", "service_requests"),
        (f"{V2}/requests/{first}", "service_requests"),
        (f"{V2}/tokens/{first}", "tokens"),
    ):
        plain, marked = ask(f"{path}.json", clerk), ask(f"{path}.xml", clerk)
        assert (plain.status_code, marked.status_code) == (200, 200), path
        assert plain["Content-Type"] == "application/json"
        assert marked["Content-Type"] == "text/xml; charset=utf-8"
        assert misfits(plain.json(), schema(name)) == [], path
        root = ElementTree.fromstring(marked.content)
        same = from_xml(root, schema(name))
        assert misfits(same, schema(name)) == [], path
        blank = json.loads(json.dumps(plain.json()).replace('""', "null"))
        assert json.loads(json.dumps(same).replace('""', "null")) == blank, path
    new = send(clerk, {**NEW, "phone": "13800000003"}, "xml")
    root = ElementTree.fromstring(new.content)
    assert (new.status_code, root.tag, root[0].tag) == (201, "service_requests", "request")
    assert new["Location"] == f"{V2}/requests/{root[0].findtext('service_request_id')}.xml"
    assert misfits(from_xml(root, schema("made")), schema("made")) == []
    assert ask(f"{V2}/openapi.json").json()["info"]["title"] == "Open311 GeoReport v2"


def test_a_request_is_ours_and_the_person_never_comes_out(city: City) -> None:
    clerk = caller("clerk")
    answer = send(clerk, {**NEW, "media_url": "https://example.org/a.jpg", "email": "x@example.org"})
    number = answer.json()[0]["service_request_id"]
    case = Case.objects.select_related("request", "requester").get(number=number)
    assert (case.category, case.state, case.channel) == ("PS-02", "classified", "app")
    assert (case.lat, case.lon, case.place) == (37.5, 121.4, "港湾路 3 号门")
    assert (case.request.nature, case.unit_id) == ("complaint", city.units["centre"].pk)
    assert "https://example.org/a.jpg" in case.body
    person = Person.objects.get(pk=case.requester_id)
    assert person.phone_sealed is not None
    shown = ask(f"{V2}/requests/{number}.json", clerk, extensions="true").content.decode()
    for word in ("海燕", "13800000001", person.phone_masked, person.name_masked, "x@example.org"):
        assert word not in shown
    row = json.loads(shown)[0]
    assert (row["status"], row["service_name"], row["agency_responsible"]) == ("open", "噪声扰民", "诉求中心")
    assert row["extended_attributes"]["state"] == "classified"
    assert row["expected_datetime"].endswith("+08:00")
    assert re.search(r"查询码 \w", answer.json()[0]["service_notice"])


def test_the_key_of_the_standard_and_none(city: City) -> None:
    clerk = caller("clerk")
    number = made(clerk)
    assert ask(f"{V2}/requests/{number}.json", api_key=clerk.token).status_code == 200
    assert send(None, {**NEW, "api_key": clerk.token, "phone": "13800000004"}).status_code == 201
    for answer in (
        ask(f"{V2}/services.json"),
        ask(f"{V2}/services/PS-02.json"),
        ask(f"{V2}/requests.json"),
        ask(f"{V2}/requests/{number}.json", api_key="hht_wrong"),
        ask(f"{V2}/tokens/{number}.json"),
        send(None, NEW),
    ):
        assert "api_key" in refusal(answer, 403)


def test_a_jurisdiction_may_open_its_services_and_nothing_else(city: City, settings: Any) -> None:
    number = made(caller("clerk"))
    settings.HUHANG_OPEN311_PUBLIC = True
    assert ask(f"{V2}/services.json").status_code == 200
    assert ask(f"{V2}/services/PS-02.xml").status_code == 200
    assert ask(f"{V2}/requests.json").status_code == 403
    assert ask(f"{V2}/requests/{number}.json").status_code == 403


def test_lists_narrow_page_and_keep_the_bounds_of_the_standard(city: City, monkeypatch: Any) -> None:
    clerk = caller("clerk")
    numbers = [made(clerk, phone=f"1380000001{n}", service_code=("PS-02", "TR-01")[n % 2]) for n in range(5)]
    with acting(SYSTEM):
        old = timezone.now() - timedelta(days=100)
        Case.objects.filter(number=numbers[0]).update(received_at=old)

    def listed(**query: str) -> list[str]:
        answer = ask(f"{V2}/requests.json", clerk, **query)
        assert answer.status_code == 200, answer.content.decode()
        assert misfits(answer.json(), schema("service_requests")) == []
        return [row["service_request_id"] for row in answer.json()]

    recent = numbers[:0:-1]
    assert listed() == recent
    assert listed(page="1", page_size="3") + listed(page="2", page_size="3") == recent
    assert listed(service_code="TR-01") == [n for n in recent if numbers.index(n) % 2]
    assert set(listed(service_code="TR-01,PS-02")) == set(recent)
    assert listed(service_request_id=f"{numbers[0]},{numbers[2]}", status="closed") == [numbers[2], numbers[0]]
    assert listed(status="closed") == []
    assert listed(status="open,closed") == recent
    first = timezone.localtime(old - timedelta(minutes=1)).isoformat()
    assert listed(start_date=first) == [numbers[0]]
    assert listed(start_date=first, end_date=timezone.localtime(old + timedelta(days=1)).isoformat()) == [numbers[0]]
    assert listed(end_date=timezone.localtime(old - timedelta(seconds=1)).isoformat()) == []
    monkeypatch.setattr(asked, "MOST", 2)
    assert listed() == recent[:2]


def test_what_is_closed_says_so_and_what_was_answered(city: City) -> None:
    clerk = caller("clerk")
    number = made(clerk)
    dispatcher, unit = caller("dispatcher"), str(city.units["harbour"].pk)
    assert dispatcher.move(number, "dispatch", unit=unit).status_code == 200
    assert caller("handler").move(number, "sign").status_code == 200
    assert (
        caller("handler").move(number, "answer", result="solved", proof="处警 12", answer="已设卡劝返。").status_code
        == 200
    )
    with acting(SYSTEM):
        Case.objects.filter(number=number).update(is_open=False, state="closed", closed_at=timezone.now())
    row = ask(f"{V2}/requests/{number}.json", clerk).json()[0]
    assert (row["status"], row["status_notes"]) == ("closed", "已设卡劝返。")
    assert row["agency_responsible"] == "港湾派出所"
    assert row["updated_datetime"] >= row["requested_datetime"]


def test_the_same_key_makes_one_request_and_is_the_token_of_it(city: City) -> None:
    clerk = caller("clerk")
    first, again = (send(clerk, NEW, **{"Idempotency-Key": "platform-0001"}) for _ in range(2))
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    number = first.json()[0]["service_request_id"]
    told = ask(f"{V2}/tokens/platform-0001.json", clerk).json()
    assert told == [{"service_request_id": number, "token": "platform-0001"}]
    assert misfits(told, schema("tokens")) == []
    refusal(ask(f"{V2}/tokens/platform-0001.json", caller("other_handler")), 404)
    refusal(ask(f"{V2}/tokens/nothing.json", clerk), 404)
    changed = send(clerk, {**NEW, "description": "别的"}, **{"Idempotency-Key": "platform-0001"})
    refusal(changed, 400)
    refusal(send(clerk, NEW, **{"Idempotency-Key": "short"}), 400)


def test_foreign_and_absent_look_the_same(city: City) -> None:
    number, other = made(caller("clerk")), caller("other_handler")
    foreign, absent = (ask(f"{V2}/requests/{n}.json", other) for n in (number, "HS-0000-0000"))
    assert refusal(foreign, 404) == refusal(absent, 404)
    assert ask(f"{V2}/requests.json", other).json() == []
    assert ask(f"{V2}/requests.json", other, service_request_id=number).json() == []


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"service_code": ""}, "service_code"),
        ({"service_code": "XX-99"}, "service_code"),
        ({"description": " "}, "description"),
        ({"description": "字" * 200_000}, "20000"),
        ({"lat": "", "long": "", "address_string": ""}, "lat"),
        ({"lat": "nan"}, "坐标"),
        ({"lat": "99"}, "坐标"),
        ({"phone": "12"}, "phone"),
        ({"media_url": "javascript:alert(1)"}, "media_url"),
        ({"attribute[nature]": "x"}, "nature"),
        ({"attribute[unknown]": "x"}, "unknown"),
        ({"description": "a\0b"}, "字符"),
        ({"jurisdiction_id": "elsewhere.example"}, ""),
    ],
)
def test_bad_input_is_named_and_makes_nothing(city: City, given: dict[str, str], named: str) -> None:
    clerk, before = caller("clerk"), Case.objects.count()
    answer = send(clerk, {**NEW, **given})
    assert named in refusal(answer, 404 if "jurisdiction_id" in given else 400)
    assert Case.objects.count() == before


def test_a_text_of_a_megabyte_is_refused_whole(city: City) -> None:
    clerk, before = caller("clerk"), Case.objects.count()
    assert "没有保存" in refusal(send(clerk, {**NEW, "description": "字" * 350_000}), 413)
    assert Case.objects.count() == before


def test_a_name_with_direction_tricks_and_rare_characters_is_kept_clean_and_whole(city: City) -> None:
    number = made(caller("clerk"), last_name="\u202e𠮷\u200f", first_name="😀夫", description="😀𠮷\u202e叐 中文")
    case = Case.objects.get(number=number)
    assert case.body == "😀𠮷叐 中文"
    shown = ask(f"{V2}/requests/{number}.xml", caller("clerk"))
    assert ElementTree.fromstring(shown.content)[0].findtext("description") == case.body


@pytest.mark.parametrize(
    "body",
    [
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY c "&a;&a;&a;&a;">]><b>&c;&c;</b>',
    ],
)
def test_xml_is_never_read(city: City, body: str) -> None:
    headers = {"Authorization": f"Bearer {caller('clerk').token}"}
    for kind in ("text/xml", "application/xml"):
        answer = Client().post(f"{V2}/requests.xml", body, content_type=kind, headers=headers)
        assert answer.status_code == 400
        assert b"root:" not in answer.content
        assert ElementTree.fromstring(answer.content).tag == "errors"


@pytest.mark.parametrize(
    "query",
    [
        {"status": "late"},
        {"start_date": "yesterday"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"},
        {"page": "0"},
        {"page_size": "1001"},
        {"page": "9999", "page_size": "1000"},
        {"service_code": "XX-99"},
        {"servce_code": "PS-02"},
    ],
)
def test_a_filter_that_cannot_be_used_is_said(city: City, query: dict[str, str]) -> None:
    refusal(ask(f"{V2}/requests.json", caller("clerk"), **query), 400)


def test_whatever_is_wrong_has_the_shape_of_the_standard(city: City) -> None:
    clerk = caller("clerk")
    refusal(ask(f"{V2}/services/XX-99.json", clerk), 404)
    refusal(ask(f"{V2}/nothing", clerk), 404)
    refusal(ask(f"{V2}/requests.csv", clerk), 404)
    refusal(Client().put(f"{V2}/requests.json", headers={"Authorization": f"Bearer {clerk.token}"}), 405)
    assert "登记" in refusal(send(caller("auditor"), NEW), 403)
    assert refusal(ask(f"{V2}/requests.json", clerk, jurisdiction_id="elsewhere"), 404)
    assert ask(f"{V2}/requests.json", clerk, jurisdiction_id="huhang").status_code == 200
    marked = ask(f"{V2}/nothing.xml", clerk)
    assert from_xml(ElementTree.fromstring(marked.content), schema("errors"))[0]["code"] == 404
