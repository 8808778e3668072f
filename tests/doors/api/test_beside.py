"""C5, A3 over the wire: referrals outside, leaders' instructions, and talk with the person."""

from typing import Any

import pytest

from huhang.base.access.context import acting
from huhang.base.access.rules import Actor
from huhang.cases.actions import move
from huhang.cases.models import Case
from huhang.kinds.requests.talk.actions import say
from tests.doors.api.callers import caller
from tests.factories.city import NOW, City, filed

pytestmark = pytest.mark.django_db


def in_hand(city: City) -> Case:
    case = filed(city).case
    for who, name, values in (
        ("dispatcher", "classify", {"category": "PS-02", "nature": "help", "urgency": "0"}),
        ("dispatcher", "dispatch", {"unit": city.units["harbour"].pk}),
        ("handler", "sign", {}),
    ):
        with acting(city.actor(who)):
            move(case_id=case.pk, name=name, values=values, by=city.actor(who), now=NOW)
    return case


def make(who: str, case: Case, name: str, **values: Any) -> Any:
    case.refresh_from_db()
    return caller(who).post(f"/requests/{case.number}/moves/{name}", {"version": case.version, "values": values})


def test_a_referral_is_made_urged_and_answered_by_programs(city: City) -> None:
    case = in_hand(city)
    offered = caller("handler").get(f"/requests/{case.number}").json()["moves"]
    fields = next(m["fields"] for m in offered if m["name"] == "refer_outside")
    assert "water" in [c["value"] for c in fields[0]["choices"]]
    assert make("handler", case, "refer_outside", authority="water", asked="请清淤").status_code == 200
    one = caller("handler").get(f"/requests/{case.number}/outside").json()["items"][0]
    assert (one["number"], one["name"], one["ended_at"]) == ("港湾派出所函〔2026〕1号", "望海市水利局", None)
    letters = caller("handler").get(f"/requests/{case.number}/attachments").json()["items"]
    assert one["letter"] in [a["id"] for a in letters]
    got = caller("handler").post(f"/requests/{case.number}/attachments/{one['letter']}/download")
    assert got.status_code == 200
    assert got.headers["Content-Type"].endswith("wordprocessingml.document")
    assert make("handler", case, "urge_outside").status_code == 200
    again = make("handler", case, "answer_from_outside", referral=one["id"], result="solved", text="已清淤")
    assert again.status_code == 200
    one = caller("handler").get(f"/requests/{case.number}/outside").json()["items"][0]
    assert (len(one["urged"]), one["ended_why"], one["answer"]) == (1, "answered", "已清淤")


def test_an_instruction_is_given_and_reported_on_by_programs(city: City) -> None:
    case = in_hand(city)
    assert make("leader", case, "instruct", text="请查明", days=3).status_code == 200
    assert make("handler", case, "report_instruction", text="已查明").status_code == 200
    one = caller("leader").get(f"/requests/{case.number}/instructions").json()["items"][0]
    assert (one["text"], one["ended_why"], one["report"]) == ("请查明", "reported", "已查明")
    assert one["due_at"] is not None


def test_programs_talk_with_the_person_and_mark_what_they_read(city: City) -> None:
    case = in_hand(city)
    me = Actor(kind="person", id=case.requester_id, label="王**", person=case.requester_id)
    with acting(me):
        say(case_id=case.pk, text="三号门还有车", by=me, now=NOW)
    url = f"/requests/{case.number}/talk"
    told = caller("handler").get(url).json()
    assert (told["unread"], [i["text"] for i in told["items"]]) == (1, ["三号门还有车"])
    assert told["waiting_since"] is not None
    assert caller("supervisor").post(f"{url}/read").json() == {"marked": 0}
    assert caller("handler").post(f"{url}/read").json() == {"marked": 1}
    made = [caller("handler").post(url, {"text": "今晚去。"}, key="talk-key-1") for _ in range(2)]
    assert [m.status_code for m in made] == [201, 201]
    told = caller("handler").get(url).json()
    assert (told["unread"], told["waiting_since"], len(told["items"])) == (0, None, 2)
    assert told["items"][1]["answered_after"] > 0
    assert caller("supervisor").post(url, {"text": "我来说"}).status_code == 403
    assert caller("other_handler").get(url).status_code == 404
    empty = caller("handler").post(url, {"text": " "})
    assert (empty.status_code, list(empty.json()["problems"])) == (422, ["text"])
