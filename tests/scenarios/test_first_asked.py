"""C2: first asked is responsible until a unit signs; returns and dispatches are counted, shown, and need reasons."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import acting
from huhang.base.journal.models import Entry
from huhang.base.messages.models import Message
from huhang.cases.actions import move
from huhang.cases.actions.moving import refused
from huhang.cases.models import Case, Clock, Step
from huhang.cases.registry import kind_of
from huhang.kernel.errors import Conflict, Invalid
from huhang.kinds.requests.actions.reminding import remind_unsigned
from huhang.reading import ledger
from huhang.reading.rules import Filter
from tests.doors.api.callers import caller
from tests.factories.city import NOW, City, filed, make_city

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=4)
"""Tuesday: one working day to sign is over."""


@pytest.fixture
def city() -> City:
    return make_city()


def go(city: City, case: Case, who: str, name: str, *, now: Any = NOW, **values: Any) -> Step:
    actor = city.actor(who)
    with acting(actor):
        return move(case_id=case.pk, name=name, values=values, by=actor, now=now)


def dispatched(city: City, unit: str = "harbour", now: Any = NOW) -> Case:
    case = filed(city, now=now).case
    go(city, case, "dispatcher", "classify", now=now, category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", now=now, unit=city.units[unit].pk)
    return case


def page(city: City, who: str, case: Case) -> str:
    client = Client()
    client.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    return client.get(f"/desk/cases/{case.number}/").content.decode()


def test_whoever_took_it_answers_for_it_until_a_unit_signs(city: City) -> None:
    today = timezone.now()  # pages look at the clock themselves
    case = dispatched(city, now=today)
    mine = ledger.page(city.actor("clerk"), Filter(scope="taken"), now=NOW).lines
    assert [line.number for line in mine] == [case.number]
    shown = page(city, "clerk", case)
    assert "首问人负责到签收" in shown
    assert "签收期限" in shown  # beside the answer clock, with its own days and rule
    assert "答复期限" in shown
    assert "退单期限" in page(city, "handler", case)
    go(city, case, "handler", "sign", now=today)
    shown = page(city, "clerk", case)
    assert "首问人负责到签收" not in shown
    assert "签收期限" not in shown


def test_they_and_the_dispatcher_are_told_once_when_nobody_signs_in_time(city: City) -> None:
    case = dispatched(city)
    assert remind_unsigned(now=NOW) == 0
    assert [remind_unsigned(now=LATER), remind_unsigned(now=LATER)] == [1, 0]
    told = Message.objects.filter(case=case.pk, template__startswith="request.unsigned")
    assert {(m.user, m.template) for m in told} == {
        (city.users["clerk"].pk, "request.unsigned"),
        (city.users["dispatcher"].pk, "request.unsigned_dispatch"),
    }
    assert Entry.objects.filter(case=case.pk, action="clock.run_out").count() == 1
    go(city, case, "dispatcher", "reassign", now=LATER, unit=city.units["trucks"].pk, reason="改由交警")
    assert remind_unsigned(now=LATER + timedelta(days=3)) == 1  # another clock, told of once more
    assert Clock.objects.filter(case=case, name="sign", told_at=None).count() == 0


def test_a_signed_request_reminds_nobody(city: City) -> None:
    case = dispatched(city)
    go(city, case, "handler", "sign", now=NOW)
    assert remind_unsigned(now=LATER) == 0


def test_a_return_says_why_and_may_say_where_it_belongs(city: City) -> None:
    case = dispatched(city)
    with pytest.raises(Invalid):
        go(city, case, "handler", "give_back")
    with pytest.raises(Invalid, match="本单位以外"):
        go(city, case, "handler", "give_back", reason="不归我们", belongs=city.units["harbour"].pk)
    step = go(city, case, "handler", "give_back", reason="货车通行证归交警", belongs=city.units["trucks"].pk)
    assert step.note == "应归货运大队：货车通行证归交警"
    assert step.data["belongs"] == str(city.units["trucks"].pk)
    assert "首问人负责到签收" in page(city, "clerk", case)


def test_a_return_is_not_offered_after_its_window(city: City) -> None:
    case = dispatched(city)
    case.refresh_from_db()
    kind = kind_of("request")
    back = kind.move("give_back")
    assert back is not None
    assert refused(kind, back, case, city.actor("handler"), NOW) is None
    assert isinstance(refused(kind, back, case, city.actor("handler"), LATER), Conflict)


def test_a_unit_that_returned_it_gets_it_again_only_with_a_reason(city: City) -> None:
    case = dispatched(city)
    go(city, case, "handler", "give_back", reason="不归我们")
    with pytest.raises(Invalid) as told:
        go(city, case, "dispatcher", "dispatch", unit=city.units["harbour"].pk)
    assert "不归我们" in told.value.problems.get("note", told.value.text)
    go(city, case, "dispatcher", "dispatch", unit=city.units["harbour"].pk, note="宿舍在港湾辖区，仍归港湾")
    go(city, case, "handler", "give_back", reason="还是不归")
    go(city, case, "dispatcher", "dispatch", unit=city.units["trucks"].pk)


def test_bouncing_is_counted_and_shown(city: City) -> None:
    case = dispatched(city)
    go(city, case, "handler", "give_back", reason="归交警", belongs=city.units["trucks"].pk)
    go(city, case, "dispatcher", "dispatch", unit=city.units["trucks"].pk)
    go(city, case, "dispatcher", "reassign", unit=city.units["river"].pk, reason="路段在河东")
    shown = page(city, "dispatcher", case)
    assert "派单 3 次，退单 1 次；多次流转" in shown
    assert "第 3 次派单" in shown
    record = caller("dispatcher").get(f"/requests/{case.number}").json()
    assert (record["transfers"], record["returns"], record["bounced"]) == (3, 1, True)
    assert record["first_asked"]["answerable"] is True
    assert record["first_asked"]["officer"]["name"] == "林岚"
    assert record["return_until"] is not None
