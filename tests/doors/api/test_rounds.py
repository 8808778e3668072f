# B2 over the API
import pytest

from huhang.base.access.context import SYSTEM
from huhang.doors.api import rounds as shapes
from huhang.register.liaisons import actions as liaisons
from huhang.register.rounds.models import Excuse
from huhang.register.subjects.actions import enter_subject
from tests.doors.api.callers import caller
from tests.factories.city import LONG_AGO, City

pytestmark = pytest.mark.django_db


def test_duties_are_listed_counted_excused_and_written_down(city: City) -> None:
    one = enter_subject(kind="project", name="海上风电一期", unit_id=city.units["harbour"].pk, by=SYSTEM, now=LONG_AGO)
    officer = city.users["liaison"].pk
    liaisons.assign(subject_id=one.pk, line="officer", officer_id=officer, why="x", by=SYSTEM, now=LONG_AGO)
    chief, liaison = caller("chief"), caller("liaison")
    rules = liaison.get("/rounds/rules").json()
    shapes.RulesOut.model_validate(rules, extra="forbid")
    assert {row["code"] for row in rules["items"]} >= {"project_meeting", "park_round", "symposium", "training_return"}
    here = "/rounds?month=2026-10&rule=project_meeting"
    listed = liaison.get(here).json()
    shapes.DutiesOut.model_validate(listed, extra="forbid")
    (row,) = listed["items"]
    assert (row["state"], row["officer"]["id"], listed["next"]) == ("late", str(officer), None)
    assert caller("other_handler").get(here).json()["items"] == []
    assert liaison.get(f"{here}&state=done").json()["items"] == []
    key = {"rule": row["rule"], "of": row["of"], "day": row["day"]}
    assert liaison.post("/rounds/excuses", {**key, "reason": "忙"}, key="mine-is-mine").status_code == 403
    first, again = (chief.post("/rounds/excuses", {**key, "reason": "停工"}, key="excuse-01") for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    shapes.DutyOut.model_validate(first.json(), extra="forbid")
    assert first.json()["state"] == "excused"
    assert chief.post("/rounds/excuses", {**key, "reason": "停工"}, key="excuse-02").status_code == 409
    seen = chief.get("/rounds/coverage?month=2026-10&rule=project_meeting").json()
    shapes.CoverageOut.model_validate(seen, extra="forbid")
    assert (seen["whole"]["owed"], seen["whole"]["excused"], seen["whole"]["coverage"]) == (1, 1, None)
    ended = chief.post(f"/rounds/excuses/{Excuse.objects.get().pk}/end")
    assert ended.json()["state"] == "late"
    assert chief.post(f"/rounds/excuses/{Excuse.objects.get().pk}/end").status_code == 409
    assert chief.post(f"/rounds/excuses/{one.pk}/end").status_code == 404
    told = {**key, "day": "2026-11-01", "held_at": "2026-11-19T09:00:00+08:00", "note": "谈进度", "people": 2}
    assert liaison.post("/rounds/records", told, key="record-01").status_code == 422
    made = liaison.post("/rounds/records", {**told, "roles": ["head"]}, key="record-02")
    assert (made.status_code, made.json()["state"]) == (201, "done")
    for wrong in ("month=2026-13", "month=0001-01", "rule=king", f"unit={one.pk}", "colour=red", "state=gone"):
        assert chief.get(f"/rounds?{wrong}").status_code == 422, wrong


def test_several_duties_are_excused_for_one_reason(city: City) -> None:
    keys = []
    for n in range(2):
        one = enter_subject(kind="project", name=f"项目{n}", unit_id=city.units["harbour"].pk, by=SYSTEM, now=LONG_AGO)
        keys.append({"rule": "project_meeting", "of": str(one.pk), "day": "2026-10-01"})
    chief, where = caller("chief"), "/rounds/excuses/batch"
    strange = {**keys[0], "day": "2026-10-02"}
    answers = [
        chief.post(where, {"duties": [*keys, strange, keys[0]], "reason": "汛期停工"}, key="many-001") for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [200, 200]
    told = answers[0].json()
    assert told == answers[1].json()
    shapes.ManyOut.model_validate(told, extra="forbid")
    assert [(row["of"], row["state"], row["reason"]) for row in told["items"]] == [
        (key["of"], "excused", "汛期停工") for key in keys
    ]
    assert [(row["of"], row["day"]) for row in told["refused"]] == [(strange["of"], strange["day"])]
    assert told["refused"][0]["why"]
    assert Excuse.objects.count() == 2
    assert caller("liaison").post(where, {"duties": keys, "reason": "忙"}, key="many-002").json()["items"] == []
    assert chief.post(where, {"duties": [], "reason": "x"}, key="many-003").status_code == 422
