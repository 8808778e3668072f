"""C5: the culvert. A problem that needs another authority is referred outside and followed until solved.

After the story told of Binzhou: an enterprise's yard floods because a culvert outside its gate is blocked; neither the
police nor the enterprise may dig there. The town says it is the water bureau's; the water bureau clears it.
"""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from docx import Document

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.files.queries import open_file
from huhang.base.messages.models import Message
from huhang.base.papers.models import Paper
from huhang.cases.actions import attach, move
from huhang.cases.actions.moving import refused
from huhang.cases.models import Attachment, Case, Clock, Step
from huhang.cases.registry import kind_of
from huhang.kernel.errors import Conflict, Denied, Invalid
from huhang.kinds.meetings.queries import proposals
from huhang.kinds.requests.outside.models import Referral
from huhang.kinds.requests.outside.queries import way_of
from huhang.kinds.requests.outside.reminding import remind
from tests.factories.city import NOW, City, enterprise, filed, make_city

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ASKED = "大门外 12 米处涵洞淤塞，雨后厂区积水半米。\n请清淤，并告知日期。"


@pytest.fixture
def city() -> City:
    return make_city()


def go(city: City, case: Case, who: str, name: str, *, now: datetime = NOW, **values: Any) -> Step:
    actor = city.actor(who)
    with acting(actor):
        return move(case_id=case.pk, name=name, values=values, by=actor, now=now)


def in_hand(city: City, **values: Any) -> Case:
    subject = enterprise(city)
    case = filed(city, title="厂门口涵洞堵了", body="一下雨厂区就淹", subject=str(subject.pk), **values).case
    go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", unit=city.units["harbour"].pk)
    go(city, case, "handler", "sign")
    return case


def refer(city: City, case: Case, authority: str = "town_harbour", now: datetime = NOW) -> Referral:
    go(city, case, "handler", "refer_outside", now=now, authority=authority, asked=ASKED)
    return Referral.objects.get(case=case, authority=authority, ended_at=None)


def fresh(case: Case) -> Case:
    return Case.objects.defer("search", "folded").get(pk=case.pk)


def words(letter: Attachment) -> list[str]:
    return [p.text for p in Document(io.BytesIO(b"".join(open_file(letter.file)))).paragraphs if p.text]


def test_the_culvert_is_referred_outside_and_followed_until_solved(city: City) -> None:
    case = in_hand(city)
    due = fresh(case).due_at
    town = refer(city, case)

    # a letter with a number of its own lies sealed with the case
    assert town.number == "港湾派出所函〔2026〕1号"
    said = words(town.letter)
    assert said[:4] == [
        "望海市公安局港湾派出所",
        town.number,
        f"关于协助办理诉求 {case.number} 有关事项的函",
        "港湾镇人民政府：",
    ]
    assert "大门外 12 米处涵洞淤塞，雨后厂区积水半米。" in said
    assert "2026年11月20日" in said
    assert town.letter.file.sealed
    assert not town.letter.public

    # the authority has a clock of its own; ours goes on as it was (ADR 16)
    assert town.clock.amount == 10
    assert town.clock.due_at is not None
    now = fresh(case)
    assert (now.due_at, now.state, now.waiting) == (due, "handling", False)

    # before it is due the officer is told once; our own clock asks for a word to the person
    remind(now=NOW + 6 * DAY)
    remind(now=NOW + 6 * DAY + timedelta(hours=1))
    told = Message.objects.filter(user=city.users["handler"].pk, case=case.pk)
    assert list(told.values_list("template", flat=True)) == ["request.interim_due"]
    go(city, case, "handler", "interim_answer", now=NOW + 6 * DAY, text="已函请镇政府清淤，预计 12 月 4 日前有结果。")
    assert fresh(case).due_at == due
    remind(now=NOW + 13 * DAY)
    assert told.filter(template="request.outside_soon").count() == 1

    # late: one letter of reminder, and after an outage of two weeks one more, not ten
    remind(now=NOW + 15 * DAY)
    remind(now=NOW + 15 * DAY + timedelta(hours=1))
    remind(now=NOW + 29 * DAY)
    town.refresh_from_db()
    urging = list(town.urgings.order_by("at"))
    assert [u.number for u in urging] == ["港湾派出所函〔2026〕2号", "港湾派出所函〔2026〕3号"]
    assert "第 1 次催办" in "".join(words(urging[0].letter))
    assert "第 2 次催办" in "".join(words(urging[1].letter))

    # the town answers that it is not theirs; the water bureau is asked in turn, and clears it
    go(
        city, case, "handler", "answer_from_outside", now=NOW + 30 * DAY,
        result="declined", text="涵洞属市水利局管理。", said="镇政府答复：涵洞由市水利局管理。",
    )  # fmt: skip
    water = refer(city, case, "water", NOW + 30 * DAY)
    handler = city.actor("handler")
    with acting(handler):
        scan = attach(
            case_id=case.pk, name="函复.txt", content=io.BytesIO("已清淤".encode()), public=False, by=handler,
            now=NOW + 32 * DAY,
        )  # fmt: skip
    go(
        city, case, "handler", "answer_from_outside", now=NOW + 32 * DAY, referral=str(water.pk),
        result="solved", text="已清淤 40 米。", said="水利局已清淤。", file=str(scan.pk),
    )  # fmt: skip
    water.refresh_from_db()
    assert (water.ended_why, water.result, water.answer_file) == ("answered", "solved", scan)

    # the person sees the way it went, and nothing else of it
    way = way_of(fresh(case), NOW + 33 * DAY)
    assert [(w.to, w.urged, w.answered, w.said) for w in way] == [
        ("港湾镇人民政府", 2, True, "镇政府答复：涵洞由市水利局管理。"),
        ("望海市水利局", 0, True, "水利局已清淤。"),
    ]
    templates = list(Message.objects.filter(person=case.requester_id).values_list("template", flat=True))
    assert templates.count("request.refer_outside") == templates.count("request.outside_answer") == 2
    assert "request.interim" in templates

    # late by our own clock it is, and stays: a referral hides no lateness
    go(
        city,
        case,
        "handler",
        "answer",
        now=NOW + 33 * DAY,
        result="solved",
        proof="处警 12",
        answer="涵洞已由水利局清淤。",
    )
    done = fresh(case)
    assert done.request.in_time is False
    go(city, case, "revisitor", "revisit", now=NOW + 34 * DAY, reached="yes", solved="yes")
    go(city, case, "revisitor", "close", now=NOW + 34 * DAY)
    assert fresh(case).state == "closed"
    assert not Clock.objects.filter(case=case, stopped_at=None).exists()


def test_a_referral_left_open_is_not_closed_over_without_a_signed_reason(city: City) -> None:
    case = in_hand(city)
    town = refer(city, case)
    go(city, case, "handler", "answer", result="elsewhere", answer="已转镇政府。")
    go(city, case, "revisitor", "revisit", reached="yes", solved="yes")
    with pytest.raises(Invalid) as problem:
        go(city, case, "revisitor", "close")
    assert "reason" in problem.value.problems
    step = go(city, case, "revisitor", "close", reason="诉求人表示自行处理，不再等。")
    town.refresh_from_db()
    assert (town.ended_why, step.data["unanswered_outside"]) == ("closed", [town.number])
    assert not Clock.objects.filter(case=case, stopped_at=None).exists()


def test_an_answer_may_still_come_after_ours(city: City) -> None:
    case = in_hand(city)
    refer(city, case)
    go(city, case, "handler", "answer", result="elsewhere", answer="已转镇政府。")
    go(city, case, "handler", "answer_from_outside", result="solved", text="已办。")
    assert fresh(case).state == "answered"


def test_one_authority_is_not_asked_twice_at_once_but_two_may_be_asked_together(city: City) -> None:
    case = in_hand(city)
    refer(city, case)
    with pytest.raises(Conflict):
        refer(city, case)
    refer(city, case, "water")
    with pytest.raises(Invalid):  # which of the two?
        go(city, case, "handler", "answer_from_outside", result="solved", text="已办。")


@pytest.mark.parametrize("asked", ["请联系 13800000001", "身份证 110101199003070000", "电话138 0000 0001。"])
def test_no_telephone_and_no_id_number_leaves_in_a_letter(city: City, asked: str) -> None:
    case = in_hand(city)
    with pytest.raises(Invalid) as problem:
        go(city, case, "handler", "refer_outside", authority="water", asked=asked)
    assert "asked" in problem.value.problems
    assert not Paper.objects.exists()


def test_neither_words_nor_name_of_the_person_are_in_the_letter(city: City) -> None:
    case = in_hand(city, name="王海燕")
    said = "".join(words(refer(city, case).letter))
    for canary in ("王海燕", "13800000001", "一下雨厂区就淹", "厂门口涵洞堵了", "海晏化工"):
        assert canary not in said


def test_withdrawn_by_its_person_a_request_leaves_nothing_running(city: City) -> None:
    case = in_hand(city)
    town = refer(city, case)
    person = Actor(kind="person", id=case.requester_id, label="王**", person=case.requester_id)
    with acting(person):
        assert way_of(fresh(case), NOW)[0].to == "港湾镇人民政府"
        assert not Referral.objects.exists()  # the letters themselves are not the person's to read
        move(case_id=case.pk, name="withdraw", values={"reason": "自己清了"}, by=person, now=NOW)
    town.refresh_from_db()
    assert town.ended_why == "withdrawn"
    assert not Clock.objects.filter(case=case, stopped_at=None).exists()


def test_only_the_owning_unit_refers_and_another_unit_sees_nothing(city: City) -> None:
    case = in_hand(city)
    with pytest.raises(Denied):
        go(city, case, "revisitor", "refer_outside", authority="water", asked=ASKED)
    refer(city, case)
    with acting(city.actor("other_handler")):
        assert not Referral.objects.exists()
        assert not Paper.objects.exists()
    with acting(city.actor("chief")):
        assert Referral.objects.count() == Paper.objects.count() == 1


def test_a_letter_to_the_wrong_place_is_called_off_with_a_reason(city: City) -> None:
    case = in_hand(city)
    refer(city, case)
    go(city, case, "handler", "call_off_outside", reason="应由水利局办")
    assert way_of(fresh(case), NOW)[0].ended == "已撤回函询"
    kind = kind_of("request")
    again = kind.move("call_off_outside")
    assert again is not None
    assert isinstance(refused(kind, again, fresh(case), city.actor("handler"), NOW), Conflict)


def test_an_officer_may_urge_by_hand_and_whoever_is_missing_the_chief_is_told(city: City) -> None:
    case = in_hand(city)
    town = refer(city, case)
    go(city, case, "handler", "urge_outside", now=NOW + DAY)
    town.refresh_from_db()
    assert town.urged == 1
    with acting(SYSTEM):
        Case.objects.filter(pk=case.pk).update(officer=None)
    remind(now=NOW + 16 * DAY)
    assert Message.objects.filter(user=city.users["chief"].pk, template="request.outside_urged").count() == 1


def test_l2_what_waits_for_another_authority_is_proposed_to_a_meeting_until_it_answers(city: City) -> None:
    case, actor = in_hand(city), city.actor("dispatcher")

    def why() -> list[str]:
        with acting(actor):
            return [reason for one in proposals(actor, NOW) if one.case == case.pk for reason in one.why]

    assert "已转外单位" not in why()
    refer(city, case)
    assert "已转外单位" in why()
    go(city, case, "handler", "answer_from_outside", result="solved", text="已修好。")
    assert "已转外单位" not in why()
