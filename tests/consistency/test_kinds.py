"""What every kind of case must keep to, whoever writes it: run on each kind the installation lists."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from python_calamine import CalamineWorkbook

from huhang.base.access.context import acting
from huhang.base.access.rules import ROLES, Perm
from huhang.cases.actions import move, open_case
from huhang.cases.actions.moving import refused
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.registry import kinds
from huhang.cases.rules import Kind
from huhang.kernel.errors import Missing, Refusal
from huhang.register.posts.models import Post
from tests.factories.cards import by_hand
from tests.factories.city import NOW, City, filed, make_city
from tests.factories.officedays import announced
from tests.factories.posts import disputed, hazard, post
from tests.factories.trainings import planned
from tests.factories.visits import visited

KINDS = sorted(kinds().values(), key=lambda k: k.name)
FIELD_KINDS = {
    *("line", "text", "choice", "codes", "stars", "days", "flag"),
    *("unit", "units", "officer", "category", "case", "date", "pick", "picks", "files", "number", "counts"),
}


@pytest.fixture(params=KINDS, ids=lambda k: str(k.name))
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


def reachable(kind: Kind) -> set[str]:
    seen, edge = {kind.initial}, [kind.initial]
    while edge:
        here = edge.pop()
        for step in kind.moves:
            if here in step.from_ and step.to and step.to not in seen:
                seen.add(step.to)
                edge.append(step.to)
    return seen


def test_every_state_can_be_reached_and_every_open_one_left(kind: Kind) -> None:
    assert reachable(kind) == {s.name for s in kind.states}
    for state in kind.states:
        if not state.final:
            assert any(state.name in m.from_ and m.to not in (None, state.name) for m in kind.moves), state.name


def test_from_every_open_state_an_end_can_be_reached(kind: Kind) -> None:
    ends = set(kind.final_states)
    while True:
        more = {n for m in kind.moves if m.to in ends for n in m.from_} - ends
        if not more:
            break
        ends |= more
    assert ends >= {s.name for s in kind.states if not s.final}


def test_every_move_names_known_states_a_permission_and_words(kind: Kind) -> None:
    names = {s.name for s in kind.states}
    assert len({m.name for m in kind.moves}) == len(kind.moves)
    for step in kind.moves:
        assert set(step.from_) <= names
        assert step.to is None or step.to in names
        assert step.from_
        assert isinstance(step.needs, Perm)
        assert str(step.label).strip()
        assert str(step.says).strip()


def test_every_permission_a_move_needs_is_held_by_some_role(kind: Kind) -> None:
    held = {p for role in ROLES.values() for p in role.perms}
    assert {m.needs for m in kind.moves} <= held


@pytest.mark.django_db
def test_every_field_is_of_a_known_kind_and_says_itself(kind: Kind) -> None:
    for step in kind.moves:
        for field in step.fields:
            assert isinstance(field, Field)
            assert field.kind in FIELD_KINDS
            assert str(field.label).strip()
            assert field.kind != "choice" or (field.choices and field.choices())


def test_a_state_says_itself_to_the_person_too(kind: Kind) -> None:
    for state in kind.states:
        assert str(state.label).strip()
        assert str(state.public).strip()


def test_no_two_kinds_share_a_state_or_a_prefix() -> None:
    """A list over all kinds filters by the name of a state alone; a number tells its kind by its letters."""
    names = [s.name for kind in KINDS for s in kind.states]
    assert len(set(names)) == len(names)
    assert len({kind.prefix for kind in KINDS}) == len(KINDS)


def _meeting(city: City) -> Case:
    by, about = city.actor("dispatcher"), filed(city).case.pk
    return open_case(
        "meeting",
        title="渣土车噪声协调会",
        place="三楼会议室",
        meets_at=NOW + timedelta(days=3),
        units=[city.units["harbour"].pk],
        about=[about],
        by=by,
        now=NOW,
    )


def _duty(city: City) -> Case:
    by, unit = city.actor("dispatcher"), city.units["harbour"].pk
    return open_case("duty", what="夜间设卡劝返", unit=unit, days=5, by=by, now=NOW)


def _visit(city: City) -> Case:
    return visited(city, cause="invited", cause_note="企业来电，请去一趟")


def _training(city: City) -> Case:
    return planned(city)


def _hazard(city: City) -> Case:
    there = Post.objects.first() or post(city)
    return hazard(city, there)


SAMPLES: dict[str, Callable[[City], Case]] = {
    "request": lambda city: filed(city).case,
    "card": by_hand,
    "meeting": _meeting,
    "duty": _duty,
    "visit": _visit,
    "training": _training,
    "hazard": _hazard,
    "dispute": lambda city: disputed(city, None),
    "officeday": lambda city: announced(city, starts_at=NOW + timedelta(days=3)),
}
"""One case of each kind, seen by the city's dispatcher and foreign to the officer across the river."""


def sample(city: City, kind: Kind) -> Case:
    assert kind.name in SAMPLES, "give this suite a sample of the new kind"
    return SAMPLES[kind.name](city)


@pytest.mark.django_db
def test_an_auditor_and_the_administrators_can_make_no_move(kind: Kind) -> None:
    city = make_city()
    case = sample(city, kind)
    for key in ("auditor", "security_admin", "system_admin"):
        actor = city.actor(key)
        for step in kind.moves:
            for state in kind.states:
                case.state = state.name
                assert refused(kind, step, case, actor, NOW) is not None


@pytest.mark.django_db
def test_what_is_offered_is_not_refused_and_what_is_refused_is_not_offered(kind: Kind) -> None:
    """HOUSE §2.2: a page cannot offer what the action refuses; the two ask the same function."""
    city = make_city()
    case = sample(city, kind)
    for key in city.users:
        actor = city.actor(key)
        for step in kind.moves:
            why_not = refused(kind, step, Case.objects.get(pk=case.pk), actor, NOW)
            if why_not is None:
                continue
            with pytest.raises(Refusal) as told, acting(actor):
                move(case_id=case.pk, name=step.name, values={}, by=actor, now=NOW)
            assert isinstance(told.value, type(why_not) | Missing)


def _signed_in(city: City, who: str) -> Client:
    client = Client()
    client.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    return client


def _cost(client: Client, address: str) -> int:
    """Statements of one page as a server would send them, without the savepoints of the test around it."""
    said: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        said.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert client.get(address).status_code == 200
    real = [sql for sql in said if "SAVEPOINT" not in sql]
    return len(real) - 1  # the test's own actor is told to the database again at the end


@pytest.mark.django_db
def test_its_list_keeps_the_budget_whatever_its_length(kind: Kind) -> None:
    """HOUSE §4: five statements, for one row or for twenty."""
    city = make_city()
    client = _signed_in(city, "dispatcher")
    sample(city, kind)
    where = f"/desk/ledger/?kind={kind.name}"
    client.get(where)
    one = _cost(client, where)
    for _ in range(20):
        sample(city, kind)
    assert _cost(client, where) == one <= 5


@pytest.mark.django_db
def test_a_stranger_is_asked_who_they_are_and_a_foreign_officer_finds_nothing(kind: Kind) -> None:
    city = make_city()
    case = sample(city, kind)
    for page in ("", "clock/", "print/", "moves/" + kind.moves[0].name + "/"):
        assert Client().get(f"/desk/cases/{case.number}/{page}").status_code == 302
        assert _signed_in(city, "other_handler").get(f"/desk/cases/{case.number}/{page}").status_code == 404


@pytest.mark.django_db
def test_an_auditor_writes_through_no_page_and_no_program(kind: Kind) -> None:
    from tests.doors.api.callers import caller

    city = make_city()
    case = sample(city, kind)
    page, program = _signed_in(city, "auditor"), caller("auditor")
    here, there = f"/desk/cases/{case.number}/", f"/{'requests' if kind.name == 'request' else 'cases'}/{case.number}/"
    refused_ = (403, 404, 409)
    for step in kind.moves:
        assert page.post(f"{here}moves/{step.name}/", {"version": case.version}).status_code in refused_, step.name
        sent = program.post(f"{there}moves/{step.name}", {"version": case.version, "values": {}})
        assert sent.status_code in refused_, step.name
    assert page.post(here + "comments/", {"text": "x"}).status_code == 403
    assert page.post(here + "reveal/", {"fields_wanted": "phone"}).status_code == 403
    assert program.post(there + "comments", {"text": "x"}).status_code in (403, 404)
    assert program.post("/requests", {"body": "x" * 20, "channel": "hotline"}, key="auditor-key").status_code in (
        403,
        422,
    )
    case.refresh_from_db()
    assert case.version == 1


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_its_list_can_be_taken_as_a_file(kind: Kind, form: str) -> None:
    city = make_city()
    case = sample(city, kind)
    answer = _signed_in(city, "dispatcher").get(f"/desk/export.{form}?kind={kind.name}")
    assert answer.status_code == 200
    raw = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    if form == "xlsx":
        assert case.number in str(CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0).to_python())
    else:
        assert case.number in raw.decode("utf-8-sig")
