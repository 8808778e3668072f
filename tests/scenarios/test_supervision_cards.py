"""D2: blue, yellow, orange and red cards, derived from the clock and from ratings, explained, appealed, lifted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.messages.models import Message
from huhang.cases.actions import move, open_case
from huhang.cases.models import Case, Step
from huhang.cases.registry import kinds
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kinds.cards.actions import tell_digests
from huhang.kinds.cards.models import Card, Digest, Notice
from tests.factories.cards import by_hand, card_of, go, in_hand, tick
from tests.factories.city import NOW, City, make_city

pytestmark = pytest.mark.django_db


def at(day: int, hour: int = 2, month: int = 11) -> datetime:
    """So many hours after midnight UTC; 2 is ten in the morning here."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


BLUE, YELLOW, ORANGE, RED = at(25), at(27), at(2, month=12), at(4, month=12)
"""A call for help of Friday 20 November is due on Friday the 27th."""

ANSWER = {"why": "鉴定排队", "measures": "已加派人手，周四出结果"}


@pytest.fixture
def city() -> City:
    return make_city()


def test_a_card_rises_with_the_clock_up_the_chiefs_and_is_explained(city: City) -> None:
    matter = in_hand(city)
    assert tick(at(24)).issued == 0
    assert tick(BLUE).issued == 1
    card = card_of(matter)
    assert (card.card.level, card.officer_id, card.card.post) == ("blue", city.users["handler"].pk, "officer")
    assert (card.parent_id, card.unit_id, card.number[:2]) == (matter.pk, matter.unit_id, "DB")
    assert "2 个工作日" in card.body
    assert tick(BLUE + timedelta(minutes=5)).issued == 0  # one matter, one live card
    tick(YELLOW)
    card = card_of(matter)
    # nobody is chief of the harbour station in this city: the next above, and it says so
    assert (card.card.level, card.officer_id, card.card.post) == ("yellow", city.users["chief"].pk, "branch")
    assert "港湾派出所负责人无人任职" in card.card.passed
    tick(ORANGE)
    assert (card_of(matter).card.level, card_of(matter).card.raises) == ("orange", 2)
    tick(RED)
    card = card_of(matter)
    assert (card.card.level, card.officer_id) == ("red", city.users["leader"].pk)
    assert [s.data["level"] for s in Step.objects.filter(case=card).order_by("seq")] == [
        "blue",
        "yellow",
        "orange",
        "red",
    ]
    matter.refresh_from_db()
    assert "card" in matter.beside


def test_waiting_and_a_granted_extension_do_not_count(city: City) -> None:
    waiting, longer = in_hand(city), in_hand(city)
    go(city, waiting, "handler", "suspend", now=at(24), reason="请补充门牌号")
    go(city, longer, "handler", "ask_extension", now=at(24), amount=5, reason="等鉴定")
    go(city, longer, "chief", "decide_extension", now=at(24, 3), decision="grant", reason="据实")
    assert tick(RED).issued == 1  # the extended one is due on 4 December: yellow; the waiting one has no card at all
    assert card_of(longer).card.level == "yellow"
    assert not Card.objects.filter(matter=waiting).exists()


def test_a_matter_of_more_than_one_bad_rating_gets_a_red_card_at_once(city: City) -> None:
    matter = in_hand(city)
    for n in range(2):
        when = NOW + timedelta(hours=1 + 3 * n)
        go(city, matter, "handler", "answer", now=when, result="solved", proof="处警 12", answer="已处理")
        go(city, matter, "revisitor", "revisit", now=when, reached="yes", solved="no", stars="1")
        assert tick(when).issued == n
        if n == 0:
            go(city, matter, "revisitor", "redo", now=when + timedelta(hours=1), reason="没有解决")
    card = card_of(matter)
    assert (card.card.level, card.card.cause, card.card.bad) == ("red", "rating", 2)
    assert "2 次" in card.body


def test_somebody_dissatisfied_again_after_the_end_is_a_cause_too(city: City) -> None:
    matter = in_hand(city)
    for n in range(2):
        when = NOW + timedelta(hours=1 + 3 * n)
        go(city, matter, "handler", "answer", now=when, result="solved", proof="处警 12", answer="已处理")
        stars = "1" if n == 0 else ""
        go(city, matter, "revisitor", "revisit", now=when, reached="yes", solved="yes", stars=stars)
        if n == 0:
            go(city, matter, "handler", "rectify", now=when, measures="已加派人手", proof="整改记录 12 号")
            go(city, matter, "revisitor", "redo", now=when + timedelta(hours=1), reason="不满意")
    go(city, matter, "revisitor", "rectify_revisit", now=NOW + timedelta(hours=5), reached="yes", content="yes")
    go(city, matter, "revisitor", "close", now=NOW + timedelta(hours=5))
    himself = Actor(kind="person", person=matter.requester_id, id=matter.requester_id)
    with acting(himself):
        move(case_id=matter.pk, name="rate", values={"stars": "2"}, by=himself, now=NOW + timedelta(hours=6))
    assert tick(NOW + timedelta(hours=7)).issued == 1
    card = card_of(matter)
    assert (card.card.level, card.card.cause) == ("red", "rating")
    go(city, card, "supervisor", "lift_unanswered", now=NOW + timedelta(hours=8), reason="已重办并销号")
    with acting(SYSTEM):
        second = _second_supervisor(city)
    with acting(second):
        move(case_id=card.pk, name="confirm", values={}, by=second, now=NOW + timedelta(hours=9))
    assert tick(NOW + timedelta(hours=10)).issued == 0  # told of once


def test_a_rating_found_mistaken_is_no_cause(city: City) -> None:
    matter = in_hand(city)
    for n in range(2):
        when = NOW + timedelta(hours=1 + 3 * n)
        go(city, matter, "handler", "answer", now=when, result="solved", answer="已处理", proof="警情 12 号")
        go(city, matter, "revisitor", "revisit", now=when, reached="yes", solved="no", stars="1")
        if n == 0:
            go(city, matter, "revisitor", "redo", now=when + timedelta(hours=1), reason="没有解决")
    go(city, matter, "handler", "dispute_rating", now=when, why="评的是另一件事")
    go(city, matter, "revisitor", "decide_dispute", now=when, decision="exclude", reason="已核实")
    assert tick(when).issued == 0


def test_a_card_is_as_sensitive_as_its_matter_becomes(city: City) -> None:
    matter = by_hand(city).parent
    assert matter is not None
    go(city, matter, "dispatcher", "reassign", unit=city.units["river"].pk, reason="属地")
    go(city, matter, "other_handler", "give_back", reason="不归我们")
    values = {"category": "PS-02", "nature": "help", "urgency": "0", "sensitive": "on"}
    go(city, matter, "dispatcher", "classify", **values)
    assert card_of(matter).sensitive


def test_answered_in_writing_within_its_clock_or_it_rises(city: City) -> None:
    answered, silent = in_hand(city), in_hand(city)
    tick(YELLOW)
    go(city, card_of(answered), "chief", "answer", now=at(30), **ANSWER)
    kept = card_of(answered)
    assert (kept.state, kept.card.in_time, kept.due_at) == ("replied", True, None)
    # the yellow card of Friday is to be answered by Wednesday; on Wednesday evening nobody has
    tick(at(2, 12, month=12))
    assert (card_of(silent).card.level, card_of(silent).state) == ("orange", "issued")
    before = card_of(silent)
    tick(at(7, 12, month=12))  # red by then, by the clock as by the silence
    assert card_of(silent).card.level == "red"
    assert card_of(silent).version > before.version


def test_an_unanswered_manual_card_rises_too(city: City) -> None:
    card = by_hand(city, level="yellow")
    tick(at(25, 12))
    card = Case.objects.select_related("card").get(pk=card.pk)
    assert (card.card.level, card.card.cause) == ("orange", "unanswered")


def test_only_the_one_addressed_or_a_chief_answers(city: City) -> None:
    matter = in_hand(city)
    tick(BLUE)
    for who in ("second_handler", "other_handler", "supervisor", "auditor"):
        with pytest.raises((Denied, Conflict, Missing)):
            go(city, card_of(matter), who, "answer", now=BLUE, **ANSWER)
    go(city, card_of(matter), "handler", "answer", now=BLUE, **ANSWER)


def test_an_appeal_is_judged_by_another_than_the_issuer_and_shown(city: City) -> None:
    card = by_hand(city)
    go(city, card, "chief", "appeal", reason="已于昨日办结，系统未录")
    with pytest.raises(Conflict, match="以外的人"):
        go(city, card, "supervisor", "uphold", reason="维持")
    go(city, card, "leader", "uphold", now=NOW + timedelta(hours=1), reason="办结时间以系统为准")
    card = Case.objects.select_related("card").get(pk=card.pk)
    assert (card.state, card.card.judgement) == ("issued", "办结时间以系统为准")
    assert card.due_at is not None
    with pytest.raises(Conflict, match="已经申诉过"):
        go(city, card, "chief", "appeal", reason="再申诉")
    assert [s.note for s in Step.objects.filter(case=card, move__in=("appeal", "uphold")).order_by("seq")] == [
        "已于昨日办结，系统未录",
        "办结时间以系统为准",
    ]


def test_a_successful_appeal_takes_the_card_back(city: City) -> None:
    card = by_hand(city)
    go(city, card, "chief", "appeal", reason="不是本单位的事")
    go(city, card, "leader", "revoke", reason="派错了")
    card = Case.objects.select_related("card").get(pk=card.pk)
    assert (card.state, card.is_open, card.card.lift_cause) == ("lifted", False, "revoked")
    assert tick(NOW).issued == 0


def test_lifted_only_with_the_cause_gone_or_explained(city: City) -> None:
    matter = in_hand(city)
    tick(YELLOW)
    card = card_of(matter)
    with pytest.raises(Conflict, match="起因还在"):
        go(city, card, "supervisor", "lift_unanswered", now=YELLOW, reason="不催了")
    go(city, card, "chief", "answer", now=YELLOW, **ANSWER)
    with pytest.raises(Conflict, match="起因还在"):
        go(city, card, "supervisor", "lift", now=YELLOW, cause="gone", reason="办好了")
    with pytest.raises(Invalid):
        go(city, card, "supervisor", "lift", now=YELLOW, cause="explained", reason=" ")
    go(city, card, "supervisor", "lift", now=YELLOW, cause="explained", reason="设备故障，已书面说明")
    assert tick(YELLOW + timedelta(minutes=5)).issued == 0  # explained for this level …
    assert tick(ORANGE).issued == 1  # … and not for a graver one
    assert card_of(matter).card.level == "orange"
    assert Card.objects.filter(matter=matter).count() == 2


def test_a_closed_matter_waits_for_close_out_and_drops_no_card(city: City) -> None:
    matter = in_hand(city)
    tick(YELLOW)
    go(city, matter, "handler", "answer", now=YELLOW, result="solved", proof="处警 12", answer="已处理")
    tick(RED)
    card = card_of(matter)
    assert (card.state, card.card.level) == ("issued", "yellow")  # the cause is gone: it stays, and rises no more
    go(city, card, "supervisor", "lift_unanswered", now=RED, reason="原事项已答复")
    assert Card.objects.get(matter=matter).lift_cause == "gone"
    assert tick(RED).issued == 0


def test_a_red_card_takes_two(city: City) -> None:
    matter = in_hand(city)
    tick(RED)
    card = card_of(matter)
    go(city, card, "leader", "answer", now=RED, **ANSWER)
    go(city, card, "supervisor", "lift", now=RED, cause="explained", reason="已约谈")
    assert card_of(matter).state == "lifting"
    for who, say in (("supervisor", "两个人"), ("leader", "被督办的人")):
        with pytest.raises(Conflict, match=say):
            go(city, card, who, "confirm", now=RED)
    second = _second_supervisor(city)
    with acting(second):
        move(case_id=card.pk, name="keep_up", values={"reason": "再看两天"}, by=second, now=RED)
    assert card_of(matter).state == "replied"
    go(city, card, "supervisor", "lift", now=RED, cause="explained", reason="已约谈并通报")
    with acting(second):
        move(case_id=card.pk, name="confirm", values={}, by=second, now=RED)
    done = Card.objects.get(pk=card.pk)
    assert {done.lifted_by_id, done.confirmed_by_id} == {city.users["supervisor"].pk, second.user}


def _second_supervisor(city: City) -> Any:
    from huhang.base.people import actions as people
    from huhang.base.people.models import User
    from huhang.base.people.queries import actor_for
    from tests.factories.city import LONG_AGO

    with acting(SYSTEM):
        user = User(username="second_supervisor", name="何督", created_at=LONG_AGO)
        user.set_unusable_password()
        user.save(force_insert=True)
        people.appoint(
            user_id=user.pk,
            unit_id=city.units["bureau"].pk,
            role="supervisor",
            first=True,
            starts_at=LONG_AGO,
            by=SYSTEM,
            now=LONG_AGO,
        )
    return actor_for("second_supervisor", now=NOW, door="desk")


def test_the_database_holds_what_the_pages_promise(city: City) -> None:
    matter = in_hand(city)
    tick(RED)
    card, him = Card.objects.get(matter=matter), city.users["supervisor"].pk
    said = {"lifted_at": RED, "lifted_by_id": him, "lift_reason": "x"}
    for wrong in ({**said, "confirmed_by_id": him}, said, {"lifted_at": RED}, {"rank": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Card.objects.filter(pk=card.pk).update(**wrong)
    other = by_hand(city)
    with pytest.raises(IntegrityError), transaction.atomic():
        Card.objects.filter(pk=other.pk).update(matter=matter)
    with pytest.raises(IntegrityError), transaction.atomic():
        Card.objects.filter(pk=other.pk).update(judged_by_id=him)


def test_a_card_by_hand_is_a_supervisors_and_one_at_a_time(city: City) -> None:
    matter = in_hand(city)
    handler = city.actor("handler")
    with acting(handler), pytest.raises(Denied):
        open_case("card", by=handler, now=NOW, matter=matter.pk, level="red", reason="x")
    for level, reason, field in (("purple", "x", "level"), ("red", "  ", "reason")):
        who = city.actor("supervisor")
        with acting(who), pytest.raises(Invalid) as told:
            open_case("card", by=who, now=NOW, matter=matter.pk, level=level, reason=reason)
        assert told.value.field == field
    card = by_hand(city, matter)
    with pytest.raises(Conflict, match="已有一张"):
        by_hand(city, matter)
    with pytest.raises(Invalid, match="不发督办卡"):
        by_hand(city, card)
    assert tick(BLUE).issued == 0
    second = _second_supervisor(city)
    go(city, card, "chief", "answer", **ANSWER)
    with acting(second), pytest.raises(Conflict, match="发卡人"):
        move(case_id=card.pk, name="lift", values={"cause": "gone", "reason": "办好了"}, by=second, now=NOW)


def test_a_card_follows_its_matter_to_another_unit(city: City) -> None:
    matter = in_hand(city)
    tick(YELLOW)
    go(city, matter, "dispatcher", "reassign", now=YELLOW, unit=city.units["river"].pk, reason="属地")
    tick(YELLOW + timedelta(minutes=5))
    card = card_of(matter)
    assert card.unit_id == city.units["river"].pk
    assert (card.officer_id, card.card.post) == (city.users["leader"].pk, "leader")  # no chief over the river at all
    assert "河市县局负责人无人任职" in card.card.passed


def told(city: City, who: str) -> list[str]:
    return [
        m.text for m in Message.objects.filter(user=city.users[who].pk, template__startswith="card.").order_by("id")
    ]


def test_a_day_without_ticks_loses_no_card_and_sends_one_digest(city: City) -> None:
    """D2, SAFEGUARDS 7: the clock is moved; ticks every hour, and none for a day, come to the same cards."""
    steady = [in_hand(city) for _ in range(3)]
    hours = [at(25) + timedelta(hours=n) for n in range(-24, 25)]
    with transaction.atomic():
        for hour in hours:
            tick(hour)
        by_ticks = dict(Card.objects.values_list("matter", "level"))
        transaction.set_rollback(True)
    tick(hours[-1])
    assert dict(Card.objects.values_list("matter", "level")) == by_ticks
    assert set(by_ticks.values()) == {"blue"}
    with acting(SYSTEM):
        assert tell_digests(hours[-1]) == 1
        assert tell_digests(hours[-1] + timedelta(minutes=5)) == 0
    assert len(told(city, "handler")) == 1
    assert told(city, "handler")[0].startswith("有 3 张督办卡")
    assert len(steady) == 3


def test_nobody_is_told_at_night_and_one_digest_gathers_it(city: City) -> None:
    for _ in range(4):
        in_hand(city)
    night = at(24, 18)  # two in the morning of Wednesday the 25th
    assert tick(night).issued == 4
    with acting(SYSTEM):
        assert tell_digests(night) == 0
        assert tell_digests(at(25, 1)) == 1  # nine o'clock
        in_hand(city)
        tick(at(25, 2))
        assert tell_digests(at(25, 2)) == 0  # the same slot: it waits for the afternoon
        assert tell_digests(at(25, 6)) == 1
    assert [text[:5] for text in told(city, "handler")] == ["有 4 张", "有 1 张"]
    assert Digest.objects.count() == 2
    assert not Notice.objects.filter(told_at=None).exists()


def test_an_emergency_is_told_at_once(city: City) -> None:
    matter = in_hand(city)
    Case.objects.filter(pk=matter.pk).update(urgency=2)
    tick(at(25, 18))
    assert told(city, "handler")[0].startswith("特急")
    with acting(SYSTEM):
        assert tell_digests(at(26)) == 0


def test_a_tick_with_nothing_to_do_is_cheap(city: City) -> None:
    for _ in range(5):
        in_hand(city)
    tick(BLUE)
    said: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        said.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        tick(BLUE + timedelta(minutes=5))
    watched = sum(kind.watch is not None for kind in kinds().values())
    most = 9 + 3 * (watched - 1)  # each further kind that is watched is asked of three times, whatever its cases
    assert len([sql for sql in said if "SAVEPOINT" not in sql and "set_config" not in sql]) <= most
