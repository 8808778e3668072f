"""B6 over the wire: a day is announced once, listed, read whole with the problems taken on it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from huhang.kinds.officedays.models import OfficeDay
from tests.doors.api.callers import caller
from tests.factories.city import City
from tests.factories.visits import subject_of

pytestmark = pytest.mark.django_db


def test_days_are_announced_listed_and_read(city: City) -> None:
    program, starts = caller("liaison"), timezone.now() + timedelta(days=2)
    given = {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=1)).isoformat(), "seats": 3}
    told = {**given, "subject": str(subject_of(city).pk), "place": "园区服务中心"}
    first, again = (program.post("/office-days", told, key="one-office-day") for _ in range(2))
    assert first.status_code == 201
    assert first.json() == again.json()
    assert [(one["seats"], one["booked"]) for one in first.json()["slots"]] == [(3, 0), (3, 0)]
    assert program.post("/office-days", given, key="nowhere-at-all").status_code == 422
    assert program.post("/office-days", {**told, "colour": "red"}, key="more-than-asked").status_code == 422
    second = program.post("/office-days", {**given, "place": "一楼大厅"}, key="two-office-day").json()
    assert second["subject"] is None
    number = first.json()["number"]
    OfficeDay.objects.filter(case__number=number).update(starts_at=timezone.now() - timedelta(minutes=5))
    values = {"body": "路灯坏了", "nature": "help"}
    moved = program.post(f"/cases/{number}/moves/take_problem", {"version": 1, "values": values}, key="take-problem")
    assert moved.status_code == 200
    whole = program.get(f"/office-days/{number}").json()
    assert (whole["taken"], len(whole["problems"])) == (1, 1)
    page = program.get("/office-days?limit=1&state=announced").json()
    rest = program.get(f"/office-days?limit=1&after={page['next']}").json()
    assert {page["items"][0]["number"], rest["items"][0]["number"]} == {number, second["number"]}
    stranger = caller("other_handler")
    assert stranger.get(f"/office-days/{number}").status_code == 404
    assert stranger.get("/office-days").json()["items"] == []
    assert caller("clerk").post("/office-days", told, key="clerk-office-day").status_code == 403
