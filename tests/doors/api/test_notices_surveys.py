# A3, C6 over the API
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.doors.api import notices, surveys
from huhang.kinds.requests.surveying import actions as asking
from huhang.kinds.requests.surveying.models import Round
from huhang.register.announcements import actions
from huhang.register.announcements.models import Notice
from huhang.register.subjects.actions import add_contact
from tests.doors.api.callers import caller
from tests.factories.city import NOW, City, enterprise

pytestmark = pytest.mark.django_db


def test_a_notice_from_writing_to_who_has_read_it(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    firm, liaison, chief = enterprise(city), caller("liaison"), caller("chief")
    said = {"title": "周六演练", "body": "三号门集合。"}
    first, again = (liaison.post("/notices", said, key="the-same-key") for _n in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    notices.NoticeOut.model_validate(first.json(), extra="forbid")
    here = f"/notices/{first.json()['id']}"
    seen = liaison.post(f"{here}/preview", {"filter": {"kind": "enterprise"}}).json()
    notices.PreviewOut.model_validate(seen, extra="forbid")
    assert (seen["subjects"], seen["without"]) == (1, 1)
    assert liaison.post(f"{here}/submit", {"expected": 2}).status_code == 409
    few = actions.writing.policy().__class__(release_over=0)
    monkeypatch.setattr("huhang.register.announcements.actions.writing.policy", lambda: few)
    assert liaison.post(f"{here}/submit", {"expected": 1}).json()["state"] == "waiting"
    assert liaison.post(f"{here}/release").status_code == 403
    assert chief.post(f"{here}/refuse", {"why": "写清时间"}).json()["reason"] == "写清时间"
    Notice.objects.update(state="draft")
    liaison.post(f"{here}/submit", {"expected": 1})
    assert chief.post(f"{here}/release").json()["state"] == "sending"
    while actions.deliver(Notice.objects.get().pk, now=timezone.now()):
        pass
    listed = caller("clerk").get("/notices?limit=1").json()
    notices.NoticesOut.model_validate(listed, extra="forbid")
    assert (listed["items"][0]["state"], listed["next"]) == ("sent", None)
    copies = chief.get(f"{here}/copies?which=unread").json()
    notices.CopiesOut.model_validate(copies, extra="forbid")
    assert [(one["subject"]["name"], one["way"]) for one in copies["items"]] == [(firm.name, "none")]
    assert chief.get(f"{here}/copies?mine=true").json()["items"] == []
    assert liaison.get(here).json()["tally"]["without"] == 1
    assert liaison.post(f"{here}/remind").status_code == 409
    Notice.objects.update(sent_at=timezone.now() - timedelta(days=2))
    assert liaison.post(f"{here}/remind").status_code == 404  # nobody got an SMS
    right = liaison.post(f"{here}/correct", {"title": "更正", "body": "改为周日。"})
    assert right.status_code == 201
    there = f"/notices/{right.json()['id']}"
    assert liaison.post(f"{there}/preview", {}).json()["subjects"] == 1
    assert caller("other_handler").get(there).status_code == 404
    assert liaison.post(f"{here}/withdraw", {"why": "取消"}).json()["withdrawn_why"] == "取消"
    assert caller("clerk").post("/notices", said).status_code in (403, 422)


def test_a_reminder_goes_to_those_who_have_not_read(city: City) -> None:
    with acting(SYSTEM):
        firm = enterprise(city)
        add_contact(subject_id=firm.pk, name="王海燕", phone="13800000001", role="head", by=SYSTEM, now=NOW)
    liaison = caller("liaison")
    here = "/notices/" + liaison.post("/notices", {"title": "演练", "body": "集合。"}, key="one-more-key").json()["id"]
    liaison.post(f"{here}/submit", {"expected": 1})
    while actions.deliver(Notice.objects.get().pk, now=timezone.now()):
        pass
    Notice.objects.update(sent_at=timezone.now() - timedelta(days=2))
    assert liaison.post(f"{here}/remind").json() == {"count": 1}


def test_a_survey_from_beginning_to_the_ranking(city: City) -> None:
    program, until = caller("supervisor"), (timezone.now() + timedelta(days=3)).isoformat()
    said = {"title": "年度评议", "questionnaire": "yearly", "audience": "open", "ends_at": until}
    made = program.post("/surveys", said, key="the-same-key")
    assert made.status_code == 201
    surveys.SurveyOut.model_validate(made.json(), extra="forbid")
    here = f"/surveys/{made.json()['id']}"
    row = Round.objects.get()
    for n in range(6):
        values = {"overall": "3", "class": "park", "opinion": f"园区投诉没有人回话{n % 2}"}
        asking.answer(values, entry=row.entry, now=timezone.now())
    running = program.get(here).json()
    assert (running["count"], running["waiting"], running["questions"]) == (0, 6, [])
    assert program.post(f"{here}/count", {"year": 2026}).status_code == 409
    over = program.post(f"{here}/close").json()
    surveys.SurveyOut.model_validate(over, extra="forbid")
    assert (over["state"], over["count"], over["questions"][0]["mean"]) == ("over", 6, 3.0)
    counted = program.post(f"{here}/count", {"year": 2026}).json()
    assert counted == {"year": 2026, "rows": 6, "votes": 6, "opinions": 6, "categories": 1}
    listed = program.get("/surveys?limit=1").json()
    surveys.SurveysOut.model_validate(listed, extra="forbid")
    assert listed["items"][0]["counted"]
    worst = program.get("/matters/worst?by=topic&period=custom&from=2026-01-01&to=2026-12-31").json()
    assert sum(one["votes"] for one in worst["items"]) == 6
    assert worst["items"][0]["topic"].startswith("园区投诉")
    assert caller("other_handler").get(here).status_code == 404
    assert program.post("/surveys", {**said, "questionnaire": "none"}, key="another-key").status_code == 422


def test_those_who_have_not_answered_a_survey_are_reminded_once(city: City, settings: Any) -> None:
    settings.HUHANG_ADDRESS = "https://hall.example"
    with acting(SYSTEM):
        firm = enterprise(city)
        add_contact(subject_id=firm.pk, name="王海燕", phone="13800000001", role="head", by=SYSTEM, now=NOW)
    liaison, until = caller("liaison"), (timezone.now() + timedelta(days=30)).isoformat()
    said = {"title": "年度评议", "questionnaire": "yearly", "audience": "sms", "filter": {}, "ends_at": until}
    made = liaison.post("/surveys", said, key="the-same-key")
    assert made.status_code == 201, made.json()
    here, row = f"/surveys/{made.json()['id']}", Round.objects.get()
    assert liaison.post(f"{here}/remind").status_code == 409  # not all are invited yet
    while asking.invite(row.pk, now=timezone.now()):
        pass
    Round.objects.update(**dict.fromkeys(("created_at", "starts_at"), timezone.now() - timedelta(days=4)))
    assert caller("other_handler").post(f"{here}/remind").status_code == 404
    told = liaison.post(f"{here}/remind")
    surveys.SurveyOut.model_validate(told.json(), extra="forbid")
    assert told.json()["reminded_at"] is not None
    assert liaison.post(f"{here}/remind").status_code == 409
