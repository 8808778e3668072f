# B1: who answers for whom, in the browser
from datetime import timedelta
from typing import Any

import pytest

from huhang.register.liaisons import actions
from huhang.register.liaisons.models import Liaison, Plan, Skill
from huhang.register.subjects.models import Subject
from tests.doors.api.callers import caller
from tests.doors.desk.test_case_page import client_of
from tests.factories.city import NOW, City, enterprise, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def city() -> City:
    return make_city()


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:500]
    return str(answer.content.decode())


def test_a_chief_gives_a_firm_its_officer_and_everybody_sees_who(city: City) -> None:
    firm = enterprise(city)
    chief, here = client_of(city, "chief"), f"/desk/liaisons/subjects/{firm.pk}/"
    assert "还没有" in text(chief.get(here))
    form = text(chief.get(here + "?line=officer"))
    assert "李青 liaison（0/8）" in form
    wrong = text(chief.post(here, {"line": "officer", "officer": "", "why": "新登记"}), 422)
    assert "请选一名民警" in wrong
    assert 'value="新登记"' in wrong, "what was typed stays"
    given = {"line": "officer", "officer": str(city.users["liaison"].pk), "why": "新登记"}
    assert chief.post(here, given).status_code == 302
    for who in ("liaison", "clerk", "supervisor", "auditor"):
        seen = text(client_of(city, who).get(here))
        assert "李青" in seen
        assert ("换人" in seen) is (who == "supervisor")
    assert firm.name in text(client_of(city, "liaison").get("/desk/liaisons/mine/"))
    listed = text(chief.get("/desk/liaisons/?line=officer"))
    assert firm.name in listed
    assert "1/1" in listed, "covered, with the number it stands on"
    row = Liaison.objects.get()
    assert text(chief.post(here, {"line": "officer", "end": str(row.pk), "why": ""}), 422).count("请写明为什么")
    assert chief.post(here, {"line": "officer", "end": str(row.pk), "why": "企业迁出"}).status_code == 302
    missing = text(chief.get("/desk/liaisons/?show=missing&line=officer"))
    assert firm.name in missing
    assert "企业迁出" in text(chief.get(here))


def test_who_may_not_decide_is_told_so(city: City) -> None:
    firm = enterprise(city)
    given = {"line": "officer", "officer": str(city.users["liaison"].pk), "why": "试试"}
    refused = client_of(city, "liaison").post(f"/desk/liaisons/subjects/{firm.pk}/", given)
    assert refused.status_code == 403
    assert "负责人" in refused.content.decode()
    assert client_of(city, "liaison").get("/desk/liaisons/plans/").status_code == 403
    assert client_of(city, "clerk").get(f"/desk/liaisons/subjects/{city.units['quay'].pk}/").status_code == 404


def test_a_plan_is_asked_for_looked_at_and_confirmed(city: City) -> None:
    firm = enterprise(city)
    desk = client_of(city, "supervisor")
    asked = desk.post("/desk/liaisons/plans/", {"branch": ""})
    assert asked.status_code == 302
    assert "正在计算" in text(desk.get(asked.url))
    assert "正在计算" in text(desk.post("/desk/liaisons/plans/", {"branch": ""}), 422)
    plan = Plan.objects.get()
    actions.compute(plan.pk, NOW)
    shown = text(desk.get(asked.url))
    assert "海晏化工有限公司" in shown
    assert "没有具备所需技能的人选" not in shown
    assert "没有可带的" in shown, "the leader finds nothing to carry in so small a city"
    assert "请至少选一条" in text(desk.post(asked.url, {"act": "some"}), 422)
    row = plan.rows.get(line="officer")
    assert desk.post(asked.url, {"act": "some", "row": [str(row.pk)]}).status_code == 302
    assert Liaison.objects.get().subject == firm
    assert "已执行" in text(desk.get("/desk/liaisons/plans/"))
    assert desk.post(asked.url, {"act": "all"}).status_code == 409


def test_a_plan_is_put_aside(city: City) -> None:
    desk = client_of(city, "chief")
    where = desk.post("/desk/liaisons/plans/", {"branch": str(city.units["port"].pk)}).url
    assert desk.post(where, {"act": "discard"}).status_code == 302
    assert "未采用" in text(desk.get("/desk/liaisons/plans/"))
    assert client_of(city, "supervisor").get(where).status_code == 200


def test_skills_are_written_down_and_taken_back(city: City) -> None:
    desk, here = client_of(city, "chief"), "/desk/liaisons/skills/"
    assert "没有这个警号" in text(desk.post(here, {"skill": "english", "number": "nobody"}), 422)
    assert desk.post(here, {"skill": "english", "number": "handler"}).status_code == 302
    assert "英语" in text(desk.get(here))
    given = {"skill": "hazmat", "unit": str(city.units["harbour"].pk)}
    assert desk.post(here, given).status_code == 302
    assert desk.post(here, {"act": "forget", **given}).status_code == 302
    assert Skill.objects.get().skill == "english"


def test_nonsense_in_the_address_shows_the_whole_list(city: City) -> None:
    desk = client_of(city, "clerk")
    for query in ("?page=0", "?page=９", "?line=x&show=y&branch=z", "?page=99999999999"):
        assert desk.get("/desk/liaisons/" + query).status_code == 200


def test_a_secret_subject_is_not_named_to_who_may_not_see_it(city: City) -> None:
    firm = enterprise(city)
    chief, far = client_of(city, "chief"), client_of(city, "other_handler")
    given = {"line": "officer", "officer": str(city.users["liaison"].pk), "why": "新登记"}
    assert chief.post(f"/desk/liaisons/subjects/{firm.pk}/", given).status_code == 302
    assert firm.name in text(far.get("/desk/liaisons/"))
    Subject.objects.filter(pk=firm.pk).update(sensitive=True, flags=["must_visit"])
    for where in ("/desk/liaisons/", "/desk/liaisons/?show=missing", "/desk/liaisons/?show=vacant"):
        assert firm.name not in text(far.get(where))
    assert far.get(f"/desk/liaisons/subjects/{firm.pk}/").status_code == 404
    assert caller("other_handler").get("/liaisons").json()["items"] == []
    assert caller("security_admin").get("/liaisons").status_code == 403
    assert firm.name in text(chief.get("/desk/liaisons/"))
