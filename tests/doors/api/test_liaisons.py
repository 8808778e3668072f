# B1 over the API
import pytest

from huhang.doors.api import liaisons as shapes
from huhang.register.liaisons import actions
from huhang.register.liaisons.models import Liaison, Plan
from tests.doors.api.callers import caller
from tests.factories.city import NOW, City, enterprise

pytestmark = pytest.mark.django_db


def test_an_officer_is_given_and_taken_away(city: City) -> None:
    firm, chief = enterprise(city), caller("chief")
    given = {"subject": str(firm.pk), "line": "officer", "officer": str(city.users["liaison"].pk), "why": "新登记"}
    first, again = (chief.post("/liaisons", given, key="the-same-key") for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    shapes.LiaisonOut.model_validate(first.json(), extra="forbid")
    assert Liaison.objects.count() == 1
    listed = caller("clerk").get(f"/liaisons?officer={city.users['liaison'].pk}&limit=1").json()
    shapes.LiaisonsOut.model_validate(listed, extra="forbid")
    assert ([one["subject"]["name"] for one in listed["items"]], listed["next"]) == ([firm.name], None)
    assert caller("clerk").get("/liaisons?state=vacant").json()["items"] == []
    lines = caller("clerk").get("/liaisons/lines").json()
    shapes.LinesOut.model_validate(lines, extra="forbid")
    assert next(one["covered"] for one in lines["items"] if one["code"] == "officer") == 1
    here = f"/liaisons/{first.json()['id']}/end"
    assert caller("liaison").post(here, {"why": "不管了"}).status_code == 403
    ended = chief.post(here, {"why": "企业迁出"})
    assert ended.json()["ended_why"] == "企业迁出"
    assert caller("clerk").get(f"/liaisons?subject={firm.pk}&state=ever").json()["items"] == [ended.json()]
    assert chief.post("/liaisons", {**given, "line": "king"}).status_code == 422
    assert chief.get("/liaisons?colour=red").status_code == 422


def test_a_plan_from_asking_to_confirming(city: City) -> None:
    enterprise(city)
    program = caller("supervisor")
    made = program.post("/liaisons/plans", {})
    assert (made.status_code, made.json()["state"]) == (201, "computing")
    here = f"/liaisons/plans/{made.json()['id']}"
    assert program.post(f"{here}/confirm", {}).status_code == 409
    actions.compute(Plan.objects.get().pk, NOW)
    plan = program.get(here).json()
    shapes.PlanOut.model_validate(plan, extra="forbid")
    assert (plan["state"], plan["changes"]["new"]) == ("open", 1)
    assert program.get("/liaisons/plans").json()["items"] == [plan]
    rows = program.get(f"{here}/rows?change=new").json()
    shapes.PlanRowsOut.model_validate(rows, extra="forbid")
    assert program.post(f"{here}/confirm", {"rows": [rows["items"][0]["id"]]}).json() == {
        "done": 1,
        "left": 0,
        "stale": 0,
    }
    assert caller("clerk").get("/liaisons/plans").json()["items"] == []
    assert caller("clerk").get(here).status_code == 404
    other = program.post("/liaisons/plans", {"branch": str(city.units["port"].pk)}).json()
    assert program.post(f"/liaisons/plans/{other['id']}/discard").json()["state"] == "discarded"
    assert program.post("/liaisons/plans", {"branch": str(city.units["harbour"].pk)}).status_code == 422
