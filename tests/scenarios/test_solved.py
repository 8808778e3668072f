"""C4: closed means solved. An answer that says so proves it; who is asked afterwards is no matter of taste."""

from datetime import timedelta
from typing import Any

import pytest

from huhang.base.access.context import acting
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.base.catalog.models import Entry as CatalogEntry
from huhang.cases.actions import attach, move
from huhang.cases.models import Case, Step
from huhang.kernel.errors import Conflict, Denied, Invalid
from huhang.kinds.requests.models import Rating, Revisit
from huhang.kinds.requests.solved.models import Answered
from huhang.kinds.requests.solved.rules import ALWAYS, ticket
from tests.factories.city import NOW, City, filed, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def go(city: City, case: Case, who: str, name: str, *, now: Any = NOW, **values: Any) -> Step:
    actor = city.actor(who)
    with acting(actor):
        return move(case_id=case.pk, name=name, values=values, by=actor, now=now)


def by_person(case: Case, name: str, *, phone: bool = True, now: Any = NOW, **values: Any) -> None:
    """The person acts by a proved phone (实名), or by number and secret."""
    person = case.requester_id if phone else None
    actor = Actor(kind="person", id=person, label="王**", person=person, case=case.pk)
    with acting(actor):
        move(case_id=case.pk, name=name, values=values, by=actor, now=now)


def in_hand(city: City, **values: Any) -> Case:
    case = filed(city, **values).case
    go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", unit=city.units["harbour"].pk)
    go(city, case, "handler", "sign")
    return case


def answered(city: City, **values: Any) -> Case:
    case = in_hand(city, **values)
    go(city, case, "handler", "answer", result="explained", answer="已说明")
    return case


def only_by_lot(rate: int) -> None:
    """A bureau decides to ask fewer: the next version of the rule."""
    body = {"code": "standard", "version": 2, "rate": rate, "always": list(ALWAYS), "attempts": 3, "apart_minutes": 120}
    CatalogEntry.objects.create(kind="revisit_rules", code="standard", version=2, digest="x", body=body, loaded_at=NOW)
    catalog.forget()


@pytest.fixture
def nobody_drawn() -> Any:
    only_by_lot(0)
    yield
    catalog.forget()


def test_solved_without_proof_is_refused_beside_the_field(city: City) -> None:
    case = in_hand(city)
    with pytest.raises(Invalid) as told:
        go(city, case, "handler", "answer", result="solved", answer="好了")
    assert told.value.field == "proof"
    assert not Answered.objects.filter(case=case).exists()
    go(city, case, "handler", "answer", result="explained", answer="已解释")  # this result asks for none


def test_a_paper_of_the_unit_is_proof_and_one_of_the_persons_is_not(city: City) -> None:
    from io import BytesIO

    case = in_hand(city)
    person = Actor(kind="person", id=case.requester_id, label="王**", person=case.requester_id)
    with acting(person):
        attach(case_id=case.pk, name="a.txt", content=BytesIO("照片".encode()), public=True, by=person, now=NOW)
    with pytest.raises(Invalid, match="佐证"):
        go(city, case, "handler", "answer", result="solved", answer="好了")
    handler = city.actor("handler")
    with acting(handler):
        paper = attach(
            case_id=case.pk, name="b.txt", content=BytesIO("整改单".encode()), public=False, by=handler, now=NOW
        )
    go(city, case, "handler", "answer", result="solved", answer="好了")
    kept = Answered.objects.get(case=case)
    assert (kept.files, kept.result, kept.result_version) == ([paper.pk], "solved", 1)


def test_every_answer_is_revisited_until_a_bureau_decides_otherwise(city: City) -> None:
    case = answered(city)
    kept = Answered.objects.get(case=case)
    assert (kept.rate, kept.drawn, kept.rule) == (100, True, "standard@1")
    with pytest.raises(Conflict, match="要回访"):
        go(city, case, "revisitor", "close_undrawn")


def test_what_was_not_drawn_is_closed_by_another_with_that_reason_and_counts_as_nothing(
    city: City, nobody_drawn: None
) -> None:
    case = answered(city)
    kept = Answered.objects.get(case=case)
    assert kept.ticket == ticket(kept.seed, case.number, 0)  # anybody can work it out again
    assert kept.drawn is False
    with pytest.raises(Denied):
        go(city, case, "handler", "close_undrawn")
    step = go(city, case, "revisitor", "close_undrawn")
    assert "standard@2" in step.note
    case.refresh_from_db()
    assert (case.state, case.request.revisit_result, case.request.stars) == ("closed", "", None)
    assert not Rating.objects.filter(case=case).exists()


@pytest.mark.parametrize("why", ["sensitive", "redone"])
def test_sensitive_and_redone_ones_are_asked_whatever_the_lot_says(city: City, nobody_drawn: None, why: str) -> None:
    if why == "sensitive":
        case = filed(city).case
        values = {"category": "PS-02", "nature": "help", "urgency": "0", "sensitive": "on"}
        go(city, case, "dispatcher", "classify", **values)
        go(city, case, "dispatcher", "dispatch", unit=city.units["harbour"].pk)
        go(city, case, "chief", "sign")
        go(city, case, "chief", "answer", result="explained", answer="已说明")
    else:
        case = answered(city)
        go(city, case, "revisitor", "redo", reason="再办")
        go(city, case, "handler", "answer", result="explained", answer="已说明")
    with pytest.raises(Conflict, match="要回访"):
        go(city, case, "revisitor", "close_undrawn")
    assert why in Answered.objects.filter(case=case).order_by("-round")[0].because


@pytest.mark.parametrize(("stars", "phone", "asked"), [(5, True, True), (5, False, False), (2, False, True)])
def test_a_named_rater_and_a_bad_word_are_always_asked(
    city: City, nobody_drawn: None, stars: int, phone: bool, asked: bool
) -> None:
    case = answered(city)
    by_person(case, "rate", phone=phone, stars=str(stars))
    assert Answered.objects.get(case=case).drawn is asked
    if asked:
        with pytest.raises(Conflict):
            go(city, case, "revisitor", "close_undrawn")
    else:
        go(city, case, "revisitor", "close_undrawn")


def test_a_bad_word_after_an_unasked_closing_is_asked_about_first(city: City, nobody_drawn: None) -> None:
    case = answered(city)
    go(city, case, "revisitor", "close_undrawn")
    by_person(case, "rate", stars="1")
    case.refresh_from_db()
    assert (case.state, case.is_open) == ("answered", True)


def test_reasons_belong_to_the_stars_given(city: City) -> None:
    case = answered(city)
    call = {"reached": "yes", "responded": "yes", "solved": "no"}
    for wrong, field in (({"stars": "1", "reasons": ["510"]}, "reasons"), ({"reasons": ["115"]}, "stars")):
        with pytest.raises(Invalid) as told:
            go(city, case, "revisitor", "revisit", **call, **wrong)
        assert told.value.field == field
    with pytest.raises(Invalid):
        go(city, case, "revisitor", "revisit", **call, stars="1", reasons=["999"])
    go(city, case, "revisitor", "revisit", **call, stars="1", reasons=["115", "110"])
    assert Rating.objects.get(case=case).reasons == ["115", "110"]


def test_only_attempts_at_different_times_make_unreached(city: City) -> None:
    case = answered(city)
    for minutes in (0, 10, 20, 30):
        go(city, case, "revisitor", "revisit", now=NOW + timedelta(minutes=minutes), reached="no")
    case.refresh_from_db()
    assert case.state == "answered"
    assert Revisit.objects.filter(case=case).count() == 4  # every call is kept
