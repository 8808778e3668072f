# A1 over the API
import pytest

from huhang.doors.api import subjects as shapes
from huhang.register.subjects.models import Contact, Subject
from tests.doors.api.callers import caller
from tests.factories.city import NOW, City, enterprise, filed

pytestmark = pytest.mark.django_db


def given(city: City, **more: object) -> dict[str, object]:
    return {"kind": "enterprise", "name": "港湾物流有限公司", "unit": str(city.units["harbour"].pk), **more}


def test_a_subject_is_entered_read_changed_and_closed(city: City) -> None:
    program = caller("liaison")
    first, again = (program.post("/subjects", given(city, investment="3亿"), key="the-same-key") for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    shapes.SubjectRecord.model_validate(first.json(), extra="forbid")
    here = f"/subjects/{first.json()['id']}"
    read = program.get(here)
    assert (read["ETag"], read.json()["investment"]) == ('"1"', 300_000_000)
    changed = program.post(here, {"version": 1, "address": "海港路 1 号"})
    assert (changed.json()["version"], changed.json()["investment"]) == (2, 300_000_000)
    assert program.post(here, {"version": 1, "address": "海港路 2 号"}).status_code == 409
    assert program.post(here, {"version": 2, "credit_code": "91370600MA0000007D"}).status_code == 422
    assert caller("other_handler").post(here, {"version": 2, "name": "别人的"}).status_code == 403
    closed = program.post(f"{here}/state", {"version": 2, "state": "closed", "why": "停产"})
    assert closed.json()["state"] == "closed"
    history = program.get(f"{here}/history?limit=2").json()
    shapes.ChangesOut.model_validate(history, extra="forbid")
    assert history["items"][1]["fields"] == {"address": ["", "海港路 1 号"]}
    rest = program.get(f"{here}/history?after={history['next']}").json()
    assert [one["version"] for one in rest["items"]] == [1]
    assert program.post("/subjects", {**given(city), "colour": "red"}, key="another-key").status_code == 422


def test_the_list_is_the_page_and_goes_on(city: City) -> None:
    unit = city.units["river"].pk
    Subject.objects.bulk_create(
        Subject(kind="community", name=f"第{n}社区", unit_id=unit, created_at=NOW, flags=["urban"]) for n in range(5)
    )
    enterprise(city)
    program = caller("clerk")
    first = program.get("/subjects?kind=community&flag=urban&limit=3").json()
    shapes.SubjectPage.model_validate(first, extra="forbid")
    second = program.get(f"/subjects?kind=community&flag=urban&limit=3&after={first['next']}").json()
    assert len({one["name"] for page in (first, second) for one in page["items"]}) == 5
    assert second["next"] is None
    assert [one["name"] for one in program.get("/subjects?q=海晏").json()["items"]] == ["海晏化工有限公司"]
    assert program.get("/subjects?q=海晏&placed=true").json()["items"] == []
    for wrong in ("kind=moon", "after=xx", "colour=red", "state=x"):
        assert program.get(f"/subjects?{wrong}").status_code == 422, wrong
    assert caller("system_admin").get("/subjects").status_code == 403


def test_contacts_and_the_life(city: City) -> None:
    subject = enterprise(city)
    program = caller("liaison")
    here = f"/subjects/{subject.pk}"
    sent = {"name": "王海燕", "phone": "13800000001", "role": "liaison"}
    made = program.post(f"{here}/contacts", sent)
    assert (made.status_code, made.json()["phone"]) == (201, "138****0001")
    case = filed(city, subject=str(subject.pk)).case
    listed = program.get(f"{here}/contacts").json()
    shapes.ContactsOut.model_validate(listed, extra="forbid")
    ended = program.post(f"/subjects/contacts/{Contact.objects.get().pk}/end", {"why": "离职"})
    assert ended.json()["ended_at"] is not None
    life = caller("leader").get(f"{here}/life?limit=2").json()
    shapes.LifeOut.model_validate(life, extra="forbid")
    rest = caller("leader").get(f"{here}/life?after={life['next']}").json()
    links = [one["link"] for page in (life, rest) for one in page["items"]]
    assert ["case", case.number] in links
    assert caller("leader").get(f"{here}/life?sort=contact").json()["items"]
    for wrong in ("sort=moon", "after=xx", "limit=0"):
        assert program.get(f"{here}/life?{wrong}").status_code == 422, wrong
    assert program.get(f"{here}/history?after=x").status_code == 422
    assert program.get("/subjects/01a21580-d4dc-766d-b1c2-45443ec42764").status_code == 404
