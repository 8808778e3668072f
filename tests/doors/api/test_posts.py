# B4 over the API
import pytest

from huhang.base.access.context import SYSTEM
from huhang.cases.models import Case
from huhang.doors.api import posts as shapes
from huhang.register.posts import actions
from huhang.register.posts.models import Post
from huhang.register.subjects.actions import enter_subject
from tests.doors.api.callers import caller
from tests.factories.city import NOW, City, enterprise

pytestmark = pytest.mark.django_db


def test_a_post_from_proposal_to_closing(city: City) -> None:
    unit = city.units["harbour"].pk
    for name in ("望海重工", "望海船厂"):
        enter_subject(kind="enterprise", name=name, unit_id=unit, head_count="6200", by=SYSTEM, now=NOW)
    actions.propose(by=SYSTEM, now=NOW)
    chief, clerk = caller("chief"), caller("clerk")
    told = clerk.get("/posts/proposals").json()
    shapes.ProposalsOut.model_validate(told, extra="forbid")
    one, other = told["items"]
    assert one["grounds"] == [{"measure": "head_count", "has": 6200, "over": 5000}]
    assert clerk.post(f"/posts/proposals/{other['id']}/decline", {"why": "不要"}).status_code == 403
    assert chief.post(f"/posts/proposals/{other['id']}/decline", {"why": "搬迁"}).status_code == 200

    given = {"host": one["host"]["id"], "name": "重工警务站", "why": "职工多", "proposal": one["id"]}
    first, again = (chief.post("/posts", given, key="the-same-key") for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    assert Post.objects.count() == 1
    here = f"/posts/{first.json()['id']}"
    stay = {"officer": str(city.users["handler"].pk), "why": "懂机械"}
    made = chief.post(f"{here}/stays", stay)
    assert made.status_code == 201
    assert chief.post(f"{here}/stays", stay).status_code == 422
    assert chief.post(f"/posts/stays/{made.json()['id']}/end", {"why": "轮换"}).json()["ended_why"] == "轮换"
    whole = clerk.get(here).json()
    shapes.PostOut.model_validate(whole, extra="forbid")
    assert (whole["fits"], [s["officer"]["name"] for s in whole["stays"]]) == (True, ["周正"])
    listed = clerk.get(f"/posts?q=重工&unit={unit}&limit=1").json()
    shapes.PostsOut.model_validate(listed, extra="forbid")
    assert [row["id"] for row in listed["items"]] == [whole["id"]]
    assert clerk.get(f"/posts?after={whole['id']}").json()["items"] == []
    assert clerk.get("/posts?colour=red").status_code == 422
    assert caller("system_admin").get("/posts").status_code == 403
    assert chief.post(f"{here}/close", {"why": "企业搬迁"}).json()["closed_why"] == "企业搬迁"
    assert clerk.get("/posts").json()["items"] == []


def test_hazards_and_disputes_are_taken_and_the_month_counts_them(city: City) -> None:
    firm = enterprise(city)
    chief, handler = caller("chief"), caller("handler")
    post = chief.post("/posts", {"host": str(firm.pk), "name": "海晏警务站", "why": "职工多"}, key="open-a-post").json()
    here = f"/posts/{post['id']}"
    told = {"category": "exit", "body": "东门内堆货"}
    made = handler.post(f"{here}/hazards", told, key="one-hazard-1")
    assert made.status_code == 201
    assert handler.post(f"{here}/hazards", {**told, "body": "应予处罚"}, key="penal-words").status_code == 422
    parties = [{"side": "a", "subject": str(firm.pk)}, {"side": "b", "name": "王海燕", "phone": "13800000001"}]
    told = {"post": post["id"], "topic": "drainage", "title": "涵洞堵了排水", "body": "雨后积水", "parties": parties}
    taken = handler.post("/posts/disputes", told, key="one-dispute")
    assert taken.status_code == 201
    number = taken.json()["number"]
    shown = handler.get(f"/cases/{number}").json()
    assert "王海燕" not in str(shown)
    assert "mediate" in {move["name"] for move in shown["moves"]}
    assert handler.get("/cases?kind=hazard").json()["items"][0]["number"] == made.json()["number"]
    gone = handler.post(f"{here}/rounds", {"seen": "各门正常"})
    assert gone.status_code == 201
    shapes.RoundOut.model_validate(gone.json(), extra="forbid")
    assert handler.post(f"{here}/rounds", {"seen": "罚款"}).status_code == 422
    counts = handler.get(f"{here}/month").json()
    shapes.MonthOut.model_validate(counts, extra="forbid")
    assert (counts["counts"]["hazards"], counts["counts"]["disputes"], counts["counts"]["rounds"]) == (1, 1, 1)
    assert handler.get(f"{here}/month?month=1").status_code == 422
    assert Case.objects.filter(kind__in=("hazard", "dispute")).count() == 2
