"""C6 over the wire: what is alike before and after filing, and several joined at once."""

import pytest

from huhang.cases.models import Case
from tests.doors.api.callers import caller
from tests.factories.city import City, filed

pytestmark = pytest.mark.django_db
BODY = "晚上十二点以后渣土车从三号门过，按喇叭，宿舍里的人都睡不好，已经半个月了。"


def test_what_is_alike_is_told_before_and_after_filing(city: City) -> None:
    number = filed(city, title="", body=BODY, lon=121.4, lat=37.5).case.number
    program = caller("dispatcher")
    draft = {"body": f" {BODY}", "lon": 121.401, "lat": 37.5, "phone": "13800000001"}
    said = program.post("/requests/alike", draft)
    assert said.status_code == 200
    told = said.json()
    assert (told["count"], told["nearby"], told["days"], told["metres"]) == (1, 1, 30, 500)
    assert (
        told["items"][0] | {"number": number, "same_text": True, "metres": 88.2, "same_person": True}
        == (told["items"][0])
    )
    other = filed(city, title="", body=BODY, phone="13800000002").case.number
    assert [one["number"] for one in program.get(f"/requests/{number}/alike").json()["items"]] == [other]
    assert caller("other_handler").post("/requests/alike", draft).json()["items"] == []
    assert caller("other_handler").get(f"/requests/{number}/alike").status_code == 404
    assert caller("auditor").post("/requests/alike", draft).status_code == 403
    assert program.post("/requests/alike", {"body": BODY, "lon": 1}).status_code == 422
    assert program.post("/requests/alike", {"body": BODY, "phone": "x"}).status_code == 422


def test_several_are_joined_at_once_and_told_apart_when_overtaken(city: City) -> None:
    lead, *rest = (filed(city, title="", body=BODY, phone=f"1380000000{n}").case for n in range(1, 4))
    program, path = caller("dispatcher"), f"/requests/{lead.number}/join"
    asked = {"requests": [{"number": c.number, "version": c.version} for c in rest], "reason": "同一处"}
    assert program.post(path, {**asked, "requests": [{"number": rest[0].number, "version": 9}]}).status_code == 409
    said = [program.post(path, asked, key="join-them-once") for _ in range(2)]
    assert [one.json() for one in said] == [{"number": lead.number, "joined": [c.number for c in rest]}] * 2
    assert Case.objects.filter(merged_into=lead).count() == 2
    assert caller("clerk").post(path, asked).status_code in (403, 409)
    assert caller("other_handler").post(path, asked).status_code == 404
