"""A resident at the hall's door, with the codes that were sent to their phone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from huhang.cases.models import Case
from tests.factories.city import City, make_city

PHONE, NAME = "13800000001", "王海燕"
BODY = "晚上十二点以后渣土车从三号门过，宿舍睡不好。"


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Every code that was sent, as (phone, code)."""
    codes: list[tuple[str, str]] = []
    monkeypatch.setattr("huhang.doors.hall.phone.send_code", lambda phone, code, *, now: codes.append((phone, code)))
    return codes


class Resident:
    """A browser in the hands of somebody with a phone."""

    def __init__(self, sent: list[tuple[str, str]], phone: str = PHONE, name: str = NAME, address: str = "10.0.0.1"):
        self.client, self.sent, self.phone, self.name = Client(REMOTE_ADDR=address), sent, phone, name

    def get(self, path: str) -> HttpResponse:
        return self.client.get(path)

    def post(self, path: str, **values: Any) -> HttpResponse:
        return self.client.post(path, values)

    def prove(self, then: str = "/file/") -> HttpResponse:
        """Proves the phone; gives the answer to the right code."""
        assert self.post("/phone/", phone=self.phone, next=then).status_code == 302
        return self.post("/phone/code/", code=self.sent[-1][1], next=then)

    def key(self, path: str = "/file/") -> str:
        return hidden(self.get(path), "idempotency_key")

    def values(self, **more: Any) -> dict[str, Any]:
        return {"body": BODY, "nature": "help", "name": self.name, "idempotency_key": self.key(), **more}

    def file(self, **more: Any) -> HttpResponse:
        """Files a request; gives the receipt page."""
        answer = self.post("/file/", **self.values(**more))
        assert answer.status_code == 302, text(answer)
        return self.get(answer["Location"])

    def grow_old(self, minutes: int) -> None:
        """As if the phone had been proved so many minutes earlier."""
        session = self.client.session
        at = (timezone.now() - timedelta(minutes=minutes)).isoformat()
        for name, field in (("huhang_person", "at"), ("huhang_case", "at"), ("hall_phone", "proved")):
            if name in session:
                session[name] = {**session[name], field: at}
        session.save()


@pytest.fixture
def resident(city: City, sent: list[tuple[str, str]]) -> Resident:
    return Resident(sent)


@pytest.fixture
def neighbour(city: City, sent: list[tuple[str, str]]) -> Resident:
    return Resident(sent, phone="13900000002", name="赵大力", address="10.0.0.2")


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def bare(answer: HttpResponse, number: str) -> str:
    """A page without the number that was asked for and without the tokens that differ each time."""
    page = re.sub(r'(csrf-token" content|csrfmiddlewaretoken" value)="[^"]*"', "", text(answer))
    return page.replace(number, "X")


def hidden(answer: HttpResponse, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', text(answer))
    assert found, f"no hidden field {name}"
    return found[1]


def number_of(receipt: HttpResponse) -> str:
    found = re.search(r'id="receipt-number">([^<]+)<', text(receipt))
    assert found
    return found[1]


def secret_of(receipt: HttpResponse) -> str:
    found = re.search(r'id="receipt-secret">([^<]+)<', text(receipt))
    assert found
    return found[1]


def case_of(receipt: HttpResponse) -> Case:
    return Case.objects.get(number=number_of(receipt))


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every SQL statement that is run in the block."""
    said: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        said.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield said
