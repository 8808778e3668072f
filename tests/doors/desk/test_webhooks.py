"""L3: the administrator's page of webhooks, and the officer in whose name they go out."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from huhang.base.access.context import SYSTEM, acting
from huhang.base.exchange.models import Delivery, Subscription
from tests.doors.desk.test_case_page import client_of
from tests.factories.city import NOW, City, make_city

GIVEN = {
    "owner": "dispatcher",
    "name": "市平台",
    "url": "https://platform.example.cn/hooks",
    "moves": "open，answer",
    "idempotency_key": "0123456789",
}


@pytest.fixture(autouse=True)
def the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def only() -> Subscription:
    with acting(SYSTEM):
        return Subscription.objects.get()


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:500]
    return str(answer.content.decode())


def test_a_receiver_is_set_up_agreed_to_tried_and_ended(city: City) -> None:
    admin, officer = client_of(city, "system_admin"), client_of(city, "dispatcher")
    shown = text(admin.post("/desk/webhooks/", GIVEN), 201)
    assert re.search(r"whs_[\w-]{40,}", shown)
    assert "whs_" not in text(admin.post("/desk/webhooks/", GIVEN)), "shown once"
    hook = only()
    assert (hook.moves, hook.confirmed_at) == (["open", "answer"], None)
    assert "等本人确认" in text(admin.get("/desk/webhooks/"))
    assert "市平台" in text(officer.get("/desk/tokens/"))
    assert officer.post(f"/desk/tokens/webhooks/{hook.pk}/", {"act": "confirm"}).status_code == 302
    assert only().confirmed_at is not None
    here = f"/desk/webhooks/{hook.pk}/"
    assert admin.post(here, {"act": "ping"}).status_code == 302
    page = text(admin.get(here))
    assert "ping" in page
    assert "试一下" in page
    assert "登记 <span" in page  # the steps asked for, in words beside their codes
    assert re.search(r'答复[^<]* <span class="mono faint">answer</span>', page)
    with acting(SYSTEM):
        Delivery.objects.update(type="request.answer")
    page = text(admin.get(here))
    assert re.search(r'>诉求 · [^<]*答复[^<]*</span> <span class="mono small faint">request.answer<', page)
    with acting(SYSTEM):
        Delivery.objects.update(type="strange.thing")
    assert '<span class="mono">strange.thing</span>' in text(admin.get(here))
    assert '<td class="mono">answer</td>' in text(admin.get("/desk/webhooks/"))
    with acting(SYSTEM):
        Delivery.objects.update(parked_at=NOW, attempts=10, last_error="Unavailable: 连不上接收方。")
        row = Delivery.objects.get()
    page = text(admin.get(here))
    assert "已搁置" in page
    assert ">连不上接收方。" in page
    admin.cookies["huhang_language"] = "en"
    assert "连不上" not in text(admin.get(here))
    assert "1" in text(admin.get("/desk/health/"))
    assert admin.post(here, {"act": "again", "delivery": str(row.pk)}).status_code == 302
    with acting(SYSTEM):
        assert Delivery.objects.get().parked_at is None
    for act in ("pause", "resume"):
        assert admin.post(here, {"act": act}).status_code == 302
    assert officer.post(f"/desk/tokens/webhooks/{hook.pk}/", {"act": "end"}).status_code == 302
    assert only().ended_at is not None
    assert "市平台" not in text(officer.get("/desk/tokens/"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"owner": "nobody"}, "没有这个人员"),
        ({"owner": "a\0"}, "没有这个人员"),
        ({"name": ""}, "做什么用"),
        ({"url": "http://127.0.0.1/"}, "内部网络"),
        ({"moves": "answer,fly"}, "fly"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(city: City, given: dict[str, str], said: str) -> None:
    page = text(client_of(city, "system_admin").post("/desk/webhooks/", {**GIVEN, **given}), 422)
    assert said in page
    assert "platform.example.cn" in page or "url" in given
    assert Subscription.objects.count() == 0


def test_nobody_touches_another_officers(city: City) -> None:
    admin = client_of(city, "system_admin")
    text(admin.post("/desk/webhooks/", GIVEN), 201)
    pk = only().pk
    for who in ("handler", "system_admin"):
        for here in (pk, UUID(int=7)):
            answer = client_of(city, who).post(f"/desk/tokens/webhooks/{here}/", {"act": "confirm"})
            assert answer.status_code == 404
    assert client_of(city, "dispatcher").get(f"/desk/webhooks/{pk}/").status_code == 403
    assert admin.get(f"/desk/webhooks/{UUID(int=7)}/").status_code == 404
    assert admin.post(f"/desk/webhooks/{pk}/", {"act": "fly"}).status_code == 422
    assert admin.post(f"/desk/webhooks/{pk}/", {"act": "again", "delivery": "x"}).status_code == 404
