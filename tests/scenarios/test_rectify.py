"""C4: a bad rating is put right on clocks of its own and heard by somebody else; a mistaken one by a second person."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from huhang.base.access.context import acting
from huhang.base.access.rules import Actor
from huhang.base.messages.models import Message
from huhang.cases.actions import move
from huhang.cases.models import Case, Clock, Step
from huhang.kernel.errors import Conflict, Denied, Invalid
from huhang.kinds.requests.models import Rating, Request
from huhang.kinds.requests.outcomes import settle
from huhang.kinds.requests.rectifying.models import CONTACT, DONE, LIFTED, RECTIFY, REVISIT, SUPERSEDED, Rectification
from huhang.kinds.requests.rectifying.queries import open_for
from huhang.kinds.requests.solved.models import Dispute
from tests.factories.city import NOW, City, filed, make_city

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def city() -> City:
    return make_city()


def go(city: City, case: Case, who: str, name: str, *, now: Any = NOW, **values: Any) -> Step:
    actor = city.actor(who)
    with acting(actor):
        return move(case_id=case.pk, name=name, values=values, by=actor, now=now)


def by_person(case: Case, name: str, *, now: Any = NOW, **values: Any) -> None:
    actor = Actor(kind="person", id=case.requester_id, label="王**", person=case.requester_id)
    with acting(actor):
        move(case_id=case.pk, name=name, values=values, by=actor, now=now)


def rated(city: City, stars: str = "1") -> Case:
    """Answered by the harbour station on a Friday morning, and rated by the person at once."""
    case = filed(city).case
    go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", unit=city.units["harbour"].pk)
    go(city, case, "handler", "sign")
    go(city, case, "handler", "answer", result="explained", answer="已说明")
    by_person(case, "rate", stars=stars)
    return case


def of(case: Case) -> Rectification:
    return Rectification.objects.filter(case=case).latest("begun_at", "id")


def clock(case: Case, name: str) -> Clock:
    return Clock.objects.filter(case=case, name=name).latest("started_at")


def columns(case: Case) -> tuple[str, bool | None, bool]:
    row = Request.objects.get(case=case)
    return row.rectify, row.rectify_in_time, row.excluded


def test_a_bad_rating_starts_its_own_clocks_and_tells_who_answered(city: City) -> None:
    case = rated(city)
    one = of(case)
    assert (one.stage, one.unit_id, one.rule) == (CONTACT, city.units["harbour"].pk, "rectify@1")
    assert [clock(case, name).amount for name in (CONTACT, RECTIFY)] == [1, 5]
    due = [clock(case, name).due_at for name in (CONTACT, RECTIFY)]
    assert [str(at)[:10] for at in due] == ["2026-11-23", "2026-11-27"]  # Monday, and the Friday after
    assert columns(case) == ("open", None, False)
    assert Message.objects.filter(template="request.rectify", user=city.users["handler"].pk).exists()
    fresh = Case.objects.get(pk=case.pk)
    assert fresh.due_at == clock(case, "revisit").due_at  # what the case shows is its own clock still
    assert not Rectification.objects.filter(case=rated_well(city)).exists()


def rated_well(city: City) -> Case:
    return rated(city, "3")


def test_contact_put_right_and_heard_by_somebody_else(city: City) -> None:
    case = rated(city)
    go(city, case, "handler", "rectify_contact", reached="no", said="关机", now=NOW + timedelta(hours=1))
    assert of(case).stage == CONTACT
    go(city, case, "handler", "rectify_contact", reached="yes", said="嫌态度差", now=NOW + timedelta(hours=2))
    with pytest.raises(Invalid) as told:
        go(city, case, "handler", "rectify", measures="已道歉", now=NOW + 3 * DAY)
    assert told.value.field == "proof"
    go(city, case, "handler", "rectify", measures="已道歉并复查", proof="整改单 3", now=NOW + 3 * DAY)
    one = of(case)
    assert (one.stage, one.contacted_in_time, one.rectified_in_time) == (REVISIT, True, True)
    assert columns(case) == ("rectified", True, False)
    assert clock(case, REVISIT).started_at == NOW + 3 * DAY
    with pytest.raises((Conflict, Denied)):
        go(city, case, "handler", "rectify_revisit", reached="yes", content="yes", now=NOW + 4 * DAY)
    go(city, case, "revisitor", "rectify_revisit", reached="yes", content="yes", word="可以了", now=NOW + 4 * DAY)
    assert of(case).stage == DONE
    assert columns(case) == ("revisited", True, False)
    assert not Clock.objects.filter(case=case, name__startswith="rectify", stopped_at=None).exists()


def test_late_is_late_and_said_so(city: City) -> None:
    case = rated(city)
    go(city, case, "handler", "rectify", measures="才整改", proof="整改单 3", now=NOW + 12 * DAY)
    assert (of(case).contacted_at, of(case).rectified_in_time) == (None, False)
    assert columns(case) == ("rectified", False, False)


def test_a_person_not_content_sends_it_back_once_and_the_second_word_stands(city: City) -> None:
    case = rated(city)
    for n, stage in ((1, RECTIFY), (2, DONE)):
        at = NOW + n * DAY
        go(city, case, "handler", "rectify", measures=f"第 {n} 次", proof="整改单", now=at)
        go(city, case, "revisitor", "rectify_revisit", reached="yes", content="no", word="还是老样子", now=at)
        assert of(case).stage == stage
    assert (of(case).content, of(case).sent_back) == (False, 1)


def test_more_time_once_to_fifteen_days_and_granted_by_another(city: City) -> None:
    case = rated(city)
    with pytest.raises(Invalid, match="最多"):
        go(city, case, "handler", "rectify_extend", amount=11, reason="等鉴定")
    go(city, case, "handler", "rectify_extend", amount=10, reason="等鉴定")
    with pytest.raises(Denied):
        go(city, case, "handler", "rectify_decide", decision="grant", reason="好")
    shown = Case.objects.get(pk=case.pk).due_at
    go(city, case, "chief", "rectify_decide", decision="grant", reason="情况属实")
    assert str(clock(case, RECTIFY).due_at)[:10] == "2026-12-11"  # fifteen working days
    assert Case.objects.get(pk=case.pk).due_at == shown
    with pytest.raises(Conflict, match="一次"):
        go(city, case, "handler", "rectify_extend", amount=1, reason="再等")


def test_a_chief_does_not_grant_what_they_asked_for_and_nothing_is_asked_when_it_is_late(city: City) -> None:
    case = rated(city)
    go(city, case, "chief", "rectify_extend", amount=2, reason="等鉴定")
    with pytest.raises(Conflict, match="自己"):
        go(city, case, "chief", "rectify_decide", decision="grant", reason="好")
    go(city, case, "supervisor", "rectify_decide", decision="refuse", reason="不必")
    with pytest.raises(Conflict, match="已到"):
        go(city, case, "handler", "rectify_extend", amount=2, reason="再等", now=NOW + 20 * DAY)


def test_nothing_closes_over_a_bad_rating_being_put_right(city: City) -> None:
    case = rated(city)
    go(city, case, "revisitor", "redo", reason="请再办")
    go(city, case, "handler", "answer", result="explained", answer="再次说明")
    go(city, case, "revisitor", "revisit", reached="yes", solved="yes", stars="4")
    with pytest.raises(Conflict, match="整改"):
        go(city, case, "revisitor", "close")
    go(city, case, "handler", "rectify", measures="已整改", proof="整改单")
    for hours in (0, 3, 6):
        go(city, case, "revisitor", "rectify_revisit", reached="no", now=NOW + timedelta(hours=hours))
    assert (of(case).stage, of(case).reached, of(case).content) == (DONE, False, None)
    go(city, case, "revisitor", "close")


def test_another_bad_rating_has_a_record_of_its_own(city: City) -> None:
    case = rated(city)
    go(city, case, "revisitor", "redo", reason="请再办")
    go(city, case, "handler", "answer", result="explained", answer="再次说明", now=NOW + DAY)
    by_person(case, "rate", stars="2", now=NOW + DAY)
    stages = Rectification.objects.filter(case=case).order_by("begun_at").values_list("stage", flat=True)
    assert list(stages) == [SUPERSEDED, CONTACT]
    assert clock(case, CONTACT).started_at == NOW + DAY


def test_the_persons_own_better_word_leaves_nothing_to_put_right(city: City) -> None:
    case = filed(city).case
    go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", unit=city.units["harbour"].pk)
    go(city, case, "handler", "sign")
    go(city, case, "handler", "answer", result="explained", answer="已说明")
    go(city, case, "revisitor", "revisit", reached="yes", solved="no", stars="1")
    by_person(case, "rate", stars="4")
    assert of(case).stage == LIFTED
    assert columns(case) == ("", None, False)


def disputed(city: City) -> Case:
    case = rated(city)
    go(city, case, "handler", "dispute_rating", why="评的是另一件事，录音可查")
    return case


def test_a_mistaken_rating_is_decided_by_another_unit_shown_and_never_deleted(city: City) -> None:
    case = disputed(city)
    for who in ("handler", "second_handler", "chief", "supervisor"):
        with pytest.raises((Denied, Conflict)):
            go(city, case, who, "decide_dispute", decision="exclude", reason="属实")
    go(city, case, "revisitor", "decide_dispute", decision="exclude", reason="核对录音，评的是别的事")
    said = Dispute.objects.get(case=case)
    assert (said.excluded, said.asked_label, said.decided_label) == (True, "周正", "郑和")
    assert Rating.objects.get(case=case).stars == 1  # never changed
    assert (of(case).stage, columns(case)) == (LIFTED, ("", None, True))
    go(city, case, "revisitor", "revisit", reached="yes", solved="yes")
    go(city, case, "revisitor", "close")  # no redo is asked for, no reason either
    with pytest.raises(Conflict):
        go(city, case, "handler", "dispute_rating", why="再来一次")


def test_a_rating_found_right_goes_on_counting(city: City) -> None:
    case = disputed(city)
    go(city, case, "revisitor", "decide_dispute", decision="keep", reason="录音里就是这件事")
    assert columns(case) == ("open", None, False)
    assert of(case).stage == CONTACT


def test_the_database_itself_refuses_that_one_person_or_one_unit_does_both(city: City) -> None:
    case = disputed(city)
    said = Dispute.objects.get(case=case)
    same = {"decided_at": NOW, "excluded": True, "decided_by": said.asked_by_id, "decided_unit": city.units["river"].pk}
    unit = {**same, "decided_by": city.users["chief"].pk, "decided_unit": said.asked_unit_id}
    for wrong in (same, unit, {"excluded": True}, {**unit, "decided_unit": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Dispute.objects.filter(pk=said.pk).update(**wrong)
    one = of(case)
    one.rectified_by_id = one.revisited_by_id = city.users["handler"].pk
    with pytest.raises(IntegrityError), transaction.atomic():
        one.save()


def test_it_waits_in_the_inbox_of_whoever_has_to_do_something(city: City) -> None:
    case = rated(city)

    def waits(who: str) -> list[str]:
        actor = city.actor(who)
        with acting(actor):
            return [one.case.number for one in open_for(actor)]

    here = {who for who in city.users if waits(who)}
    assert here == {"handler", "second_handler", "chief", "liaison", "supervisor", "leader", "auditor"} - {"liaison"}
    go(city, case, "handler", "rectify", measures="已整改", proof="整改单")
    assert waits("handler") == []
    assert waits("revisitor") == [case.number]


def test_the_columns_figures_count_are_what_stands_beside(city: City) -> None:
    cases = [rated(city)]
    go(city, cases[0], "handler", "rectify", measures="已整改", proof="整改单")
    with connection.cursor() as cursor:
        before = [columns(case) for case in cases]
        cursor.execute("UPDATE requests_request SET rectify = '', rectify_in_time = NULL, excluded = true")
    settle()
    assert [columns(case) for case in cases] == before


def joined_and_answered(city: City) -> tuple[Case, Case]:
    """One request answered by the harbour station, and a second person's that was joined to it before."""
    lead, joined = (filed(city, phone=f"1380000000{n}", category="PS-02").case for n in (1, 2))
    go(city, joined, "dispatcher", "merge", into=lead.number, reason="同一件事")
    go(city, lead, "dispatcher", "dispatch", unit=city.units["harbour"].pk)
    go(city, lead, "handler", "sign")
    go(city, lead, "handler", "answer", result="explained", answer="已说明")
    return lead, joined


def test_c6_a_joined_persons_bad_word_is_put_right_like_any_other(city: City) -> None:
    lead, joined = joined_and_answered(city)
    by_person(joined, "rate", stars="1", comment="还是吵")
    one = of(joined)
    assert (one.stage, one.unit_id) == (CONTACT, city.units["harbour"].pk)
    assert [clock(joined, name).amount for name in (CONTACT, RECTIFY)] == [1, 5]
    assert (
        Message.objects.filter(template="request.rectify", user=city.users["handler"].pk, case=joined.pk).count() == 1
    )
    assert columns(joined) == ("open", None, False)
    for who in ("handler", "chief"):
        actor = city.actor(who)
        with acting(actor):
            assert [x.case_id for x in open_for(actor)] == [joined.pk]
    by_person(lead, "rate", stars="5")
    go(city, lead, "revisitor", "revisit", reached="yes", solved="yes")
    with pytest.raises(Conflict, match="并入这一件"):
        go(city, lead, "revisitor", "close")
    go(city, joined, "handler", "rectify_contact", reached="yes", said="夜里还响", now=NOW + timedelta(hours=1))
    go(city, joined, "handler", "rectify", measures="加装隔音", proof="整改单 9", now=NOW + DAY)
    with pytest.raises((Conflict, Denied)):
        go(city, joined, "second_handler", "rectify_revisit", reached="yes", content="yes", now=NOW + DAY)
    go(city, joined, "revisitor", "rectify_revisit", reached="yes", content="yes", now=NOW + DAY)
    assert (of(joined).stage, columns(joined)) == (DONE, ("revisited", True, False))
    go(city, lead, "revisitor", "close", now=NOW + DAY)
    assert settle() == 0


def test_c6_a_joined_persons_mistaken_rating_is_judged_by_another_unit(city: City) -> None:
    _lead, joined = joined_and_answered(city)
    by_person(joined, "rate", stars="2")
    go(city, joined, "handler", "dispute_rating", why="评的是另一件事")
    go(city, joined, "revisitor", "decide_dispute", decision="exclude", reason="核实无误")
    assert (of(joined).stage, columns(joined)) == (LIFTED, ("", None, True))
    assert settle() == 0


def test_c6_who_rated_while_joined_rates_anew_what_is_answered_after_parting(city: City) -> None:
    _lead, joined = joined_and_answered(city)
    by_person(joined, "rate", stars="1")
    go(city, joined, "dispatcher", "part", reason="不是同一件事", now=NOW + DAY)
    assert Request.objects.get(case=joined).stars is None
    assert of(joined).stage == CONTACT  # parting is no way to lose a bad word
    go(city, joined, "dispatcher", "dispatch", unit=city.units["quay"].pk, now=NOW + DAY)
    go(city, joined, "dispatcher", "reassign", unit=city.units["harbour"].pk, reason="属港湾", now=NOW + DAY)
    go(city, joined, "handler", "sign", now=NOW + DAY)
    go(city, joined, "handler", "answer", result="explained", answer="单独答复", now=NOW + DAY)
    by_person(joined, "rate", stars="2", now=NOW + 2 * DAY)
    with pytest.raises(Conflict, match="评价过了"):
        by_person(joined, "rate", stars="5", now=NOW + 2 * DAY)
    said = Rating.objects.filter(case=joined).order_by("at").values_list("stars", "round", "answer_of__number")
    assert list(said) == [(1, 0, _lead.number), (2, 0, None)]
    stages = Rectification.objects.filter(case=joined).order_by("begun_at").values_list("stage", flat=True)
    assert list(stages) == [SUPERSEDED, CONTACT]
    assert (Request.objects.get(case=joined).stars, settle()) == (2, 0)
