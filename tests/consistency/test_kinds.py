"""What every kind of case must keep to, whoever writes it: run on each kind the installation lists."""

import pytest

from huhang.base.access.context import acting
from huhang.base.access.rules import ROLES, Perm
from huhang.cases.actions import move
from huhang.cases.actions.moving import refused
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.registry import kinds
from huhang.cases.rules import Kind
from huhang.kernel.errors import Missing, Refusal
from tests.factories.city import NOW, City, filed, make_city

KINDS = sorted(kinds().values(), key=lambda k: k.name)
FIELD_KINDS = {
    *("line", "text", "choice", "stars", "days", "flag"),
    *("unit", "units", "officer", "category", "case", "date"),
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


def sample(city: City, kind: Kind) -> Case:
    assert kind.name == "request", "give this suite a sample of the new kind"
    return filed(city).case


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
