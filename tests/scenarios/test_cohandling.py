"""C2: one lead, many supporting units: own task, own clock inside the lead's, own evidence, own rating."""

import io
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.messages.models import Message
from huhang.cases import cohandling
from huhang.cases.actions import attach, hand_over, move
from huhang.cases.actions.supporting import remind
from huhang.cases.models import Assignment, Attachment, Case, Step, SupportWord
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing, Refusal
from huhang.reading import ledger
from huhang.reading.rules import Filter
from huhang.register.units import queries as units
from huhang.register.units.actions import dissolve
from tests.doors.api.callers import caller
from tests.factories.city import NOW, City, filed, make_city

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def go(city: City, case: Case, who: str, name: str, *, now: Any = NOW, **values: Any) -> Step:
    actor = city.actor(who)
    with acting(actor):
        return move(case_id=case.pk, name=name, values=values, by=actor, now=now)


def handled(city: City, *, now: Any = NOW) -> Case:
    """A request the harbour station has signed for: five working days to answer, until Friday 27."""
    case = filed(city, now=now).case
    go(city, case, "dispatcher", "classify", now=now, category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", now=now, unit=city.units["harbour"].pk)
    go(city, case, "handler", "sign", now=now)
    return case


def helped(city: City, *, days: int | None = None, unit: str = "trucks", now: Any = NOW) -> tuple[Case, Assignment]:
    case = handled(city, now=now)
    go(city, case, "handler", "support_ask", now=now, unit=city.units[unit].pk, task="查三号门夜间通行证", days=days)
    return case, part_of(case)


def part_of(case: Case) -> Assignment:
    return Assignment.objects.select_related("clock").filter(case=case, role="support").latest("opened_at", "id")


def due(part: Assignment) -> Any:
    part = part_of(part.case)
    assert part.clock is not None
    return part.clock.due_at


def test_a_task_travels_from_asking_to_rating(city: City) -> None:
    case, part = helped(city)
    assert (part.status, part.task) == ("asked", "查三号门夜间通行证")
    with acting(city.actor("traffic")):
        assert Case.objects.filter(pk=case.pk).exists()  # a supporting unit sees the case
    go(city, case, "traffic", "support_sign")
    with acting(city.actor("traffic")):
        attach(
            case_id=case.pk,
            name="通行证.txt",
            content=io.BytesIO("三号门通行证 12 张".encode()),
            public=False,
            by=city.actor("traffic"),
            now=NOW,
        )
    assert Attachment.objects.get(case=case).support_id == part.pk
    go(city, case, "traffic", "support_finish", result="已收回 3 张过期通行证")
    with pytest.raises(Invalid, match="写明理由"):
        go(city, case, "handler", "support_rate", stars="2")
    part = part_of(case)
    assert (part.status, part.stars) == ("finished", None)  # never rated by default
    go(city, case, "handler", "support_rate", stars="2", reason="晚了半天")
    part = part_of(case)
    assert (part.stars, part.stars_reason) == (2, "晚了半天")
    go(city, case, "handler", "answer", result="solved", proof="处警 12", answer="已收回过期通行证")


def test_its_time_is_its_own_and_never_later_than_the_leads(city: City) -> None:
    case, part = helped(city, days=20)
    case.refresh_from_db()
    assert due(part) == case.due_at
    short, mine = helped(city, days=1)
    short.refresh_from_db()
    assert due(mine) < short.due_at


def test_it_waits_while_the_lead_waits_and_is_freed_when_the_lead_gets_more_time(city: City) -> None:
    case, part = helped(city, days=6)
    before = due(part)
    go(city, case, "handler", "suspend", reason="请补充门牌号")
    assert due(part) is None
    go(city, case, "handler", "resume", now=NOW + 4 * DAY)
    assert due(part) > before
    capped = due(part)
    go(city, case, "handler", "ask_extension", now=NOW + 4 * DAY, amount="3", reason="等鉴定")
    go(city, case, "chief", "decide_extension", now=NOW + 4 * DAY, decision="grant", reason="同意")
    case.refresh_from_db()
    assert capped < due(part) < case.due_at  # its own six days now, no more


def test_the_lead_does_not_answer_over_an_open_task_but_by_a_signed_reason(city: City) -> None:
    case, _part = helped(city)
    with pytest.raises(Conflict, match="协办没有办结"):
        go(city, case, "handler", "answer", result="solved", proof="处警 12", answer="好了")
    with pytest.raises(Denied):
        go(city, case, "handler", "support_waive", reason="不等了")
    step = go(city, case, "chief", "support_waive", reason="宿舍已搬，不影响答复")
    assert "准予先行答复：宿舍已搬，不影响答复" in step.note
    go(city, case, "handler", "answer", result="solved", proof="处警 12", answer="好了")
    go(city, case, "revisitor", "revisit", reached="yes", responded="yes", solved="yes")
    step = go(city, case, "revisitor", "close")
    assert step.data["supports_ended"] == [str(city.units["trucks"].pk)]
    assert part_of(case).status == "released"


def test_a_refusal_is_talked_out_in_two_rounds_and_then_decided_from_above(city: City) -> None:
    case, part = helped(city)
    go(city, case, "traffic", "support_refuse", reason="三号门是园区内部道路")
    with pytest.raises(Conflict):
        go(city, case, "traffic", "support_reply", text="再说一次")  # not their turn
    go(city, case, "handler", "support_reply", text="门外五十米是市政路")
    go(city, case, "traffic", "support_reply", text="归城管")
    with pytest.raises(Conflict):
        go(city, case, "dispatcher", "support_decide", decision="keep", reason="还没谈完")
    go(city, case, "chief", "support_reply", text="限行归交警")
    with pytest.raises(Conflict):
        go(city, case, "handler", "support_decide", decision="release", reason="自己裁决")
    assert Message.objects.filter(case=case.pk, template="support.undecided").exists()
    go(city, case, "dispatcher", "support_decide", now=NOW + HOUR, decision="keep", reason="市政道路限行归交警")
    assert [(w.side, w.text) for w in SupportWord.objects.filter(support=part).order_by("at", "id")] == [
        ("support", "三号门是园区内部道路"),
        ("lead", "门外五十米是市政路"),
        ("support", "归城管"),
        ("lead", "限行归交警"),
        ("decider", "市政道路限行归交警"),
    ]
    assert part_of(case).status == "working"


def test_silence_ends_a_round_and_the_decider_is_told_once(city: City) -> None:
    case, _part = helped(city)
    go(city, case, "traffic", "support_refuse", reason="不归我们")
    later = NOW + 4 * DAY
    assert remind(now=NOW) == 0
    told = remind(now=later)
    assert told >= 1
    assert remind(now=later) == 0
    assert (
        Message.objects.filter(case=case.pk, template="support.undecided", user=city.users["dispatcher"].pk).count()
        == 1
    )
    go(city, case, "dispatcher", "support_decide", now=later, decision="release", reason="归城管")
    assert part_of(case).status == "released"


def test_a_common_superior_decides_unless_they_spoke(city: City) -> None:
    case = handled(city)
    go(city, case, "dispatcher", "support_ask", unit=city.units["quay"].pk, task="查码头出入口")
    case.refresh_from_db()
    part = part_of(case)
    word = SupportWord(side="lead", by_id=city.users["chief"].pk)
    assert cohandling.decides(case, part, [], city.actor("chief"))
    assert not cohandling.decides(case, part, [word], city.actor("chief"))
    assert not cohandling.decides(case, part, [], city.actor("handler"))


def test_a_task_that_ran_out_is_told_once(city: City) -> None:
    case, _part = helped(city, days=1)
    assert remind(now=NOW + HOUR) == 0
    assert remind(now=NOW + 5 * DAY) == 1
    assert remind(now=NOW + 6 * DAY) == 0
    told = Message.objects.filter(case=case.pk, template="support.late").values_list("user", flat=True)
    assert {city.users["traffic"].pk, city.users["handler"].pk} == set(told)


def test_what_does_not_do_is_sent_back_and_done_again(city: City) -> None:
    case, _part = helped(city)
    go(city, case, "traffic", "support_sign")
    go(city, case, "traffic", "support_finish", result="看过了")
    step = go(city, case, "handler", "support_return", now=NOW + HOUR, reason="请写明查了几张证")
    assert step.data["result"] == "看过了"
    assert part_of(case).ended_at is None
    go(city, case, "traffic", "support_finish", now=NOW + 2 * HOUR, result="查了 12 张")
    assert part_of(case).result == "查了 12 张"


def test_bad_input_is_refused_in_words(city: City) -> None:
    case = handled(city)
    for values in (
        {"unit": city.units["harbour"].pk, "task": "自己帮自己"},
        {"unit": city.units["trucks"].pk, "task": ""},
        {"unit": city.units["trucks"].pk, "task": "查", "days": "99"},
        {"unit": "没有", "task": "查"},
    ):
        with pytest.raises(Invalid):
            go(city, case, "handler", "support_ask", **values)
    go(city, case, "handler", "support_ask", unit=city.units["trucks"].pk, task="查证")
    with pytest.raises(Invalid, match="已有一项协办"):
        go(city, case, "handler", "support_ask", unit=city.units["trucks"].pk, task="再查")
    with pytest.raises((Denied, Missing)):
        go(city, case, "other_handler", "support_sign")
    go(city, case, "handler", "support_ask", unit=city.units["quay"].pk, task="查码头")
    with pytest.raises(Invalid, match="哪个单位"):
        go(city, case, "handler", "support_release", reason="不用了")  # two are there, none picked
    with pytest.raises(Conflict, match="主办时限已到"):
        go(city, case, "handler", "support_ask", now=NOW + 30 * DAY, unit=city.units["river"].pk, task="晚了")


def test_a_dissolved_supporting_unit_leaves_its_task_to_its_successor_or_the_lead(city: City) -> None:
    case, _part = helped(city)
    second, _other = helped(city, unit="quay")
    for unit, heir in (("trucks", "river"), ("quay", "harbour")):
        dissolve(
            city.units[unit].pk, on=NOW.date(), successor_id=city.units[heir].pk, by=city.actor("system_admin"), now=NOW
        )
        units.forget()
        hand_over(unit_id=city.units[unit].pk, by=city.actor("system_admin"), now=NOW)
    moved = part_of(case)
    assert (moved.unit_id, moved.status, moved.task) == (city.units["river"].pk, "asked", "查三号门夜间通行证")
    assert moved.clock is not None
    assert case.steps.filter(move="support_moved").count() == 1
    assert part_of(second).status == "moved"
    step = second.steps.get(move="support_moved")
    assert "交回主办单位" in step.note
    go(city, second, "handler", "answer", result="solved", proof="处警 12", answer="好了")  # nothing is open any more


def test_the_page_and_the_api_show_the_task_and_its_own_remaining_time(city: City) -> None:
    today = timezone.now()
    case, part = helped(city, now=today)
    go(city, case, "traffic", "support_refuse", now=today, reason="三号门是园区内部道路")
    for who in ("traffic", "handler"):
        client = Client()
        client.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
        shown = client.get(f"/desk/cases/{case.number}/").content.decode()
        assert "协办 · 货运大队" in shown
        assert "三号门是园区内部道路" in shown
        assert "等主办单位答复" in shown
    mine = ledger.page(city.actor("traffic"), Filter(scope="mine"), now=today, by_due=True).lines
    (line,) = ledger.with_own_tasks(city.actor("traffic"), mine)
    assert line.due_at == due(part)
    client = Client()
    client.force_login(city.users["traffic"], backend="huhang.base.people.backends.Officers")
    assert "请本单位协办" in client.get("/desk/").content.decode()
    record = caller("traffic").get(f"/requests/{case.number}").json()
    (told,) = record["supports"]
    assert (told["status"], told["turn"], told["task"]) == ("disputed", "lead", "查三号门夜间通行证")
    assert told["left"]
    sent = caller("traffic").post(
        f"/requests/{case.number}/moves/support_sign", {"version": record["version"], "values": {"support": told["id"]}}
    )
    assert sent.status_code == 200
    assert part_of(case).status == "working"
    assert caller("traffic").get(f"/requests/{case.number}/attachments").status_code == 200
    assert part.pk == part_of(case).pk


def test_two_refusals_at_once_make_one_and_one_clean_conflict(own_database: str) -> None:
    with acting(SYSTEM):
        city = make_city()
        case, part = helped(city)
    actor, told, ready = city.actor("traffic"), [], Barrier(2)

    def refuse(reason: str) -> None:
        try:
            ready.wait()
            with acting(actor):
                move(case_id=case.pk, name="support_refuse", values={"reason": reason}, by=actor, now=NOW)
            told.append("made")
        except Refusal as problem:
            told.append(str(problem.status))
        finally:
            connection.close()

    both = [Thread(target=refuse, args=(text,)) for text in ("一", "二")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(told) == ["409", "made"]
    with acting(SYSTEM):
        assert SupportWord.objects.filter(support=part).count() == 1


def test_two_units_that_finish_at_once_both_finish(own_database: str) -> None:
    with acting(SYSTEM):
        city = make_city()
        case, _part = helped(city)
    go(city, case, "handler", "support_ask", unit=city.units["river"].pk, task="查河东路段")
    whose, told, ready = {"traffic": "trucks", "other_handler": "river"}, list[str](), Barrier(2)
    parts: dict[str, Assignment] = {}
    with acting(SYSTEM):
        for who, unit in whose.items():
            parts[who] = Assignment.objects.get(case=case, unit=city.units[unit], role=Assignment.Role.SUPPORT)
    for who, part in parts.items():
        go(city, case, who, "support_sign", support=str(part.pk))

    def finish(who: str) -> None:
        actor = city.actor(who)
        values = {"support": str(parts[who].pk), "result": f"{who} 办完"}
        try:
            ready.wait()
            with acting(actor):
                move(case_id=case.pk, name="support_finish", values=values, by=actor, now=NOW + HOUR)
            told.append("made")
        except Refusal as problem:
            told.append(str(problem.status))
        finally:
            connection.close()

    both = [Thread(target=finish, args=(who,)) for who in parts]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert told == ["made", "made"]
    with acting(SYSTEM):
        ended = Assignment.objects.filter(pk__in=[p.pk for p in parts.values()]).select_related("clock")
        assert {(p.status, p.result, p.clock.stopped_at) for p in ended if p.clock} == {
            ("finished", f"{who} 办完", NOW + HOUR) for who in parts
        }
        steps = Step.objects.filter(case=case, move="support_finish").order_by("seq")
        assert len({s.seq for s in steps}) == 2
        assert Case.objects.get(pk=case.pk).version == max(s.seq for s in steps)
        assert (
            Message.objects.filter(case=case.pk, template="support.finish", user=city.users["handler"].pk).count() == 2
        )
