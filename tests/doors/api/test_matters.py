"""L3, C6, L2: meetings, hot matters, the worst of a period and surveys over the wire, by the actions pages call."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone

from huhang.cases.models import Case
from huhang.kinds.requests.repeats.grouping import group
from huhang.kinds.requests.repeats.models import Survey
from tests.doors.api.callers import Caller, caller
from tests.factories.city import City, filed

pytestmark = pytest.mark.django_db
TWO = (("桥洞积水", "13800000001"), ("路灯", "13800000002"))


def often(city: City, times: int = 6) -> None:
    """So many different persons with the same complaint, put into a matter."""
    now = timezone.now()
    for n in range(times):
        filed(city, now=now - timedelta(hours=times - n), phone=f"1380000{n:04d}", category="PS-02")
    group(now=now + timedelta(minutes=5))


def upload(to: Caller, table: str, **said: Any) -> Any:
    body = encode_multipart(BOUNDARY, {**said, "file": SimpleUploadedFile("问卷.csv", table.encode())})
    return to.raw("POST", "/matters/surveys", body, MULTIPART_CONTENT, key="survey-2026")


def test_a_meeting_is_convened_and_its_decision_becomes_a_duty(city: City) -> None:
    dispatcher, number = caller("dispatcher"), caller("clerk").file()["number"]
    harbour = str(city.units["harbour"].pk)
    said = {
        "title": "渣土车噪声协调会",
        "place": "三楼会议室",
        "meets_at": (timezone.now() + timedelta(days=3)).isoformat(),
        "units": [harbour],
        "about": [number],
    }
    made = dispatcher.post("/cases/meetings", said, key="meeting-1")
    assert made.status_code == 201, made.content.decode()
    again = dispatcher.post("/cases/meetings", said, key="meeting-1")
    assert again.json()["number"] == made.json()["number"]
    meeting = f"/cases/{made.json()['number']}"
    held = dispatcher.post(f"{meeting}/moves/hold", {"version": 1, "values": {"present": "港湾所周正"}})
    assert held.status_code == 200, held.content.decode()
    (resolve,) = [m for m in dispatcher.get(meeting).json()["moves"] if m["name"] == "resolve"]
    (item,) = next(f for f in resolve["fields"] if f["name"] == "item")["choices"]
    values = {"item": item["value"], "what": "夜间设卡", "unit": harbour, "days": 2}
    decided = dispatcher.post(f"{meeting}/moves/resolve", {"version": 2, "values": values})
    assert decided.status_code == 200, decided.content.decode()
    assert Case.objects.filter(kind="duty", parent__number=number).count() == 1
    assert dispatcher.post("/cases/meetings", {**said, "units": []}, key="meeting-2").status_code == 422
    assert dispatcher.post("/cases/meetings", {**said, "about": ["HS-0000-0000"]}, key="meeting-3").status_code == 404
    assert caller("clerk").post("/cases/meetings", {**said, "about": []}, key="meeting-4").status_code == 403


def test_cases_are_narrowed_as_requests_are(city: City) -> None:
    clerk, dispatcher = caller("clerk"), caller("dispatcher")
    one, two = (clerk.file(title=title, phone=phone)["number"] for title, phone in TWO)
    for asked in ("number=" + one, "q=桥洞", "kind=request&q=桥洞", "order=due&number=" + one):
        assert [row["number"] for row in dispatcher.get(f"/cases?{asked}").json()["items"]] == [one], asked
    first = dispatcher.get("/cases?order=due&limit=1").json()
    rest = dispatcher.get(f"/cases?order=due&limit=1&after={first['next']}").json()
    assert {first["items"][0]["number"], rest["items"][0]["number"]} == {one, two}
    assert dispatcher.get("/cases?channel=hotline&count=true").json()["count"] == 2
    assert dispatcher.get("/cases?q=桥洞&order=due").status_code == 422


def test_the_hot_matters_of_a_week_come_page_by_page(city: City) -> None:
    often(city)
    leader = caller("leader")
    week = leader.get("/matters/week").json()
    assert [(one["n"], one["voices"], one["usual"]) for one in week["items"]] == [(6, 6, 0.0)], week
    assert week["items"][0]["categories"] == [{"code": "PS-02", "name": week["items"][0]["categories"][0]["name"]}]
    assert week["next"] is None
    assert leader.get("/matters/week?after=1").json()["items"] == []
    assert leader.get("/matters/week?last=2020-01-01").json()["items"] == []
    assert leader.get("/matters/week?last=nonsense").status_code == 422
    assert leader.get("/matters/week?lats=2020-01-01").status_code == 422
    assert caller("handler").get("/matters/week").status_code == 403


def test_the_worst_are_ranked_with_their_formula_and_a_survey(city: City) -> None:
    often(city, 12)
    supervisor = caller("supervisor")
    year = timezone.localtime().year
    sent = upload(supervisor, "类别,问题,票数\nPS-02,噪声,9\n", name="年度问卷", year=year)
    assert sent.status_code == 201, sent.content.decode()
    assert upload(supervisor, "类别,问题,票数\nPS-02,噪声,9\n", name="年度问卷", year=year).status_code == 201
    assert Survey.objects.count() == 1  # the same key does it once
    told = supervisor.get("/matters/worst").json()
    assert (told["survey"], told["items"][0]["category"]["code"], told["items"][0]["votes"]) == ("年度问卷", "PS-02", 9)
    assert told["weights"].keys() == told["items"][0]["shares"].keys()
    assert told["items"][0]["shares"]["bad"] is None  # nobody rated: no share, not a good one
    assert supervisor.get("/matters/worst?by=branch&period=month").status_code == 200
    wrong = supervisor.get("/matters/worst?period=custom&from=2026-02-01&to=2026-01-01")
    assert wrong.json()["problems"].keys() == {"to"}
    assert supervisor.get("/matters/worst?by=person").status_code == 422
    assert upload(supervisor, "没有表头\n", name="x", year=year).status_code == 422
    assert caller("handler").get("/matters/worst").status_code == 403
