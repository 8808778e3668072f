"""Looking at somebody's data is for the case in hand, not for whoever may look somewhere (SAFEGUARDS 9, 10)."""

import pytest
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.journal.models import Entry
from huhang.cases.actions import move
from huhang.cases.models import Case
from huhang.kernel.errors import Denied, Missing, Refusal
from huhang.register.subjects.actions import reveal
from tests.factories.city import NOW, City, filed, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def at_harbour(city: City, **values: object) -> Case:
    case = filed(city, **values).case
    for name, given in (
        ("classify", {"category": "PS-02", "nature": "complaint", "urgency": "0"}),
        ("dispatch", {"unit": city.units["harbour"].pk}),
    ):
        actor = city.actor("dispatcher")
        with acting(actor):
            move(case_id=case.pk, name=name, values=given, by=actor, now=NOW)
    case.refresh_from_db()
    return case


def refused(by: Actor, person: object, case: object, why: type[Refusal]) -> None:
    with acting(by), pytest.raises(why):
        reveal(person_id=person, field="phone", why="回电", by=by, now=NOW, case=case)  # type: ignore[arg-type]
    assert not Entry.objects.filter(action="person.read").exists()


def test_whoever_has_the_case_sees_the_number_of_its_person(city: City) -> None:
    case, handler = at_harbour(city), city.actor("handler")
    assert case.requester_id is not None
    with acting(handler):
        seen = reveal(person_id=case.requester_id, field="phone", why="回电", by=handler, now=NOW, case=case.pk)
    assert seen == "13800000001"


def test_without_a_case_only_the_system_looks(city: City) -> None:
    case = at_harbour(city)
    assert case.requester_id is not None
    refused(city.actor("handler"), case.requester_id, None, Denied)
    assert reveal(person_id=case.requester_id, field="phone", why="发短信", by=SYSTEM, now=NOW) == "13800000001"


def test_a_case_that_is_not_mine_does_not_open_its_person(city: City) -> None:
    case = at_harbour(city)
    refused(city.actor("other_handler"), case.requester_id, case.pk, Missing)


def test_a_case_of_mine_does_not_open_the_person_of_another(city: City) -> None:
    case, other = at_harbour(city), filed(city, name="赵大力", phone="13900000002").case
    refused(city.actor("handler"), other.requester_id, case.pk, Missing)


def test_a_role_that_sees_without_looking_is_denied_and_offered_no_link(city: City) -> None:
    case = at_harbour(city)
    refused(city.actor("auditor"), case.requester_id, case.pk, Denied)
    for who, offered in (("auditor", False), ("handler", True)):
        client = Client()
        client.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
        page = client.get(f"/desk/cases/{case.number}/").content.decode()
        assert ("查看（留痕）" in page) is offered


def test_a_part_in_the_case_without_reach_is_offered_no_link(city: City) -> None:
    """A leader's seeing post beside a handling post elsewhere: neither of the two looks here."""
    from huhang.base.people.actions import appoint

    case = at_harbour(city)
    appoint(
        user_id=city.users["other_handler"].pk,
        unit_id=city.units["bureau"].pk,
        role="auditor",
        starts_at=NOW,
        by=SYSTEM,
        now=NOW,
    )
    both = city.actor("other_handler")
    assert both.sees(case)
    refused(both, case.requester_id, case.pk, Denied)
    client = Client()
    client.force_login(city.users["other_handler"], backend="huhang.base.people.backends.Officers")
    assert timezone.now() > NOW
    assert "查看（留痕）" not in client.get(f"/desk/cases/{case.number}/").content.decode()
    assert client.get(f"/desk/cases/{case.number}/reveal/").status_code == 403
