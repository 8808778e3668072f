"""L3: webhooks over the API: each officer their own; sending itself is told in tests/base/exchange."""

from typing import Any

import pytest

from huhang.base.access.context import SYSTEM, acting
from huhang.base.exchange.models import Delivery, Subscription
from huhang.doors.api import schemas
from tests.doors.api.callers import Caller, caller
from tests.factories.city import NOW, City

pytestmark = pytest.mark.django_db
GOOD = {"name": "市平台", "url": "https://platform.example.cn/hooks", "kinds": ["request"], "moves": ["answer", "open"]}


def made(program: Caller, **more: Any) -> dict[str, Any]:
    answer = program.post("/webhooks", {**GOOD, **more})
    assert answer.status_code == 201, answer.content.decode()
    schemas.WebhookMade.model_validate(answer.json(), extra="forbid", by_alias=True)
    return dict(answer.json())


def test_the_life_of_a_receiver(city: City) -> None:
    clerk = caller("clerk")
    hook = made(clerk)
    here = f"/webhooks/{hook['id']}"
    assert hook["secret"].startswith("whs_")
    assert "secret" not in clerk.get(here).json()
    schemas.Webhooks.model_validate(clerk.get("/webhooks").json(), extra="forbid")
    pinged = clerk.post(f"{here}/ping").json()
    schemas.Delivery.model_validate(pinged, extra="forbid")
    assert clerk.get(f"{here}/deliveries?state=waiting").json()["items"] == [pinged]
    assert clerk.get(f"{here}/deliveries?state=parked").json()["items"] == []
    assert clerk.post(f"{here}/deliveries/{pinged['id']}/again").status_code == 409
    with acting(SYSTEM):
        Delivery.objects.update(parked_at=NOW)
    assert clerk.post(f"{here}/deliveries/{pinged['id']}/again").json()["state"] == "waiting"
    assert clerk.post(f"{here}/replay", {"after": hook["cursor"]}).json() == {"again": 0, "cursor": hook["cursor"]}
    assert clerk.post(f"{here}/replay", {"after": "999999999"}).status_code == 422
    assert [clerk.post(f"{here}/{act}").json()["state"] for act in ("pause", "resume", "end")] == [
        "paused",
        "live",
        "ended",
    ]
    assert clerk.get("/webhooks").json()["items"] == []


def test_another_officers_receiver_is_not_there(city: City) -> None:
    hook = made(caller("clerk"))
    handler, absent = caller("handler"), "00000000-0000-7000-8000-000000000000"
    for path, method in (("", "get"), ("/deliveries", "get"), ("/ping", "post"), ("/end", "post"), ("/pause", "post")):
        foreign, missing = (getattr(handler, method)(f"/webhooks/{pk}{path}") for pk in (hook["id"], absent))
        assert (foreign.status_code, foreign.json()) == (404, missing.json())
    assert caller("system_admin").get("/webhooks").json()["items"] == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "\u202e"}, "name"),
        ({"url": "ftp://x"}, "url"),
        ({"url": "http://127.0.0.1/"}, "url"),
        ({"url": "http://169.254.169.254/latest/meta-data"}, "url"),
        ({"kinds": ["nothing"]}, "kinds"),
        ({"moves": ["nothing"]}, "moves"),
        ({"secret": "x"}, "secret"),
    ],
)
def test_bad_input_is_named(city: City, given: dict[str, Any], field: str) -> None:
    refused = caller("clerk").post("/webhooks", {**GOOD, **given})
    assert refused.status_code == 422
    assert field in refused.json()["problems"]
    assert Subscription.objects.count() == 0


def test_the_same_key_makes_one_receiver_and_gives_its_secret_again(city: City) -> None:
    clerk = caller("clerk")
    first, again = (clerk.post("/webhooks", GOOD, key="the-same-key") for _ in range(2))
    assert first.json() == again.json()
    assert Subscription.objects.count() == 1


def test_one_officer_has_at_most_twenty(city: City) -> None:
    clerk = caller("clerk")
    for nth in range(20):
        made(clerk, name=f"第{nth}个")
    assert clerk.post("/webhooks", GOOD).status_code == 422
