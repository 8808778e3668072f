"""B3 at the desk: picking whom, the form with what came of it, the list with the quarter's figures."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from huhang.base.access.context import SYSTEM
from huhang.cases.models import Attachment, Case
from huhang.register.liaisons import actions as liaisons
from tests.factories.city import NOW, City, enterprise, make_city
from tests.factories.visits import subject_of, visited

pytestmark = pytest.mark.django_db
NEW = "/desk/visits/new/"


@pytest.fixture
def city() -> City:
    return make_city()


def signed_in(city: City, who: str = "liaison") -> Client:
    client = Client()
    client.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    return client


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    return SimpleUploadedFile("gate.jpg", out.getvalue(), "image/jpeg")


def sent(city: City, **values: Any) -> dict[str, Any]:
    plain = {"mode": "on_site", "purpose": "needs", "cause": "routine", "people": "2", "consent": "on"}
    return {"subject": str(subject_of(city).pk), "idempotency_key": "one-visit", **plain, **values}


def test_the_form_makes_the_visit_its_requests_and_photos_once(city: City) -> None:
    client = signed_in(city)
    given = {"met_0_name": "王海燕", "met_0_phone": "13800000001", "met_0_role": "safety", "q_safe": "yes"}
    asked = {"ask_0_body": "夜里渣土车太吵。", "ask_0_nature": "help", "ask_0_category": "PS-02", "body": "都好。"}
    for _again in range(2):
        answer = client.post(NEW, {**sent(city, **given, **asked), "photos": [picture()]})
        assert answer.status_code == 302, answer.content.decode()
    visit = Case.objects.get(kind="visit")
    assert answer["Location"] == f"/desk/cases/{visit.number}/"
    assert Case.objects.get(parent=visit).category == "PS-02"
    assert Attachment.objects.get(case=visit).file.media_type == "image/jpeg"
    page = client.get(answer["Location"]).content.decode()
    for words in ("王**", "厂区周边的治安让人放心吗：放心", "夜里渣土车太吵。", "计入上限", "听取需求"):
        assert words in page, words


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(city: City) -> None:
    client = signed_in(city)
    assert set(client.post(NEW, sent(city, people="")).context["form"].errors) == {"people"}
    bad = {"people": "", "met_1_name": "李四", "met_1_phone": "12", "q_times": "x", "ask_0_body": "一件事。"}
    answer = client.post(NEW, sent(city, **bad, ask_0_category="no-such", visited_at="2026-13-01"))
    assert answer.status_code == 422
    answer = client.post(NEW, sent(city, **bad, ask_0_category="no-such"))
    form = answer.context["form"]
    assert answer.status_code == 422
    assert set(form.errors) == {"met_1_phone", "q_times"}
    assert "一件事。" in answer.content.decode()
    answer = client.post(NEW, sent(city, ask_0_body="一件事。", ask_0_category="no-such"))
    assert set(answer.context["form"].errors) == {"ask_0_category"}
    cheat = SimpleUploadedFile("a.txt", "字".encode())
    answer = client.post(NEW, {**sent(city), "photos": [cheat]})
    assert set(answer.context["form"].errors) == {"photos"}
    answer = client.post(NEW, {**sent(city, consent=""), "photos": [picture()]})
    assert set(answer.context["form"].errors) == {"consent"}
    assert not Case.objects.exists()


def test_at_the_cap_the_form_says_so_and_offers_a_call(city: City) -> None:
    client, where = signed_in(city), subject_of(city)
    page = client.get(f"{NEW}?subject={where.pk}").content.decode()
    assert "本季度第 1 次，上限 3 次" in page
    for days in range(3):
        visited(city, now=timezone.now() - timedelta(minutes=days))
    assert "请改为电话联系" in client.get(f"{NEW}?subject={where.pk}").content.decode()
    answer = client.post(NEW, sent(city))
    assert answer.status_code == 409
    assert "无事不扰" in answer.context["form"].errors["cause"][0]
    assert client.post(NEW, sent(city, mode="call")).status_code == 302


def test_whom_to_visit_are_first_those_one_answers_for_the_longest_unseen_first(city: City) -> None:
    seen, unseen = subject_of(city), enterprise(city, "海岳重工有限公司", "91370600MA00000157")
    for one in (seen, unseen):
        liaisons.assign(
            subject_id=one.pk, line="officer", officer_id=city.users["liaison"].pk, why="包保", by=SYSTEM, now=NOW
        )
    visited(city)
    client = signed_in(city)
    page = client.get(NEW).content.decode()
    assert page.index(unseen.name) < page.index(seen.name)
    assert seen.name in client.get(NEW + "?q=海晏").content.decode()
    assert client.get(NEW + "?subject=nobody").status_code == 200
    assert client.get(NEW + f"?subject={city.units['quay'].pk}").status_code == 404


def test_the_list_shows_ones_own_visits_and_the_figures_of_the_quarter(city: City) -> None:
    visit = visited(city, now=timezone.now() - timedelta(minutes=1), people=7)
    client = signed_in(city)
    page = client.get("/desk/visits/").content.decode()
    assert visit.number in page
    assert "<dd>7</dd>" in page
    assert visit.number not in signed_in(city, "other_handler").get("/desk/visits/?whose=all").content.decode()
    boss = signed_in(city, "supervisor")
    told = boss.get("/desk/visits/")
    assert visit.number in told.content.decode()
    for one in told.context["figures"]:
        rows = boss.get(one["url"])
        assert rows.status_code == 200
        assert (visit.number in rows.content.decode()) is (one["count"] > 0), one["label"]
    assert signed_in(city, "clerk").get(NEW).status_code == 403
    with CaptureQueriesContext(connection) as few:
        client.get("/desk/visits/")
    for _ in range(5):
        visited(city, mode="call", now=timezone.now() - timedelta(minutes=1))
    with CaptureQueriesContext(connection) as many:
        client.get("/desk/visits/")
    assert len(many) == len(few)


def test_the_phone_sends_a_draft_once_and_is_told_what_is_wrong_with_it(city: City) -> None:
    """B3: what the form with no network talks to; the browser itself is tested in tests/e2e."""
    client, where = signed_in(city), subject_of(city)
    liaisons.assign(
        subject_id=where.pk, line="officer", officer_id=city.users["liaison"].pk, why="包保", by=SYSTEM, now=NOW
    )
    page = client.get("/desk/visits/phone/").content.decode()
    assert "李青" not in page
    assert where.name not in page
    hand = client.get("/desk/visits/phone/at-hand/").json()
    assert [(one["name"], one["nth"], one["most"]) for one in hand["mine"]] == [(where.name, 1, 3)]
    assert client.get("/desk/visits/phone/find/?q=海晏").json()["found"][0]["id"] == str(where.pk)
    assert client.get("/desk/visits/phone/find/?q=x").json() == {"found": []}
    now = timezone.now()
    clock = {"device_at": now.isoformat(), "device_now": now.isoformat()}
    given = sent(city, ask_0_body="夜里渣土车太吵。", **clock)
    first = client.post("/desk/visits/phone/sent/", {**given, "photos": [picture()]})
    later = {**given, "device_now": (now + timedelta(minutes=5)).isoformat(), "photos": [picture()]}
    again = client.post("/desk/visits/phone/sent/", later)
    assert (first.status_code, first.json()) == (201, again.json()), first.content.decode()
    assert Case.objects.filter(kind="visit").count() == Case.objects.filter(kind="request").count() == 1
    assert first.json()["requests"] == [Case.objects.get(kind="request").number]
    wrong = client.post("/desk/visits/phone/sent/", {**given, "idempotency_key": "two", "met_0_phone": "12"})
    assert wrong.status_code == 422
    assert "met_0_name" in wrong.json()["problems"]
    other = client.post("/desk/visits/phone/sent/", {**given, "idempotency_key": "one-visit", "body": "另一份"})
    assert other.status_code == 422
    assert client.post("/desk/visits/phone/sent/", {**given, "idempotency_key": ""}).status_code == 422
    for n in range(2):
        visited(city, now=now - timedelta(minutes=n))
    full = client.post("/desk/visits/phone/sent/", {**given, "idempotency_key": "four"})
    assert (full.status_code, full.json()["code"]) == (409, "visit_cap")
    assert "电话" in full.json()["hint"]
    bad = client.get("/desk/visits/phone/find/?code=x")
    assert "不是本系统发的" in bad.json()["text"]
    assert Client().get("/desk/visits/phone/at-hand/", headers={"HX-Request": "true"}).status_code == 401


def test_the_worker_and_the_manifest_hold_nothing_of_anybody_and_reach_no_further_than_the_form(city: City) -> None:
    worker, manifest = (signed_in(city).get(f"/desk/visits/phone/{name}") for name in ("worker.js", "form.webmanifest"))
    assert worker["Content-Type"].startswith("text/javascript")
    assert "/desk/visits/phone/" in worker.content.decode()
    assert "http" not in worker.content.decode()
    assert manifest.json()["scope"] == "/desk/visits/phone/"
    assert manifest["Content-Type"] == "application/manifest+json"
