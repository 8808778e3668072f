"""One city in which everybody has a case of their own and everybody else's to be kept from."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import STRANGER, Actor
from huhang.base.exchange.actions import subscribe
from huhang.base.people.models import User
from huhang.base.people.public import admit_case, admit_person
from huhang.base.people.tokens import issue
from huhang.cases.actions import attach, comment, keep_view, start_batch
from huhang.cases.models import Attachment, Batch, Case, SavedView
from huhang.kernel.numbering import public_number
from huhang.kinds.requests.importing.actions import check_file
from huhang.kinds.requests.models import ImportRun
from tests.factories.city import OFFICERS, PASSWORD, City, filed, make_city

TABLE = "标题,内容,姓名,电话,受理时间\n夜里吵,渣土车夜里吵,张三,13800000009,2026-11-19 10:00\n"
BELOW = {"bureau": "port", "port": "harbour", "centre": None}
ABOVE = {"centre": "bureau", "harbour": "port", "port": "bureau", "river": "river_county", "trucks": "traffic"}
KEYS = tuple(key for key in OFFICERS if key not in ("second_handler", "other_handler", "traffic"))


@dataclass
class Persona:
    """Somebody who comes in, with what each relation means to them."""

    key: str
    actor: Actor
    client: Client
    token: str = ""
    cases: dict[str, Case] = field(default_factory=dict)

    def headers(self, api: bool) -> dict[str, str]:
        shown = bool(self.token) and (api or self.key == "token")
        return {"Authorization": f"Bearer {self.token}"} if shown else {}


@dataclass
class Situation:
    """Everything, made once and only asked afterwards."""

    city: City
    personas: list[Persona]
    cases: list[Case]
    files: dict[Any, Attachment]
    things: dict[str, dict[str, Any]]
    """Per sort of thing: ``owner`` (a persona), ``own`` and ``foreign`` ids."""
    absent: str

    def hidden_from(self, persona: Persona) -> list[Case]:
        return [case for case in self.cases if not persona.actor.sees(case)]


def _case(city: City, nth: int, unit: str, **more: Any) -> Case:
    made = filed(
        city, title=f"标记{nth:03d}号事项", body=f"内情{nth:03d}号", name=f"司徒{nth:03d}", phone=f"139{nth:08d}"
    )
    place = city.units[unit]
    given: dict[str, Any] = {
        "state": "dispatched",
        "unit": place.pk,
        "branch": place.branch_id,
        "party_units": [],
        "party_branches": [],
        "taken_by": None,
        "officer": None,
        **more,
    }
    with acting(SYSTEM):
        Case.objects.filter(pk=made.case.pk).update(**given)
        return Case.objects.get(pk=made.case.pk)


def _by_unit(city: City, count: Iterator[int]) -> dict[tuple[str, str], Case]:
    found = {}
    for unit in city.units:
        found["plain", unit] = _case(city, next(count), unit)
        found["sealed", unit] = _case(city, next(count), unit, sensitive=True)
    return found


def with_passwords(city: City) -> None:
    """Everybody can sign in; one hash for all of them, because each costs a tenth of a second."""
    hashed = make_password(PASSWORD)
    User.objects.filter(pk__in=[user.pk for user in city.users.values()]).update(password=hashed)
    for user in city.users.values():
        user.password = hashed


def _officer(city: City, key: str, held: dict[tuple[str, str], Case], count: Iterator[int]) -> Persona:
    unit = OFFICERS[key][2].removesuffix("_wide") if key != "dispatcher" else "bureau"
    actor, client = city.actor(key), Client()
    client.force_login(city.users[key], backend="huhang.base.people.backends.Officers")
    with acting(actor):
        token = issue(name="测试", by=actor, now=timezone.now())[1]
    how = "taken_by" if key in ("clerk", "liaison") else "officer"
    cases = {
        "same": held["plain", unit],
        "sealed": held["sealed", unit],
        "foreign": held["plain", "river" if unit != "river" else "quay"],
    }
    if key not in ("security_admin", "system_admin"):  # nobody gives them a case
        cases = {"own": _case(city, next(count), unit, **{how: city.users[key].pk}), **cases}
    if below := BELOW.get(unit):
        cases["child"] = held["plain", below]
    if above := ABOVE.get(unit):
        cases["parent"] = held["plain", above]
    return Persona(key, actor, client, token, cases)


def _visitor(key: str, own: Case, foreign: Case) -> Persona:
    client, now = Client(), timezone.now()
    session = client.session
    if key == "resident":
        assert own.requester_id is not None
        admit_person(session, own.requester_id, "司徒*", now=now)
        actor = Actor(kind="person", id=own.requester_id, person=own.requester_id, door="hall")
    else:
        admit_case(session, own.pk, now=now)
        actor = Actor(kind="person", case=own.pk, door="hall")
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return Persona(key, actor, client, cases={"own": own, "foreign": foreign})


def _things(city: City, chosen: Case) -> dict[str, dict[str, Any]]:
    """Rows that belong to an officer rather than to a case: one of the dispatcher's, one of somebody else's."""
    who, now = city.actor("dispatcher"), timezone.now()
    other = city.users["second_handler"].pk
    found: dict[str, dict[str, Any]] = {}
    with acting(who):

        def batch() -> Batch:
            values = {"unit": str(city.units["harbour"].pk)}
            chosen_ = [(chosen.pk, chosen.version)]
            return start_batch(kind="request", move_name="dispatch", chosen=chosen_, values=values, by=who, now=now)

        def run(name: str) -> ImportRun:
            return check_file(name=f"{name}.csv", content=TABLE.encode(), by=who, now=now)

        def view(name: str) -> SavedView:
            return keep_view(page="ledger", name=name, query="", shared=False, by=who, now=now)

        made = {
            "batch": (batch(), batch(), Batch, "by_id"),
            "import": (run("a"), run("b"), ImportRun, "by_id"),
            "view": (view("甲"), view("乙"), SavedView, "owner_id"),
        }
    with acting(SYSTEM):
        for sort, (own, foreign, model, column) in made.items():
            model.objects.filter(pk=foreign.pk).update(**{column: other})
            found[sort] = {"owner": "dispatcher", "own": own.pk, "foreign": foreign.pk}
    tokens = [issue(name="甲", by=city.actor(key), now=now)[0] for key in ("dispatcher", "second_handler")]
    found["token"] = {"owner": "dispatcher", "own": tokens[0].pk, "foreign": tokens[1].pk}
    hooks = [
        subscribe(name="甲", url="https://platform.example.cn/", by=city.actor(key), now=now)[0]
        for key in ("dispatcher", "second_handler")
    ]
    found["webhook"] = {"owner": "dispatcher", "own": hooks[0].pk, "foreign": hooks[1].pk}
    return found


def make_situation() -> Situation:
    """Makes it in the current transaction."""
    city, count = make_city(), iter(range(1, 200))
    with_passwords(city)
    held = _by_unit(city, count)
    personas = [_officer(city, key, held, count) for key in KEYS]
    mine = [_case(city, next(count), "harbour") for _ in range(2)]
    personas += [_visitor("resident", mine[0], mine[1]), _visitor("holder", mine[1], mine[0])]
    foreign = {"foreign": held["plain", "harbour"]}
    handler = next(p for p in personas if p.key == "handler")
    personas.append(Persona("stranger", STRANGER, Client(), cases=foreign))
    personas.append(Persona("token", handler.actor, Client(), handler.token, dict(foreign)))
    personas.append(Persona("session", handler.actor, handler.client, cases=dict(foreign)))
    cases = [*held.values(), *(p.cases["own"] for p in personas if "own" in p.cases)]
    files = {}
    with acting(SYSTEM):
        for case in cases:
            content = io.BytesIO(f"附件 {case.title}".encode())
            now = timezone.now()
            files[case.pk] = attach(case_id=case.pk, name="a.txt", content=content, public=True, by=SYSTEM, now=now)
    dispatcher = city.actor("dispatcher")
    with acting(dispatcher):
        comment(case_id=cases[0].pk, text="备注", by=dispatcher, now=timezone.now())
    return Situation(city, personas, cases, files, _things(city, held["plain", "centre"]), public_number("HS"))
