# B3 over the API
import pytest

from huhang.cases.models import Case
from huhang.doors.api import visits as shapes
from tests.doors.api.callers import caller
from tests.factories.city import City
from tests.factories.visits import subject_of

pytestmark = pytest.mark.django_db


def test_a_visit_with_its_requests_is_sent_once_listed_and_read(city: City) -> None:
    program = caller("liaison")
    given = {
        "subject": str(subject_of(city).pk),
        "mode": "on_site",
        "purpose": "needs",
        "cause": "routine",
        "people": 3,
        "consent": True,
        "met": [{"name": "王海燕", "role": "safety", "phone": "13800000001"}],
        "answers": {"safe": "yes", "help": ["traffic"], "times": 4},
        "requests": [{"body": "夜里渣土车太吵。", "category": "PS-02"}],
    }
    first = program.post("/visits", {**given, "device_now": "2026-11-20T10:00:00+08:00"}, key="one-visit")
    again = program.post("/visits", {**given, "device_now": "2026-11-20T10:01:00+08:00"}, key="one-visit")
    assert (first.status_code, first.json()) == (201, again.json()), first.content.decode()
    told = first.json()
    shapes.VisitOut.model_validate(told, extra="forbid")
    assert (told["people"], told["raised"], told["counted"]) == (3, 1, True)
    assert (told["met"], told["answers"][1]["answer"]) == ([{"name": "王**", "role": "safety"}], "交通通行")
    assert told["requests"][0]["number"] == Case.objects.get(kind="request").number
    for n in range(2):
        assert program.post("/visits", {**given, "requests": []}, key=f"more-visits-{n}").status_code == 201
    full = program.post("/visits", {**given, "requests": []}, key="one-too-many")
    assert full.status_code == 409
    assert "无事不扰" in full.json()["detail"]
    page = program.get("/visits?limit=2").json()
    shapes.VisitsOut.model_validate(page, extra="forbid")
    rest = program.get(f"/visits?limit=2&mode=on_site&after={page['next']}").json()
    assert [one["number"] for one in rest["items"]] == [told["number"]]
    assert rest["next"] is None
    assert program.get(f"/visits/{told['number']}").json()["requests"] == told["requests"]
    stranger = caller("other_handler")
    assert stranger.get(f"/visits/{told['number']}").status_code == 404
    assert stranger.get("/visits?after=x").status_code == 404
    assert stranger.get("/visits").json()["items"] == []
    assert caller("clerk").post("/visits", given, key="not-theirs").status_code == 403
    wrong = program.post("/visits", {**given, "people": 0, "met": [], "answers": {"safe": "very"}}, key="wrong-one")
    assert set(wrong.json()["problems"]) == {"people", "answers.safe"}
    assert program.get("/visits?colour=red").status_code == 422
