"""C4: bad ratings being put right stand in the inbox of whoever has to do something, with their own remaining time."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from huhang.cases.models import Case
from tests.factories.city import City, filed, make_city
from tests.scenarios.test_request_life import go

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def client_of(city: City, who: str) -> Client:
    client = Client()
    client.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    return client


@pytest.fixture
def case(city: City) -> Case:
    """Answered, and told on the telephone to be bad."""
    case, now = filed(city, now=timezone.now()).case, timezone.now()
    go(city, case, "dispatcher", "classify", now=now, category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", now=now, unit=city.units["harbour"].pk)
    go(city, case, "handler", "sign", now=now)
    go(city, case, "handler", "answer", now=now, result="explained", answer="已说明")
    call = {"reached": "yes", "responded": "yes", "solved": "no", "stars": "1", "reasons": ["115"]}
    go(city, case, "revisitor", "revisit", now=now, **call)
    return case


def test_the_page_and_the_box_of_the_inbox_list_what_waits(city: City, case: Case) -> None:
    client = client_of(city, "handler")
    assert 'hx-get="/desk/rectifications/"' in client.get("/desk/").content.decode()
    for headers in ({}, {"HX-Request": "true"}):
        page = client.get("/desk/rectifications/", headers=headers)
        assert page.status_code == 200
        text = page.content.decode()
        assert case.number in text
        assert "待联系诉求人" in text
        assert "工作日" in text  # the time left
    said: list[str] = []

    def note(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        said.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        client.get("/desk/rectifications/", headers={"HX-Request": "true"})
    assert sum("rectifying_rectification" in sql for sql in said) == 1


def test_nothing_waits_is_said_on_the_page_and_takes_no_room_in_the_inbox(city: City, case: Case) -> None:
    client = client_of(city, "other_handler")
    assert "没有等着您办的差评整改" in client.get("/desk/rectifications/").content.decode()
    assert client.get("/desk/rectifications/", headers={"HX-Request": "true"}).content == b""


def test_the_case_page_shows_the_box_with_its_time_and_offers_the_moves(city: City, case: Case) -> None:
    text = client_of(city, "handler").get(f"/desk/cases/{case.number}/").content.decode()
    assert "差评联系期限" in text
    assert f"/desk/cases/{case.number}/moves/rectify_contact/" in text
    assert "服务态度差效率低" in text  # the preset reason


def test_the_revisit_form_shows_what_to_say_in_both_languages(city: City) -> None:
    case, now = filed(city, now=timezone.now()).case, timezone.now()
    go(city, case, "dispatcher", "classify", now=now, category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", now=now, unit=city.units["harbour"].pk)
    go(city, case, "handler", "sign", now=now)
    go(city, case, "handler", "answer", now=now, result="explained", answer="已说明")
    text = client_of(city, "revisitor").get(f"/desk/cases/{case.number}/moves/revisit/").content.decode()
    assert "不是承办单位的人" in text
    assert "not from the unit that handled your matter" in text
    assert case.number in text
    assert f"/desk/cases/{case.number}/reveal/" in text  # the number to ring, for a reason that is kept
    assert " data-focus>回访</h2>" in text  # the keyboard goes on where the form opened
    assert 'name="reasons"' not in text  # forty reasons at once help nobody
    assert "先选星级" in text
    assert '<button class="btn btn-quiet mb-3" name="narrow"' in text  # and without scripts
    url, typed = f"/desk/cases/{case.number}/moves/revisit/", {"narrow": "1", "stars": "2", "note": "说嫌慢"}
    narrowed = client_of(city, "revisitor").post(url, typed).content.decode()
    codes = re.findall(r'name="reasons" value="(\d+)"', narrowed)
    assert codes
    assert {code[0] for code in codes} == {"2"}
    assert "说嫌慢" in narrowed
    assert 'hx-target="#m-reasons"' in narrowed
    assert 'id="m-reasons"' in narrowed
    assert Case.objects.get(pk=case.pk).state == "answered"  # nothing was done yet
