"""Proving a phone: what is counted, what is said, what is never shown."""

import logging

import pytest

from huhang.base.people.models import PhoneCheck
from tests.doors.hall.conftest import PHONE, Resident, text

pytestmark = pytest.mark.django_db


def wrong(code: str) -> str:
    return "000000" if code != "000000" else "111111"


def test_a_wrong_code_is_counted_although_it_is_refused(resident: Resident) -> None:
    resident.post("/phone/", phone=PHONE)
    answer = resident.post("/phone/code/", code=wrong(resident.sent[-1][1]))
    assert answer.status_code == 422
    assert 'id="id_code_error"' in text(answer)
    assert PhoneCheck.objects.get().attempts == 1


def test_after_five_wrong_codes_even_the_right_one_is_refused(resident: Resident) -> None:
    resident.post("/phone/", phone=PHONE)
    code = resident.sent[-1][1]
    for _n in range(5):
        resident.post("/phone/code/", code=wrong(code))
    answer = resident.post("/phone/code/", code=code)
    assert answer.status_code == 422
    assert "请重新获取" in text(answer)
    assert resident.get("/mine/").status_code == 302


def test_a_second_code_within_a_minute_is_refused_with_the_seconds_to_wait(resident: Resident) -> None:
    resident.post("/phone/", phone=PHONE)
    answer = resident.post("/phone/", phone=PHONE)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) <= 61
    assert "秒后再试" in text(answer)
    again = resident.post("/phone/code/", again="1")
    assert again.status_code == 429
    assert len(resident.sent) == 1


def test_one_address_cannot_ask_for_codes_without_end(resident: Resident) -> None:
    for n in range(30):
        assert resident.post("/phone/", phone=f"139000001{n:02d}").status_code == 302
    assert resident.post("/phone/", phone="13900000199").status_code == 429


def test_what_is_no_mobile_number_is_said_beside_the_field(resident: Resident) -> None:
    answer = resident.post("/phone/", phone="12345")
    assert answer.status_code == 422
    assert 'id="id_phone_error"' in text(answer)
    assert resident.sent == []


def test_the_code_field_can_be_filled_by_the_phone_itself_and_never_shows_the_number(resident: Resident) -> None:
    resident.post("/phone/", phone=PHONE)
    page = text(resident.get("/phone/code/"))
    assert 'autocomplete="one-time-code"' in page
    assert PHONE not in page
    assert "138****0001" in page


def test_the_code_page_without_a_phone_asks_for_the_phone(resident: Resident) -> None:
    assert resident.get("/phone/code/")["Location"].startswith("/phone/")


def test_proving_a_phone_changes_the_key_of_the_session(resident: Resident) -> None:
    resident.post("/phone/", phone=PHONE)
    before = resident.client.session.session_key
    resident.post("/phone/code/", code=resident.sent[-1][1])
    assert resident.client.session.session_key != before


@pytest.mark.parametrize("then", ["https://example.org/", "//example.org/", "javascript:alert(1)", "mine"])
def test_after_the_code_nobody_is_sent_out_of_the_house(resident: Resident, then: str) -> None:
    assert resident.prove(then)["Location"] == "/mine/"


def test_no_phone_or_code_is_written_to_a_log_or_an_address(
    resident: Resident, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        place = resident.post("/phone/", phone=PHONE)["Location"]
        code = resident.sent[-1][1]
        resident.post("/phone/code/", code=wrong(code))
        resident.post("/phone/code/", code=code)
    said = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("django.db"))
    assert PHONE not in place + said
    assert code not in place + said
