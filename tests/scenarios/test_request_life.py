"""C1, C3, C4: a request from first word to closing by number, through the actions alone."""

from datetime import timedelta
from typing import Any

import pytest

from huhang.base.access.context import acting
from huhang.base.access.rules import Actor
from huhang.base.journal.models import Entry
from huhang.base.messages.models import Message
from huhang.base.people.models import Post
from huhang.cases.actions import move
from huhang.cases.models import Case, Step
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kinds.requests.models import Rating
from tests.factories.city import NOW, City, filed, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def go(city: City, case: Case, who: str, name: str, *, now: Any = NOW, **values: Any) -> Step:
    actor = city.actor(who)
    with acting(actor):
        return move(case_id=case.pk, name=name, values=values, by=actor, now=now)


def dispatched(city: City, unit: str = "harbour") -> Case:
    case = filed(city).case
    go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", unit=city.units[unit].pk)
    return case


def test_a_request_travels_from_hotline_to_closing_by_number(city: City) -> None:
    case = dispatched(city)
    go(city, case, "handler", "sign")
    go(city, case, "handler", "answer", result="solved", proof="处警 12", answer="已设卡劝返，夜间不再通行。")
    go(city, case, "revisitor", "revisit", reached="yes", responded="yes", solved="yes", stars="5")
    go(city, case, "revisitor", "close")
    case.refresh_from_db()
    assert (case.state, case.is_open, case.closed_at) == ("closed", False, NOW)
    assert [s.move for s in case.steps.order_by("seq")] == [
        "open",
        "classify",
        "dispatch",
        "sign",
        "answer",
        "revisit",
        "close",
    ]
    written = list(
        Entry.objects.filter(case=case.pk, action__startswith="request.")
        .order_by("id")
        .values_list("action", flat=True)
    )
    assert written == [f"request.{m}" for m in ("open", "classify", "dispatch", "sign", "answer", "revisit", "close")]


def test_nothing_closes_before_it_is_answered_and_revisited(city: City) -> None:
    case = dispatched(city)
    go(city, case, "handler", "sign")
    with pytest.raises(Conflict):
        go(city, case, "revisitor", "close")


def test_the_handling_unit_does_not_revisit_its_own_work(city: City) -> None:
    case = dispatched(city)
    go(city, case, "handler", "sign")
    go(city, case, "handler", "answer", result="solved", proof="处警 12", answer="好了")
    with pytest.raises(Denied):
        go(city, case, "second_handler", "revisit", reached="yes", solved="yes")


def test_a_bad_rating_must_be_redone_before_closing(city: City) -> None:
    case = dispatched(city)
    go(city, case, "handler", "sign")
    go(city, case, "handler", "answer", result="explained", answer="已说明")
    go(city, case, "revisitor", "revisit", reached="yes", responded="yes", solved="no", stars="1")
    with pytest.raises(Conflict, match="重办"):
        go(city, case, "revisitor", "close", reason="无法律依据")
    go(city, case, "revisitor", "redo", reason="诉求人不满意，请再想办法")
    case.refresh_from_db()
    assert case.state == "handling"
    assert case.due_at is not None


def test_a_return_goes_back_to_the_dispatcher_within_its_window_only(city: City) -> None:
    case = dispatched(city)
    go(city, case, "handler", "give_back", reason="归交警")
    case.refresh_from_db()
    assert case.state == "classified"
    assert case.unit_id == city.units["bureau"].pk
    go(city, case, "dispatcher", "dispatch", unit=city.units["trucks"].pk)
    with pytest.raises(Conflict, match="退单期限"):
        go(city, case, "traffic", "give_back", reason="晚了", now=NOW + timedelta(days=5))


def test_waiting_for_the_person_stops_the_clock_and_their_word_starts_it_again(city: City) -> None:
    case = dispatched(city)
    go(city, case, "handler", "sign")
    go(city, case, "handler", "suspend", reason="请补充门牌号")
    case.refresh_from_db()
    assert case.waiting
    assert case.due_at is None
    person = Actor(kind="person", id=case.requester_id, label="王**", person=case.requester_id)
    with acting(person):
        move(case_id=case.pk, name="supply", values={"text": "3 号"}, by=person, now=NOW + timedelta(days=3))
    case.refresh_from_db()
    assert case.state == "handling"
    assert case.due_at is not None


def test_an_extension_is_decided_by_somebody_else(city: City) -> None:
    case = dispatched(city)
    go(city, case, "handler", "sign")
    before = Case.objects.get(pk=case.pk).due_at
    go(city, case, "handler", "ask_extension", amount=3, reason="等鉴定")
    with pytest.raises(Denied):
        go(city, case, "handler", "decide_extension", decision="grant", reason="好")
    go(city, case, "chief", "decide_extension", decision="grant", reason="同意")
    after = Case.objects.get(pk=case.pk).due_at
    assert before is not None
    assert after is not None
    assert after > before


def test_a_foreign_unit_does_not_find_the_case(city: City) -> None:
    case = dispatched(city)
    with pytest.raises(Missing):
        go(city, case, "other_handler", "sign")


def test_what_was_not_reached_is_tried_again_and_never_rated(city: City) -> None:
    case = dispatched(city)
    go(city, case, "handler", "sign")
    go(city, case, "handler", "answer", result="solved", proof="处警 12", answer="好了")
    with pytest.raises(Invalid):
        go(city, case, "revisitor", "revisit", reached="no", stars="5")
    for hours, expected in ((0, "answered"), (1, "answered"), (2, "answered"), (4, "revisited")):
        at = NOW + timedelta(hours=hours)  # a call an hour after another is kept and counts once
        go(city, case, "revisitor", "revisit", now=at, reached="no", note="无人接听")
        case.refresh_from_db()
        assert case.state == expected


def test_a_repeat_is_merged_and_both_sides_say_so(city: City) -> None:
    first, second = dispatched(city), filed(city, phone="13900000002").case
    go(city, second, "dispatcher", "merge", into=first.number, reason="同一件事")
    second.refresh_from_db()
    assert (second.state, second.merged_into_id) == ("merged", first.pk)
    assert first.steps.filter(move="joined").exists()


def test_everybody_whose_repeat_was_merged_is_told_by_their_own_number(city: City) -> None:
    first, second = dispatched(city), filed(city, phone="13900000002").case
    go(city, second, "dispatcher", "merge", into=first.number, reason="同一件事")
    go(city, first, "handler", "sign")
    go(city, first, "handler", "answer", result="solved", proof="处警 12", answer="已设卡劝返")
    told = Message.objects.filter(template="request.answer").values_list("person", "case")
    assert set(told) == {(first.requester_id, first.pk), (second.requester_id, second.pk)}


def person_of(case: Case) -> Actor:
    return Actor(kind="person", id=case.requester_id, label="王**", person=case.requester_id)


def by_person(case: Case, name: str, **values: Any) -> None:
    person = person_of(case)
    with acting(person):
        move(case_id=case.pk, name=name, values=values, by=person, now=NOW)


def closed(city: City, stars: str = "") -> Case:
    case = dispatched(city)
    go(city, case, "handler", "sign")
    go(city, case, "handler", "answer", result="solved", proof="处警 12", answer="已处理")
    go(city, case, "revisitor", "revisit", reached="yes", responded="yes", solved="yes", stars=stars)
    go(city, case, "revisitor", "close")
    return case


def test_a_bad_word_after_closing_opens_the_request_again_and_must_be_redone(city: City) -> None:
    case = closed(city)
    by_person(case, "rate", stars="1")
    case.refresh_from_db()
    assert (case.state, case.is_open, case.closed_at) == ("revisited", True, None)
    assert case.due_at is not None
    with pytest.raises(Conflict, match="重办"):
        go(city, case, "revisitor", "close", reason="没道理")
    go(city, case, "revisitor", "redo", reason="请再办")


def test_an_appeal_is_no_way_around_the_redo(city: City) -> None:
    case = closed(city)
    by_person(case, "rate", stars="1")
    by_person(case, "appeal", text="没有解决")
    with pytest.raises(Conflict, match="重办"):
        go(city, case, "revisitor", "uphold", reason="已说明")


def test_the_persons_own_word_replaces_what_was_noted_on_the_telephone(city: City) -> None:
    case = closed(city, stars="5")
    by_person(case, "rate", stars="3")
    assert Rating.objects.get(case=case).said_to == "person"
    assert Rating.objects.get(case=case).stars == 3
    with pytest.raises(Conflict):
        by_person(case, "rate", stars="5")


def test_taking_back_the_lead_lets_everybody_elses_repeat_go_on(city: City) -> None:
    first, second, third = (filed(city, phone=f"1380000000{i}").case for i in (1, 2, 3))
    go(city, third, "dispatcher", "merge", into=second.number, reason="同一件事")
    go(city, second, "dispatcher", "merge", into=first.number, reason="同一件事")
    third.refresh_from_db()
    assert third.merged_into_id == first.pk
    by_person(first, "withdraw", reason="不需要了")
    for case in (second, third):
        case.refresh_from_db()
        assert (case.state, case.is_open, case.merged_into_id) == ("registered", True, None)
        assert case.due_at is not None


def test_another_category_keeps_the_pauses_and_the_day_of_receipt(city: City) -> None:
    case = dispatched(city)
    go(city, case, "handler", "sign")
    go(city, case, "handler", "suspend", reason="请补充")
    go(city, case, "handler", "resume", now=NOW + timedelta(days=3))
    before = Case.objects.get(pk=case.pk).due_at
    go(city, case, "dispatcher", "reassign", unit=city.units["quay"].pk, reason="更近", now=NOW + timedelta(days=3))
    go(city, case, "dispatcher", "reassign", unit=city.units["harbour"].pk, reason="改回", now=NOW + timedelta(days=3))
    go(city, case, "handler", "give_back", reason="归类不对", now=NOW + timedelta(days=3))
    values = {"category": "PS-05", "nature": "help", "urgency": "0"}  # five working days like the one before
    go(city, case, "dispatcher", "classify", now=NOW + timedelta(days=3), **values)
    assert Case.objects.get(pk=case.pk).due_at == before


def test_a_pause_taken_back_the_same_day_with_nothing_supplied_gives_no_time(city: City) -> None:
    case = dispatched(city)
    go(city, case, "handler", "sign")
    before = Case.objects.get(pk=case.pk).due_at
    go(city, case, "handler", "suspend", reason="请补充")
    go(city, case, "handler", "resume", now=NOW + timedelta(hours=2))
    assert Case.objects.get(pk=case.pk).due_at == before


def test_what_is_late_cannot_be_paused_nor_be_granted_more_time(city: City) -> None:
    case = dispatched(city)
    go(city, case, "handler", "sign")
    go(city, case, "handler", "ask_extension", amount=3, reason="等鉴定")
    late = NOW + timedelta(days=30)
    with pytest.raises(Conflict, match="超期"):
        go(city, case, "handler", "suspend", reason="请补充", now=late)
    with pytest.raises(Conflict, match="到期"):
        go(city, case, "chief", "decide_extension", decision="grant", reason="好", now=late)


def test_one_with_a_post_in_the_handling_unit_does_not_revisit_it(city: City) -> None:
    case = dispatched(city)
    go(city, case, "handler", "sign")
    go(city, case, "handler", "answer", result="solved", proof="处警 12", answer="好了")
    Post.objects.create(
        user=city.users["revisitor"], unit=city.units["harbour"], role="handler", reach="own", starts_at=NOW
    )
    with pytest.raises(Conflict, match="主办单位以外"):
        go(city, case, "revisitor", "revisit", reached="yes", solved="yes")
