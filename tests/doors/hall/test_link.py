"""C4, SAFEGUARDS 20: a link rates once, by a second click, from nobody's desk; opening it changes nothing."""

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.jobs.models import Work
from huhang.base.messages.models import Message, Outbox
from huhang.base.messages.sending import send
from huhang.cases.actions import move
from huhang.cases.models import Case
from huhang.kinds.requests.models import Rating, Request
from huhang.kinds.requests.solved import links
from huhang.kinds.requests.solved.models import RatingLink
from tests.factories.city import City, filed, make_city

ADDRESS = "https://huhang.example"


def go(city: City, case: Case, who: str, name: str, **values: Any) -> None:
    actor = city.actor(who)
    with acting(actor):
        move(case_id=case.pk, name=name, values=values, by=actor, now=timezone.now())


def answered(city: City) -> Case:
    case = filed(city, now=timezone.now()).case
    go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", unit=city.units["harbour"].pk)
    go(city, case, "handler", "sign")
    go(city, case, "handler", "answer", result="explained", answer="答复里写着王海燕的住处")
    return case


def sent(case: Case) -> str:
    """The newest link as the person reads it in the SMS."""
    with acting(SYSTEM):
        message = Message.objects.filter(case=case.pk, template="request.rate").latest("created_at", "id")
        work = Work.objects.get(args__message=str(message.pk))
        send(message.pk, code=work.args["code"], now=timezone.now())
        text = Outbox.objects.get(message=message.pk).text
    return text.split(ADDRESS)[1].split(" ")[0]


@pytest.fixture(autouse=True)
def _public_address(settings: Any) -> None:
    settings.HUHANG_ADDRESS, settings.HUHANG_TRIAL = ADDRESS, True


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def steps(page: Any) -> str:
    return str(page.content.decode().split('name="ticket" value="')[1].split('"')[0])


def rate(client: Client, where: str, stars: int = 5, **more: Any) -> Any:
    """As a person does it: open, choose, confirm."""
    ticket = steps(client.get(where))
    chosen = client.post(where, {"stars": stars, "ticket": ticket})
    assert chosen.status_code == 200, chosen.content.decode()
    return client.post(where, {"stars": stars, "ticket": ticket, "confirm": "1", **more})


@pytest.mark.django_db
def test_the_link_is_in_the_sms_alone_and_the_page_tells_nothing_of_anybody(city: City) -> None:
    case = answered(city)
    where = sent(case)
    assert where.startswith("/s/")
    token = where.removeprefix("/s/").strip("/")
    kept = RatingLink.objects.get(case=case)
    assert token.encode() not in bytes(kept.digest)
    assert token not in Message.objects.get(case=case.pk, template="request.rate").text
    page = Client().get(where).content.decode()
    assert case.number in page
    for personal in ("王海燕", "13800000001", case.title, "住处", case.requester.name_masked):
        assert personal not in page


@pytest.mark.django_db
def test_opening_it_a_hundred_times_neither_rates_nor_spends_it(city: City) -> None:
    case = answered(city)
    where = sent(case)
    said: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        said.append(sql.split(" ", 1)[0].upper())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        for how in ("get", "head") * 50:
            assert getattr(Client(), how)(where).status_code == 200
    assert not {"INSERT", "UPDATE", "DELETE"} & set(said)
    assert RatingLink.objects.get(case=case).spent_at is None
    chosen = Client()
    chosen.post(where, {"stars": 1, "ticket": steps(chosen.get(where))})  # one click is not two
    assert not Rating.objects.filter(case=case).exists()
    assert Request.objects.get(case=case).stars is None  # unrated stays unrated


@pytest.mark.django_db
def test_the_second_click_rates_once_and_a_second_use_changes_nothing(city: City) -> None:
    case = answered(city)
    where = sent(case)
    done = rate(Client(), where, 2, reasons=["213"], comment="没说清楚")
    assert "谢谢" in done.content.decode()
    row = Rating.objects.get(case=case)
    assert (row.stars, row.reasons, row.said_to) == (2, ["213"], "person")
    again = Client().get(where)
    assert again.status_code == 200
    assert "已经评价过了" in again.content.decode()
    posted = Client().post(where, {"stars": 5, "confirm": "1"})
    assert "已经评价过了" in posted.content.decode()
    assert Rating.objects.get(case=case).stars == 2


@pytest.mark.django_db
def test_reasons_of_other_stars_are_refused_and_nothing_is_spent(city: City) -> None:
    case = answered(city)
    where = sent(case)
    refused = rate(Client(), where, 5, reasons=["115"], comment="写了很多")
    assert refused.status_code == 422
    assert "写了很多" in refused.content.decode()
    assert RatingLink.objects.get(case=case).spent_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("ticket", ["", "forged", "0190:1:x"])
def test_a_form_not_made_by_opening_the_link_rates_nothing(city: City, ticket: str) -> None:
    case = answered(city)
    answer = Client().post(sent(case), {"stars": 1, "ticket": ticket, "confirm": "1"})
    assert answer.status_code == 422
    assert not Rating.objects.filter(case=case).exists()


@pytest.mark.django_db
def test_no_staff_device_rates(city: City, settings: Any) -> None:
    from huhang.doors.frame import devices

    case = answered(city)
    where = sent(case)
    officer = Client()
    officer.force_login(city.users["handler"], backend="huhang.base.people.backends.Officers")
    assert officer.get(where).status_code == 403
    officer.get("/desk/")
    officer.cookies.pop("huhang_session")
    page = officer.post(where, {"stars": 5, "confirm": "1"})  # signed out, the browser is still the officer's
    assert page.status_code == 403
    assert "您自己的手机" in page.content.decode()
    settings.HUHANG_STAFF_NETWORKS = ["10.8.0.0/16"]
    devices._networks.cache_clear()
    assert Client(REMOTE_ADDR="10.8.3.4").get(where).status_code == 403
    assert Client(REMOTE_ADDR="10.9.3.4").get(where).status_code == 200
    settings.HUHANG_STAFF_NETWORKS = []
    devices._networks.cache_clear()
    assert not Rating.objects.filter(case=case).exists()


@pytest.mark.django_db
def test_a_link_ends_with_its_days_with_a_newer_one_and_with_a_redo(city: City) -> None:
    case = answered(city)
    first = sent(case)
    go(city, case, "revisitor", "revisit", reached="yes", solved="yes")
    go(city, case, "revisitor", "close")
    assert Client().get(first).status_code == 410  # the one sent at closing took its place
    second = sent(case)
    RatingLink.objects.filter(case=case, replaced_at=None).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(second).status_code == 410
    other = answered(city)
    third = sent(other)
    go(city, other, "revisitor", "redo", reason="再办")
    page = Client().get(third)
    assert page.status_code == 409
    assert "重新办理" in page.content.decode()
    assert Client().get("/s/nobodyknowsthisone/").status_code == 404


@pytest.mark.django_db
def test_whoever_rated_otherwise_is_told_so_and_gets_no_link_at_closing(city: City) -> None:
    case = answered(city)
    where = sent(case)
    person = Actor(kind="person", id=case.requester_id, label="王**", person=case.requester_id)
    with acting(person):
        move(case_id=case.pk, name="rate", values={"stars": "5"}, by=person, now=timezone.now())
    assert "已经评价过了" in Client().get(where).content.decode()
    go(city, case, "revisitor", "revisit", reached="yes", solved="yes")
    go(city, case, "revisitor", "close")
    assert RatingLink.objects.filter(case=case).count() == 1


@pytest.mark.django_db
def test_guessing_has_to_wait(city: City) -> None:
    client = Client()
    for _ in range(10):
        assert client.post("/s/guess/", {"stars": 5}).status_code == 404
    waits = client.post("/s/guess/", {"stars": 5})
    assert waits.status_code == 429
    assert int(waits["Retry-After"]) > 0


@pytest.mark.django_db
def test_without_a_public_address_no_link_is_sent(city: City, settings: Any) -> None:
    settings.HUHANG_ADDRESS = ""
    case = answered(city)
    assert not RatingLink.objects.filter(case=case).exists()
    assert not Message.objects.filter(case=case.pk, template="request.rate").exists()


def test_of_two_at_once_one_rates(own_database: str) -> None:
    with acting(SYSTEM):
        city = make_city()
        case = answered(city)
    token = sent(case).removeprefix("/s/").strip("/")
    gate, told = threading.Barrier(4), Counter[str]()

    def one(stars: int) -> None:
        try:
            gate.wait()
            found = links.spend(token, stars=stars, reasons=[], comment="", now=timezone.now())
            told[found.state] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(stars,)) for stars in (1, 3, 4, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == {"open": 1, "spent": 3}
    with acting(SYSTEM):
        assert Rating.objects.filter(case=case).count() == 1
