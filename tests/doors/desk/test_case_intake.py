"""Registering at the desk (C1): a receipt with number and secret, nothing twice, nothing half-written."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client

from huhang.base.messages.models import Message
from huhang.cases.models import Attachment, Case
from huhang.kinds.requests.actions import follow
from tests.doors.desk.test_case_page import client_of, go, handled, picture
from tests.factories.city import NOW, City, enterprise, make_city

pytestmark = pytest.mark.django_db
URL = "/desk/requests/new/"
SAID = {
    "channel": "hotline",
    "received_at": "2026-11-20T10:30",
    "name": "王海燕",
    "phone": "13800000001",
    "body": "晚上十二点以后渣土车从三号门过。",
    "nature": "help",
    "urgency": "0",
    "idempotency_key": "one",
}


@pytest.fixture(autouse=True)
def the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def clerk(city: City) -> Client:
    return client_of(city, "clerk")


def test_the_receipt_shows_number_and_secret_once(clerk: Client) -> None:
    answer = clerk.post(URL, SAID)
    text = answer.content.decode()
    assert answer.status_code == 201
    assert "no-store" in answer["Cache-Control"]
    number = re.search(r'id="receipt-number">([^<]+)', text)
    secret = re.search(r'id="receipt-secret">([^<]+)', text)
    assert number
    assert secret
    case = Case.objects.get(number=number[1])
    assert follow(number[1], secret[1]) == case.pk
    again = clerk.post(URL, SAID)
    assert again.status_code == 302
    assert again["Location"] == f"/desk/cases/{number[1]}/"
    assert Case.objects.count() == 1


def test_whatever_is_wrong_is_said_beside_its_field_and_the_rest_stays(clerk: Client) -> None:
    answer = clerk.post(URL, {**SAID, "body": "", "phone": "12"})
    assert answer.status_code == 422
    assert 'id="r-body_error"' in answer.content.decode()
    assert Case.objects.count() == 0
    text = clerk.post(URL, {**SAID, "phone": "12"}).content.decode()
    assert 'id="r-phone_error"' in text
    assert "渣土车从三号门过" in text


@pytest.mark.parametrize("when", ["2026-11-21T09:00", "2026-10-01T09:00", "昨天"])
def test_a_time_of_receipt_is_neither_in_the_future_nor_long_ago(clerk: Client, when: str) -> None:
    answer = clerk.post(URL, {**SAID, "received_at": when})
    assert answer.status_code == 422
    assert 'id="r-received_at_error"' in answer.content.decode()


def test_the_clock_starts_when_it_was_received(clerk: Client) -> None:
    clerk.post(URL, {**SAID, "received_at": "2026-11-18T09:00", "category": "PS-02"})
    case = Case.objects.get()
    assert case.state == "classified"
    assert case.due_at is not None
    assert case.due_at.date().isoformat() == "2026-11-25"


def test_without_the_permission_to_classify_no_category_is_offered(city: City) -> None:
    assert "以后再归类" not in client_of(city, "handler").get(URL).content.decode()
    assert client_of(city, "auditor").get(URL).status_code == 403


def test_an_enterprise_is_found_by_name_or_code_with_and_without_scripts(city: City, clerk: Client) -> None:
    firm = enterprise(city)
    for asked in ("海晏", "91370600MA0000007C"):
        assert str(firm.pk) in clerk.get("/desk/subjects/", {"subject_search": asked}).content.decode()
    page = clerk.post(URL, {**SAID, "subject_search": "海晏", "find": "1"})
    assert page.status_code == 200
    assert str(firm.pk) in page.content.decode()
    assert "渣土车从三号门过" in page.content.decode()
    assert clerk.post(URL, {**SAID, "subject": str(firm.pk)}).status_code == 201
    assert Case.objects.get().subject_id == firm.pk


def test_several_files_come_in_and_one_bad_one_undoes_everything(clerk: Client) -> None:
    assert clerk.post(URL, {**SAID, "uploads": [picture(), picture()]}).status_code == 201
    assert Attachment.objects.count() == 2
    wrong = BytesIO(b"MZ\x90\x00")
    wrong.name = "坏.exe"
    answer = clerk.post(URL, {**SAID, "idempotency_key": "two", "uploads": [picture(), wrong]})
    assert answer.status_code == 422
    assert "坏.exe" in answer.content.decode()
    assert (Case.objects.count(), Attachment.objects.count()) == (1, 2)


def test_personal_fields_leave_no_draft_on_the_device(clerk: Client) -> None:
    page = clerk.get(URL).content.decode()
    for name in ("name", "phone", "id_number"):
        control = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
        assert control
        assert "data-nokeep" in control[0]


def test_messages_say_what_is_new_and_are_read_once(city: City) -> None:
    case = handled(city)
    go(city, case, "chief", "appoint", officer=city.users["handler"].pk)
    client = client_of(city, "handler")
    text = client.get("/desk/messages/").content.decode()
    assert "未读" in text
    assert case.number in text
    assert client.post("/desk/messages/").status_code == 302
    assert "未读" not in client.get("/desk/messages/").content.decode()
    assert not Message.objects.filter(user=city.users["handler"].pk, read_at=None).exists()


def test_the_outbox_is_for_trials_only(city: City, settings: object) -> None:
    client = client_of(city, "clerk")
    assert client.get("/desk/outbox/").status_code == 200
    settings.HUHANG_TRIAL = False  # type: ignore[attr-defined]
    assert client.get("/desk/outbox/").status_code == 404
