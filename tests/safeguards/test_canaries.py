"""SAFEGUARDS 11: a hundred made-up people go in through every input; none comes out where it should not."""

import base64
import itertools
import logging
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.jobs.models import Work
from huhang.base.journal.models import Entry
from huhang.base.messages.models import Message
from huhang.kernel.numbering import uuid7
from tests.doors.api.callers import WORDS, caller
from tests.doors.hall.conftest import Resident
from tests.factories.city import City, make_city
from tests.plugins.figures import figure

pytestmark = pytest.mark.django_db

_WEIGHTS, _CHECKS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
_SURNAMES, _GIVEN = "欧阳令狐皇甫尉迟澹台", "玖崴翀骎璟"


@dataclass(frozen=True)
class Canary:
    """A person nobody is."""

    name: str
    phone: str
    number: str

    @property
    def traces(self) -> tuple[str, ...]:
        return (self.name, self.phone, self.number)


def canaries(count: int) -> list[Canary]:
    made = []
    for i in range(count):
        body = f"37060219{50 + i % 50}0{i % 9 + 1}1{i % 9 + 1}{i:03d}"[:17]
        check = _CHECKS[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]
        two = 2 * (i % 5)
        name = _SURNAMES[two : two + 2] + _GIVEN[i // 5 % 5] + _GIVEN[i // 25 % 5]
        made.append(Canary(name, f"1377{i:03d}{9999 - i:04d}", body + check))
    return made


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    codes: list[tuple[str, str]] = []
    monkeypatch.setattr("huhang.doors.hall.phone.send_code", lambda phone, code, *, now: codes.append((phone, code)))
    return codes


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """Everything any logger says, at the finest level, with tracebacks. SQL is not logged by the house."""
    said: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(logging.Formatter().format(record))

    ear, root = Ear(logging.DEBUG), logging.getLogger()
    names = ["", *(n for n in logging.root.manager.loggerDict if not n.startswith("django.db"))]
    before = [(name, logging.getLogger(name).level) for name in names]
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    root.addHandler(ear)
    yield said
    root.removeHandler(ear)
    for name, level in before:
        logging.getLogger(name).setLevel(level)


class Inputs:
    """Every way in, right and wrong; the addresses that came back are kept."""

    def __init__(self, city: City, sent: list[tuple[str, str]]) -> None:
        self.city, self.sent, self.urls, self.pages = city, sent, list[str](), list[str]()
        self.clerk = Client(raise_request_exception=False)
        self.clerk.force_login(city.users["clerk"], backend="huhang.base.people.backends.Officers")
        self.other = Client(raise_request_exception=False)
        self.other.force_login(city.users["dispatcher"], backend="huhang.base.people.backends.Officers")
        self.program = caller("clerk")

    def keep(self, answer: Any) -> Any:
        self.urls.append(answer.headers.get("Location", ""))
        return answer

    def desk(self, one: Canary, **wrong: str) -> None:
        at = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
        given = {"channel": "hotline", "nature": "help", "urgency": "0", "body": "路灯不亮", "received_at": at}
        given |= {"name": one.name, "phone": one.phone, "id_number": one.number, "idempotency_key": uuid7().hex}
        self.keep(self.clerk.post("/desk/requests/new/", {**given, **wrong}))

    def hall(self, one: Canary) -> None:
        resident = Resident(self.sent, phone=one.phone, name=one.name, address=f"10.0.{int(one.phone[4:7])}.1")
        resident.client.raise_request_exception = False
        self.keep(resident.post("/phone/", phone=one.phone, next="/file/"))
        if self.sent and self.sent[-1][0] == one.phone:
            self.keep(resident.post("/phone/code/", code=self.sent[-1][1], next="/file/"))
            resident.file()
        self.keep(resident.post("/follow/", number=one.number, secret=one.phone))
        self.keep(resident.post("/", q=one.phone))

    def api(self, one: Canary) -> None:
        self.keep(self.program.post("/requests", {**WORDS, "name": one.name, "phone": one.phone}, key=uuid7().hex))
        self.pages.append(
            self.program.post("/requests", {**WORDS, "phone": one.number}, key=uuid7().hex).content.decode()
        )

    def table(self, some: list[Canary]) -> None:
        rows = "\n".join(f"路灯,路灯不亮,{c.name},{c.phone},{c.number},2026-11-01 10:00" for c in some)
        wrong = "\n".join(f"路灯,路灯不亮,{c.name},{c.number},{c.phone},2026-99-01" for c in some[:3])
        text = f"标题,内容,姓名,电话,身份证号,受理时间\n{rows}\n{wrong}\n"
        file = SimpleUploadedFile("来信.csv", text.encode(), "text/csv")
        answer = self.keep(self.other.post("/desk/imports/", {"file": file, "idempotency_key": uuid7().hex}))
        assert answer.status_code == 302, answer.content.decode()
        self.other.post(answer["Location"] + "begin/", {"rows": "good"})

    def wrong_places(self, one: Canary) -> None:
        """In fields of other kinds, in fields too long, in addresses that do not exist."""
        self.desk(one, phone=one.number, id_number=one.phone)
        self.desk(one, channel=one.number, urgency=one.phone, nature=one.name)
        self.desk(one, name=one.name * 30, phone=one.phone * 30, id_number=one.number * 30)
        self.desk(one, received_at=one.number, lon=one.phone, lat=one.number)
        for trace in one.traces:
            self.pages.append(self.other.get("/desk/cases/HS-0000-0000/").content.decode())
            self.clerk.post("/account/login/", {"login": trace, "password": trace})
            self.program.post("/requests", b'{"title": "' + trace.encode() + b'"', key=uuid7().hex)
            self.program.post("/requests", {**WORDS, "channel": trace, trace: trace}, key=uuid7().hex)


def decoded_sessions() -> str:
    """What sessions hold, unsigned, unpacked, and with every base64 in them opened."""
    held = []
    for session in Session.objects.all():
        held.append(str(session.get_decoded()))
        raw = session.session_data.split(":")[0].lstrip(".")
        try:
            packed = base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4))
            held.append(zlib.decompress(packed).decode("utf-8", "replace"))
        except (ValueError, zlib.error):
            continue
    return "\n".join(held)


def cached() -> str:
    return "\n".join(repr(getattr(cache, "_cache", "")) for cache in caches.all())


def jobs() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(args::text, ' ') FROM procrastinate_jobs")
        return str(cursor.fetchone()[0])


def test_a_hundred_people_through_every_input_leave_no_trace_beside_it(
    city: City, sent: list[tuple[str, str]], heard: list[str]
) -> None:
    ways, people = Inputs(city, sent), canaries(100)
    assert len({t for one in people for t in one.traces}) == 300
    for way, one in zip(
        itertools.cycle((ways.desk, ways.hall, ways.api, ways.wrong_places)), people[:60], strict=False
    ):
        way(one)
    ways.table(people[60:])
    assert heard
    with acting(SYSTEM):
        places = {
            "logs": "\n".join(heard),
            "addresses": "\n".join(ways.urls),
            "job arguments": jobs() + str(list(Work.objects.values_list("args", "last_error"))),
            "sessions": decoded_sessions(),
            "messages": str([list(row.values()) for row in Message.objects.values()]),
            "journal": str(list(Entry.objects.values_list("about", "data", "actor_name"))),
            "pages of others": "\n".join(ways.pages),
            "cache": cached(),
        }
        assert Entry.objects.filter(action="person.enter").count() > 40
    found = {name: [t for one in people for t in one.traces if t in text] for name, text in places.items()}
    total = sum(map(len, found.values()))
    figure(11, f"300 traces of 100 people through every input, looked for in {', '.join(places)}: {total} found")
    assert total == 0, {name: traces[:5] for name, traces in found.items() if traces}
