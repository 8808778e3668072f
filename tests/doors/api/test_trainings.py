"""B5 over the wire: a session is planned once, a check entered by number, both listed and read whole."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.doors.api.callers import caller
from tests.factories.city import City
from tests.factories.visits import subject_of

pytestmark = pytest.mark.django_db


def test_sessions_are_planned_entered_listed_and_read(city: City) -> None:
    program, host, now = caller("liaison"), subject_of(city), timezone.now()
    given = {"sort": "fraud", "subjects": [str(host.pk)], "starts_at": (now + timedelta(days=2)).isoformat()}
    first, again = (program.post("/trainings", given, key="one-session") for _ in range(2))
    assert first.status_code == 201
    assert first.json() == again.json()
    assert program.post("/trainings", {**given, "people": 0}, key="a-zero-session").status_code == 422
    assert program.post("/trainings", {**given, "names": ["张三"]}, key="a-names-session").status_code == 422
    check = {**given, "sort": "drug_driving", "starts_at": (now - timedelta(hours=2)).isoformat(), "people": 40}
    wrong = program.post("/trainings", {**check, "results": {"negative": 39}}, key="a-sum-session")
    assert wrong.status_code == 422
    assert "对不上" in str(wrong.json())
    told = program.post(
        "/trainings", {**check, "results": {"negative": 39, "positive": 1}}, key="a-good-session"
    ).json()
    assert (told["people"], told["handed_over"], told["form"]) == (40, 1, "check")
    assert {(one["code"], one["taken"]) for one in told["counts"]} == {("negative", 39), ("positive", 1)}
    page = program.get("/trainings?limit=1").json()
    assert len(page["items"]) == 1
    rest = program.get(f"/trainings?limit=5&after={page['next']}").json()
    assert {one["number"] for one in (*page["items"], *rest["items"])} == {told["number"], first.json()["number"]}
    only = program.get(f"/trainings?form=check&subject={host.pk}&sort=drug_driving&state=given").json()
    assert [one["number"] for one in only["items"]] == [told["number"]]
    assert program.get(f"/trainings/{told['number']}").json() == told
    stranger = caller("other_handler")
    assert stranger.get(f"/trainings/{told['number']}").status_code == 404
    assert stranger.get("/trainings").json()["items"] == []
    moved = program.post(
        f"/cases/{first.json()['number']}/moves/call_off",
        {"version": 1, "values": {"reason": "停工"}},
        key="a-off-session",
    )
    assert moved.json()["state"] == "dropped"
    assert caller("clerk").post("/trainings", given, key="a-clerk-session").status_code == 403
