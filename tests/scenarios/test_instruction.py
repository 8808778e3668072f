"""C5, D3: a leader's instruction (批示) on a request, until the unit has reported back."""

from datetime import timedelta
from typing import Any

import pytest

from huhang.base.access.context import acting
from huhang.base.access.rules import ROLES, Actor, Perm
from huhang.base.messages.models import Message
from huhang.cases.actions import move
from huhang.cases.models import Case, Clock, Step
from huhang.kernel.errors import Conflict, Denied, Invalid
from huhang.kinds.requests.instructions import queries
from huhang.kinds.requests.instructions.models import Instruction
from tests.doors.desk.test_case_page import client_of
from tests.factories.city import NOW, City, filed, make_city

pytestmark = pytest.mark.django_db
TEXT = "请临港分局三日内查明，书面反馈。"


@pytest.fixture(autouse=True)
def the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def city() -> City:
    return make_city()


def go(city: City, case: Case, who: str, name: str, *, now: Any = NOW, **values: Any) -> Step:
    actor = city.actor(who)
    with acting(actor):
        return move(case_id=case.pk, name=name, values=values, by=actor, now=now)


def in_hand(city: City) -> Case:
    case = filed(city).case
    go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", unit=city.units["harbour"].pk)
    go(city, case, "handler", "sign")
    return case


def templates(city: City, who: str) -> list[str]:
    return list(Message.objects.filter(user=city.users[who].pk).values_list("template", flat=True))


def test_an_instruction_stands_on_top_until_the_unit_has_reported_back(city: City) -> None:
    case = in_hand(city)
    go(city, case, "leader", "instruct", text=TEXT, days="3")
    one = Instruction.objects.get(case=case)
    assert one.unit_id == city.units["harbour"].pk
    assert one.clock is not None
    assert one.clock.amount == 3
    assert "request.instructed" in templates(city, "handler")
    assert "request.instructed" in templates(city, "chief")

    page = client_of(city, "handler").get(f"/desk/cases/{case.number}/").content.decode()
    assert page.index(TEXT) < page.index('class="two"')  # above everything
    board = client_of(city, "leader").get("/supervision/").content.decode()
    assert TEXT in board
    assert "等反馈的批示" in board

    go(city, case, "handler", "report_instruction", text="已查明，系夜间运渣土，已设卡。")
    assert "request.instruction_reported" in templates(city, "leader")
    assert not Clock.objects.filter(case=case, name__startswith="instruct", stopped_at=None).exists()
    page = client_of(city, "leader").get(f"/desk/cases/{case.number}/").content.decode()
    assert "共 1 条" in page
    assert "已查明，系夜间运渣土" in page
    assert "等反馈" not in page
    assert TEXT not in client_of(city, "leader").get("/supervision/").content.decode()


def test_no_closing_and_no_merging_over_a_leaders_word(city: City) -> None:
    case, other = in_hand(city), in_hand(city)
    go(city, case, "leader", "instruct", text=TEXT)
    with pytest.raises(Conflict):
        go(city, case, "dispatcher", "merge", into=other.number, reason="重复")
    go(city, case, "handler", "answer", result="solved", proof="处警 12", answer="已办")
    go(city, case, "revisitor", "revisit", reached="yes", solved="yes")
    with pytest.raises(Conflict):
        go(city, case, "revisitor", "close")
    go(city, case, "handler", "report_instruction", text="已办")
    go(city, case, "revisitor", "close")


def test_it_goes_along_to_whoever_owns_the_request(city: City) -> None:
    case = in_hand(city)
    go(city, case, "leader", "instruct", text=TEXT)
    go(city, case, "dispatcher", "reassign", unit=city.units["river"].pk, reason="归河东")
    with pytest.raises(Denied):
        go(city, case, "handler", "report_instruction", text="不是我们的")
    go(city, case, "other_handler", "sign")
    go(city, case, "other_handler", "report_instruction", text="已办")


def test_two_at_once_are_told_apart(city: City) -> None:
    case = in_hand(city)
    for _ in range(2):
        go(city, case, "leader", "instruct", text=TEXT, days="3")
    with pytest.raises(Invalid):
        go(city, case, "handler", "report_instruction", text="哪一条")
    first = Instruction.objects.filter(case=case).order_by("seq")[0]
    go(city, case, "handler", "report_instruction", instruction=str(first.pk), text="第一条")
    go(city, case, "handler", "report_instruction", text="剩下的一条")
    assert not Instruction.objects.filter(case=case, ended_at=None).exists()


def test_withdrawn_by_its_person_the_leader_is_told_and_nothing_runs_on(city: City) -> None:
    case = in_hand(city)
    go(city, case, "leader", "instruct", text=TEXT, days="3")
    person = Actor(kind="person", id=case.requester_id, label="王**", person=case.requester_id)
    with acting(person):
        assert not Instruction.objects.exists()
        move(case_id=case.pk, name="withdraw", values={"reason": "不用了"}, by=person, now=NOW)
    assert "request.instruction_ended" in templates(city, "leader")
    assert not Clock.objects.filter(case=case, stopped_at=None).exists()


@pytest.mark.parametrize("who", ["handler", "chief", "dispatcher", "supervisor", "auditor", "revisitor", "clerk"])
def test_nobody_but_a_leader_instructs(city: City, who: str) -> None:
    with pytest.raises(Denied):
        go(city, in_hand(city), who, "instruct", text=TEXT)


def test_the_permission_is_a_leaders_alone() -> None:
    assert [name for name, role in ROLES.items() if Perm.INSTRUCT in role.perms] == ["leader"]


def test_only_those_who_see_the_request_wait_for_the_report(city: City) -> None:
    case = in_hand(city)
    go(city, case, "leader", "instruct", text=TEXT)
    for who, n in (("chief", 1), ("supervisor", 1), ("other_handler", 0)):
        actor = city.actor(who)
        with acting(actor):
            assert queries.waiting(actor).count() == n
