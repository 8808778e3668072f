"""C1, C3, C4 over the wire: a request's whole life by programs alone leaves the same journal as through the actions."""

import json
from typing import Any

import pytest
from django.utils import timezone

from huhang.base.access.context import acting
from huhang.base.journal.models import Entry
from huhang.cases.actions import move
from huhang.cases.models import Case
from tests.doors.api.callers import caller
from tests.factories.city import City, filed

pytestmark = pytest.mark.django_db

LIFE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("dispatcher", "classify", {"category": "PS-02", "nature": "help", "urgency": "0"}),
    ("dispatcher", "dispatch", {"unit": "harbour"}),
    ("handler", "sign", {}),
    ("handler", "answer", {"result": "solved", "proof": "处警 12", "answer": "已设卡劝返，夜间不再通行。"}),
    ("revisitor", "revisit", {"reached": "yes", "responded": "yes", "solved": "yes", "stars": 5}),
    ("revisitor", "close", {}),
)


def written(case: Case) -> list[tuple[str, str, str]]:
    """What the journal says of a case, without the ids and the number that are drawn anew each time."""
    rows = Entry.objects.filter(case=case.pk).order_by("id").values_list("action", "actor_name", "data")
    told = []
    for action, who, data in rows:
        facts = {k: v for k, v in json.loads(data or "{}").items() if k not in ("number", "message", "seed", "ticket")}
        told.append((action, who, json.dumps(facts, sort_keys=True)))
    return told


def test_a_life_by_api_alone_leaves_the_same_journal_as_through_the_actions(city: City) -> None:
    number = caller("clerk").file()["number"]
    units = {row["short_name"]: row["id"] for row in caller("clerk").get("/units").json()["items"]}
    for who, name, values in LIFE:
        said = {**values, **({"unit": units["港湾派出所"]} if "unit" in values else {})}
        answer = caller(who).move(number, name, **said)
        assert answer.status_code == 200, answer.content.decode()
    by_api = Case.objects.get(number=number)
    by_hand = filed(city, now=timezone.now()).case
    for who, name, values in LIFE:
        actor = city.actor(who)
        said = {**values, **({"unit": city.units["harbour"].pk} if "unit" in values else {})}
        with acting(actor):
            move(case_id=by_hand.pk, name=name, values=said, by=actor, now=timezone.now())
    assert by_api.state == "closed"
    assert written(by_api) == written(by_hand)
    doors = set(Entry.objects.filter(case=by_api.pk).values_list("door", flat=True))
    assert doors == {"api"}


def test_a_record_offers_exactly_the_moves_that_are_let_through(city: City) -> None:
    number = caller("clerk").file()["number"]
    dispatcher = caller("dispatcher")
    dispatcher.move(number, "classify", category="PS-02", nature="help", urgency="0")
    dispatcher.move(number, "dispatch", unit=str(city.units["harbour"].pk))
    seen = {who: caller(who).get(f"/requests/{number}").json() for who in ("handler", "auditor", "chief")}
    assert {m["name"] for m in seen["handler"]["moves"]} == {"sign", "give_back"}
    assert seen["auditor"]["moves"] == []
    assert "appoint" in {m["name"] for m in seen["chief"]["moves"]}
    assert seen["handler"]["requester"]["name"] == "王**"
    assert "13800000001" not in str(seen)


def test_two_programs_on_one_version_and_the_second_is_told_what_it_missed(city: City) -> None:
    made = caller("clerk").file()
    dispatcher = caller("dispatcher")
    values = {"category": "PS-02", "nature": "help", "urgency": "0"}
    assert dispatcher.move(made["number"], "classify", made["version"], **values).status_code == 200
    late = dispatcher.move(made["number"], "classify", made["version"], **values)
    assert late.status_code == 409
    assert late.json()["type"] == "/api/v1/problems/overtaken"
    assert [step["move"] for step in late.json()["since"]] == ["classify"]


def test_a_move_says_which_version_it_was_decided_on(city: City) -> None:
    number = caller("clerk").file()["number"]
    dispatcher = caller("dispatcher")
    path, values = f"/requests/{number}/moves/classify", {"category": "PS-02", "nature": "help", "urgency": "0"}
    assert dispatcher.post(path, {"values": values}).status_code == 428
    tag = dispatcher.get(f"/requests/{number}")["ETag"]
    assert dispatcher.post(path, {"values": values}, **{"If-Match": '"99"'}).status_code == 409
    assert dispatcher.post(path, {"values": values, "version": 5}, **{"If-Match": tag}).status_code == 422
    assert dispatcher.post(path, {"values": values}, **{"If-Match": tag}).status_code == 200
    assert dispatcher.post(path, {"values": values}, **{"If-Match": "*"}).status_code == 200


def test_a_clock_testifies_day_by_day(city: City) -> None:
    """C3: every counted and every skipped day with its rule."""
    number = caller("clerk").file()["number"]
    (clock,) = caller("clerk").get(f"/requests/{number}/clocks").json()["items"]
    assert clock["name"] == "answer"
    assert clock["days"][-1]["mark"] == "due"
    assert sum(day["counted"] for day in clock["days"]) == clock["amount"]
    assert clock["explanation"][0].startswith("期限 ")
    english = caller("clerk").get(f"/requests/{number}/clocks", **{"Accept-Language": "en"}).json()["items"][0]
    assert english["explanation"][0].startswith("Period of ")


def test_a_note_and_a_file_are_kept_and_the_file_is_opened_by_post_and_journalled(city: City) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    clerk = caller("clerk")
    number = clerk.file()["number"]
    note = clerk.post(f"/requests/{number}/comments", {"text": "已电话联系"})
    assert note.status_code == 201
    assert [row["text"] for row in clerk.get(f"/requests/{number}/comments").json()["items"]] == ["已电话联系"]
    sent = SimpleUploadedFile("情况.txt", "三号门夜间有渣土车".encode())
    made = clerk.upload(f"/requests/{number}/attachments", file=sent, public="true")
    assert made.status_code == 201, made.content.decode()
    url = made.json()["url"].removeprefix("/api/v1")
    got = clerk.post(url)
    assert b"".join(got.streaming_content).decode() == "三号门夜间有渣土车"
    assert caller("other_handler").post(url).status_code == 404
    assert Entry.objects.filter(action="person.read").count() == 1


def test_a_personal_field_is_shown_for_a_purpose_and_journalled_first(city: City) -> None:
    """SAFEGUARDS 10: the person sees who looked, when and why."""
    number = caller("clerk").file()["number"]
    path = f"/requests/{number}/reveal"
    assert caller("auditor").post(path, {"field": "phone", "why": "想看看"}).status_code == 403
    assert caller("clerk").post(path, {"field": "phone", "why": " "}).status_code == 422
    assert not Entry.objects.filter(action="person.read").exists()
    shown = caller("clerk").post(path, {"field": "phone", "why": "回电核实"})
    assert shown.json() == {"field": "phone", "value": "13800000001"}
    assert Entry.objects.get(action="person.read").about == "回电核实"
