"""C7: the person follows the request by number and secret, or by phone; nobody else finds anything."""

from datetime import timedelta

import pytest
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.messages.models import Message
from huhang.base.people.limits import WITHIN
from huhang.base.people.models import Attempt, PhoneCheck
from huhang.cases.models import Case
from huhang.kernel.numbering import public_number
from huhang.kinds.requests.talk.actions import say
from huhang.kinds.requests.talk.models import Saying
from tests.doors.hall.conftest import (
    NAME,
    PHONE,
    Resident,
    bare,
    case_of,
    hidden,
    number_of,
    secret_of,
    statements,
    text,
)
from tests.factories.city import City
from tests.scenarios.test_request_life import go

pytestmark = pytest.mark.django_db

STATEMENTS = 12
"""The most a request page costs, however long the request's life was."""


@pytest.fixture
def filed(resident: Resident) -> tuple[str, str]:
    resident.prove()
    receipt = resident.file()
    return number_of(receipt), secret_of(receipt)


def answered(city: City, number: str) -> Case:
    case, now = Case.objects.get(number=number), timezone.now()
    go(city, case, "dispatcher", "classify", now=now, category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", now=now, unit=city.units["harbour"].pk)
    go(city, case, "handler", "sign", now=now)
    go(city, case, "handler", "suspend", now=now, reason="请补充门牌号")
    return case


def test_number_and_secret_open_the_request_without_a_phone(filed: tuple[str, str], neighbour: Resident) -> None:
    number, secret = filed
    answer = neighbour.post("/follow/", number=number.lower().replace("-", " "), secret=f"{secret[:5]}-{secret[5:]}")
    assert answer["Location"] == f"/r/{number}/"
    page = text(neighbour.get(f"/r/{number}/"))
    assert "已登记，等待归类" in page
    assert "剩" in page
    assert neighbour.get("/mine/").status_code == 302, "a secret opens one request, not the person's others"


def test_a_wrong_secret_and_a_wrong_number_get_the_same_answer(filed: tuple[str, str], neighbour: Resident) -> None:
    number, _secret = filed

    def said(**values: str) -> str:
        answer = neighbour.post("/follow/", **values)
        assert answer.status_code == 422
        page = text(answer)
        return page[page.index('role="alert"') : page.index("</ul>", page.index('role="alert"'))]

    assert said(number=number, secret="0000000000") == said(number=public_number("HS"), secret="0000000000")


def test_ten_wrong_tries_from_one_place_make_it_wait_ten_minutes(filed: tuple[str, str], neighbour: Resident) -> None:
    number, secret = filed
    for _n in range(10):
        assert neighbour.post("/follow/", number=number, secret="0000000000").status_code == 422
    answer = neighbour.post("/follow/", number=number, secret=secret)
    assert answer.status_code == 429
    assert "分钟后再试" in text(answer)
    assert 0 < int(answer["Retry-After"]) <= 600
    Attempt.objects.update(at=timezone.now() - WITHIN - timedelta(seconds=1))
    assert neighbour.post("/follow/", number=number, secret=secret).status_code == 302


def test_waiting_in_one_place_keeps_nobody_else_out(
    filed: tuple[str, str], neighbour: Resident, resident: Resident
) -> None:
    number, secret = filed
    for _n in range(10):
        neighbour.post("/follow/", number=number, secret="0000000000")
    assert resident.post("/follow/", number=number, secret=secret).status_code == 302


def test_a_slip_of_the_pen_is_said_beside_its_field_and_is_no_wrong_try(resident: Resident) -> None:
    answer = resident.post("/follow/", number="HS-1111-1112", secret="0000000000")
    assert 'id="id_number_error"' in text(answer)
    answer = resident.post("/follow/", number="HS", secret="123")
    assert answer.status_code == 422
    assert Attempt.objects.count() == 0


def test_a_stranger_gets_the_same_answer_for_every_number(filed: tuple[str, str], neighbour: Resident) -> None:
    for path in ("/", "/rate/", "/do/withdraw/"):
        here = neighbour.get(f"/r/{filed[0]}{path}")
        there = neighbour.get(f"/r/HS-0000-0000{path}")
        assert here.status_code == there.status_code == 302
        assert here["Location"].replace(filed[0], "X") == there["Location"].replace("HS-0000-0000", "X")


def test_a_person_never_sees_a_neighbours_request_by_guessing_its_address(
    filed: tuple[str, str], neighbour: Resident
) -> None:
    neighbour.prove()
    neighbour.file()
    foreign, absent = neighbour.get(f"/r/{filed[0]}/"), neighbour.get("/r/HS-0000-0000/")
    assert foreign.status_code == absent.status_code == 404
    assert bare(foreign, filed[0]) == bare(absent, "HS-0000-0000")
    for path in ("rate/", "do/withdraw/", "do/appeal/", "do/supply/"):
        assert neighbour.get(f"/r/{filed[0]}/{path}").status_code == 404
        assert neighbour.post(f"/r/{filed[0]}/{path}", reason="x", text="x").status_code == 404
    assert filed[0] not in text(neighbour.get("/mine/"))


def test_a_secret_of_one_request_opens_no_other(
    filed: tuple[str, str], resident: Resident, neighbour: Resident
) -> None:
    other = number_of(resident.file(title="另一件事"))
    neighbour.post("/follow/", number=filed[0], secret=filed[1])
    assert neighbour.get(f"/r/{filed[0]}/").status_code == 200
    assert neighbour.get(f"/r/{other}/").status_code == 404


def test_my_requests_are_all_of_mine_and_nobody_elses(filed: tuple[str, str], resident: Resident) -> None:
    second = number_of(resident.file())
    page = text(resident.get("/mine/"))
    assert filed[0] in page
    assert second in page


def test_a_proved_phone_nobody_filed_with_sees_an_empty_list(resident: Resident) -> None:
    resident.prove("/mine/")
    assert "还没有提交过诉求" in text(resident.get("/mine/"))
    assert "还没有人看过" in text(resident.get("/mine/looks/"))


def test_the_page_names_units_and_never_officers(filed: tuple[str, str], city: City, resident: Resident) -> None:
    answered(city, filed[0])
    page = text(resident.get(f"/r/{filed[0]}/"))
    assert "港湾派出所" in page
    assert "周正" not in page
    assert "陈立" not in page
    assert PHONE not in page
    assert NAME not in page


def test_what_colleagues_note_is_not_shown_to_the_person(
    filed: tuple[str, str], city: City, resident: Resident
) -> None:
    case, now = Case.objects.get(number=filed[0]), timezone.now()
    go(city, case, "dispatcher", "classify", now=now, category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", now=now, unit=city.units["harbour"].pk, note="内部说明不外传")
    go(city, case, "handler", "give_back", now=now, reason="推给交警吧")
    page = text(resident.get(f"/r/{filed[0]}/"))
    assert "内部说明不外传" not in page
    assert "推给交警吧" not in page


def test_the_person_supplies_what_was_asked_and_the_clock_goes_on(
    filed: tuple[str, str], city: City, resident: Resident
) -> None:
    case = answered(city, filed[0])
    page = text(resident.get(f"/r/{filed[0]}/"))
    assert "计时已暂停" in page
    form = resident.get(f"/r/{filed[0]}/do/supply/")
    assert "请补充门牌号" in text(form)
    values = {n: hidden(form, n) for n in ("version", "idempotency_key")}
    first = resident.post(f"/r/{filed[0]}/do/supply/", text="三号", **values)
    again = resident.post(f"/r/{filed[0]}/do/supply/", text="三号", **values)
    assert first["Location"] == again["Location"] == f"/r/{filed[0]}/"
    case.refresh_from_db()
    assert case.state == "handling"
    assert case.steps.filter(move="supply").count() == 1


def test_only_the_steps_that_can_be_taken_are_offered(filed: tuple[str, str], resident: Resident) -> None:
    page = text(resident.get(f"/r/{filed[0]}/"))
    assert f"/r/{filed[0]}/do/withdraw/" in page
    for name in ("supply", "appeal"):
        assert f"/r/{filed[0]}/do/{name}/" not in page
        assert resident.get(f"/r/{filed[0]}/do/{name}/").status_code == 409
    assert f"/r/{filed[0]}/rate/" not in page
    assert resident.get(f"/r/{filed[0]}/rate/").status_code == 409
    assert resident.get(f"/r/{filed[0]}/do/sign/").status_code == 404, "an officer's step is no step here"


def test_withdrawing_asks_why_and_ends_the_request(filed: tuple[str, str], resident: Resident) -> None:
    path = f"/r/{filed[0]}/do/withdraw/"
    form = resident.get(path)
    values = {n: hidden(form, n) for n in ("version", "idempotency_key")}
    assert resident.post(path, reason="", **values).status_code == 422
    assert resident.post(path, reason="已经解决了", **values).status_code == 302
    assert Case.objects.get(number=filed[0]).state == "withdrawn"
    assert "诉求已撤回" in text(resident.get(f"/r/{filed[0]}/"))


def test_whoever_was_overtaken_sees_what_happened_and_keeps_the_text(
    filed: tuple[str, str], city: City, resident: Resident
) -> None:
    path = f"/r/{filed[0]}/do/withdraw/"
    form = resident.get(path)
    values = {n: hidden(form, n) for n in ("version", "idempotency_key")}
    answered(city, filed[0])
    answer = resident.post(path, reason="不用办了", **values)
    page = text(answer)
    assert answer.status_code == 409
    assert "不用办了" in page
    assert "签收" in page
    values["version"] = hidden(answer, "version")
    assert resident.post(path, reason="不用办了", **values).status_code == 302


@pytest.mark.parametrize("long", [False, True], ids=["new", "long life"])
def test_a_request_page_costs_a_known_number_of_statements(
    filed: tuple[str, str], city: City, resident: Resident, long: bool
) -> None:
    if long:
        answered(city, filed[0])
    resident.get(f"/r/{filed[0]}/")
    with statements() as said:
        assert resident.get(f"/r/{filed[0]}/").status_code == 200
    counted = [one for one in said if "SAVEPOINT" not in one and "set_config" not in one]
    assert len(counted) + 1 <= STATEMENTS, said  # one set_config on a connection of one's own


def test_my_requests_cost_the_same_however_many_they_are(filed: tuple[str, str], resident: Resident) -> None:
    def cost() -> int:
        with statements() as said:
            resident.get("/mine/")
        return len([one for one in said if "SAVEPOINT" not in one and "set_config" not in one]) + 1

    resident.get("/mine/")
    one = cost()
    for _n in range(3):
        resident.file()
    assert cost() == one <= 5


def test_a_receipt_leads_to_a_request_the_phone_opens_again_later(resident: Resident) -> None:
    resident.prove()
    case = case_of(resident.file())
    resident.post("/leave/")
    assert resident.get(f"/r/{case.number}/").status_code == 302
    PhoneCheck.objects.all().delete()
    resident.prove("/mine/")
    assert case.number in text(resident.get("/mine/"))


def test_person_and_officer_talk_on_the_page_of_the_request(resident: Resident, city: City) -> None:
    """A3: written on the page, read marks by opening it, nothing typed is lost when it is refused."""
    resident.prove()
    case = case_of(resident.file())
    page, url = f"/r/{case.number}/", f"/r/{case.number}/talk/"
    key = hidden(resident.get(page), "idempotency_key")
    for _ in range(2):  # a double click says it once
        assert resident.post(url, text="三号门还有车", idempotency_key=key).status_code == 302
    assert Saying.objects.count() == 1
    refused = resident.post(url, text="字" * 2001, idempotency_key="another-key")
    assert refused.status_code == 422
    assert "字" * 2001 in text(refused)
    clerk = city.actor("dispatcher")
    with acting(SYSTEM):
        Case.objects.filter(pk=case.pk).update(officer=clerk.user)
    with acting(clerk):
        say(case_id=case.pk, text="今晚去看。", by=clerk, now=timezone.now())
    assert "1 条新留言" in text(resident.get("/mine/"))
    seen = text(resident.get(page))
    assert "今晚去看。" in seen
    assert "1 条新的" in seen
    assert "陈立" not in seen
    assert "条新的" not in text(resident.get(page))
    assert Saying.objects.get(side="office").read_at is not None


def test_a_person_who_writes_too_much_keeps_what_was_typed(resident: Resident) -> None:
    resident.prove()
    case = case_of(resident.file())
    for n in range(10):
        resident.post(f"/r/{case.number}/talk/", text=f"第 {n} 句", idempotency_key=f"talk-key-{n}")
    late = resident.post(f"/r/{case.number}/talk/", text="第十一句话还在", idempotency_key="talk-key-x")
    assert (late.status_code, "第十一句话还在" in text(late)) == (429, True)
    assert int(late["Retry-After"]) > 0


def test_the_language_of_the_hall_is_the_language_of_the_messages(resident: Resident) -> None:
    resident.client.cookies["huhang_language"] = "en"
    resident.prove()
    case = case_of(resident.file())
    assert Message.objects.get(case=case.pk, template="request.open").text.startswith("[Huhang]")
