"""Clocks, batches, views, words and units around a case."""

from datetime import date, timedelta
from typing import Any

import pytest

from huhang.base.access.context import acting
from huhang.base.access.rules import Actor
from huhang.base.jobs.models import Work
from huhang.base.journal.models import Entry
from huhang.cases import actions
from huhang.cases.actions import clocks
from huhang.cases.models import Batch, Case, Clock, ClockExtension, Comment, SavedView
from huhang.cases.registry import kind_of
from huhang.cases.rules import Promise
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.register.units import queries as units
from huhang.register.units.actions import dissolve, found
from tests.factories.city import NOW, City, filed, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def go(city: City, case: Case, who: str, name: str, **values: Any) -> None:
    actor = city.actor(who)
    with acting(actor):
        actions.move(case_id=case.pk, name=name, values=values, by=actor, now=NOW)


def in_hand(city: City) -> Case:
    case = filed(city).case
    go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", unit=city.units["harbour"].pk)
    go(city, case, "handler", "sign")
    return Case.objects.get(pk=case.pk)


def test_a_clock_is_paused_once_and_resumed_once(city: City) -> None:
    case = in_hand(city)
    clocks.pause(case, "answer", reason="等补充", at=NOW)
    with pytest.raises(Conflict):
        clocks.pause(case, "answer", reason="又等", at=NOW)
    clocks.resume(case, "answer", at=NOW + timedelta(days=1), supplied=True)
    with pytest.raises(Conflict):
        clocks.resume(case, "answer", at=NOW + timedelta(days=2), supplied=True)


def test_a_paused_clock_that_is_stopped_has_a_due_date_again(city: City) -> None:
    case = in_hand(city)
    clocks.pause(case, "answer", reason="等补充", at=NOW)
    clocks.stop(case, "answer", at=NOW + timedelta(days=1))
    newest = Clock.objects.filter(case=case, name="answer").order_by("-id").first()  # classifying began a second one
    assert newest is not None
    assert newest.due_at is not None
    clocks.stop(case, "answer", at=NOW)  # nothing runs any more: nothing happens


def test_more_time_is_asked_for_before_the_end_once_and_not_beyond_the_first_period(city: City) -> None:
    case, handler = in_hand(city), city.actor("handler")
    assert case.due_at is not None
    ask = {"reason": "等鉴定", "by": handler}
    with pytest.raises(Conflict, match="到期"):
        clocks.ask_extension(case, "answer", amount=1, at=case.due_at, **ask)
    with pytest.raises(Conflict, match="不能超过"):
        clocks.ask_extension(case, "answer", amount=30, at=NOW, **ask)
    clocks.ask_extension(case, "answer", amount=2, at=NOW, **ask)
    with pytest.raises(Conflict, match="在等审批"):
        clocks.ask_extension(case, "answer", amount=2, at=NOW, **ask)
    with pytest.raises(Conflict, match="自己"):
        clocks.decide_extension(case, "answer", granted=True, decision="好", by=handler, at=NOW)
    clocks.decide_extension(case, "answer", granted=True, decision="好", by=city.actor("chief"), at=NOW)
    with pytest.raises(Conflict, match="一次"):
        clocks.ask_extension(case, "answer", amount=2, at=NOW, **ask)
    with pytest.raises(Conflict, match="没有等待"):
        clocks.decide_extension(case, "answer", granted=True, decision="好", by=city.actor("chief"), at=NOW)


def test_no_clock_no_extension(city: City) -> None:
    case = in_hand(city)
    with pytest.raises(Conflict):
        clocks.ask_extension(case, "revisit", amount=1, reason="x", by=city.actor("handler"), at=NOW)
    with pytest.raises(Conflict):
        clocks.decide_extension(case, "revisit", granted=True, decision="x", by=city.actor("chief"), at=NOW)


def test_a_refused_extension_moves_no_date(city: City) -> None:
    case = in_hand(city)
    before = case.due_at
    clocks.ask_extension(case, "answer", amount=2, reason="x", by=city.actor("handler"), at=NOW)
    clocks.decide_extension(case, "answer", granted=False, decision="不必", by=city.actor("chief"), at=NOW)
    assert case.due_at == before
    assert ClockExtension.objects.get(clock__case=case).granted is False


def test_dates_beyond_the_published_holidays_are_provisional_and_counted_anew(city: City) -> None:
    case = in_hand(city)
    clocks.stop(case, "answer", at=NOW)
    far = clocks.start(case, "answer", Promise("help@1", 300, "working_days"), at=NOW)
    case.save(update_fields=["due_at", "due_provisional", "due_from", "waiting"])
    assert far.provisional
    assert Case.objects.get(pk=case.pk).due_provisional
    assert clocks.recount(by=city.actor("system_admin"), now=NOW) == 0
    Clock.objects.filter(pk=far.pk).update(due_at=NOW)
    Case.objects.filter(pk=case.pk).update(due_at=NOW)
    assert clocks.recount(by=city.actor("system_admin"), now=NOW) == 1
    assert Case.objects.get(pk=case.pk).due_at == far.due_at
    assert Entry.objects.filter(action="clock.recount", case=case.pk).exists()


def test_a_dissolved_unit_takes_no_work_and_names_its_successor(city: City) -> None:
    case, admin = in_hand(city), city.actor("system_admin")
    old, new = city.units["harbour"], city.units["quay"]
    with pytest.raises(Conflict):
        actions.hand_over(unit_id=old.pk, by=admin, now=NOW)
    with pytest.raises(Invalid):
        dissolve(old.pk, on=date(2026, 11, 20), successor_id=old.pk, by=admin, now=NOW)
    with pytest.raises(Conflict, match="下面还有"):
        dissolve(city.units["port"].pk, on=date(2026, 11, 20), successor_id=new.pk, by=admin, now=NOW)
    dissolve(old.pk, on=date(2026, 11, 20), successor_id=new.pk, by=admin, now=NOW)
    units.forget()
    with pytest.raises(Conflict, match="已经撤销"):
        dissolve(old.pk, on=date(2026, 11, 20), successor_id=new.pk, by=admin, now=NOW)
    with pytest.raises(Invalid, match="码头派出所"):
        units.receiving(old.pk, on=date(2026, 11, 20))
    assert actions.hand_over(unit_id=old.pk, by=admin, now=NOW) == 1
    case.refresh_from_db()
    assert case.unit_id == new.pk
    assert case.steps.filter(move="hand_over").exists()
    with pytest.raises(Denied):
        actions.hand_over(unit_id=old.pk, by=city.actor("chief"), now=NOW)


def test_units_stand_in_three_levels(city: City) -> None:
    admin = city.actor("system_admin")
    rest = {"kind": "station", "valid_from": date(2026, 1, 1), "by": admin, "now": NOW}
    made = found(code="3799010099", name="新所", short_name="新所", parent=city.units["port"], **rest)
    assert (made.level, made.branch_id) == (3, city.units["port"].pk)
    with pytest.raises(Invalid):
        found(code="3799010098", name="太深", short_name="太深", parent=made, **rest)


def test_a_note_stays_among_colleagues_who_see_the_case(city: City) -> None:
    case, handler = in_hand(city), city.actor("handler")
    with acting(handler):
        actions.comment(case_id=case.pk, text="已电话核实", by=handler, now=NOW)
        with pytest.raises(Invalid):
            actions.comment(case_id=case.pk, text="  ", by=handler, now=NOW)
    for who, refusal in (("other_handler", Missing), ("auditor", Denied)):
        actor = city.actor(who)
        with acting(actor), pytest.raises(refusal):
            actions.comment(case_id=case.pk, text="x", by=actor, now=NOW)
    person = Actor(kind="person", id=case.requester_id, person=case.requester_id)
    with acting(person):
        assert not Comment.objects.exists()


def test_a_kept_view_is_replaced_by_its_name_and_forgotten_by_its_owner_only(city: City) -> None:
    handler = city.actor("handler")
    with acting(handler):
        view = actions.keep_view(page="inbox", name="超期", query="late=1", shared=True, by=handler, now=NOW)
        again = actions.keep_view(
            page="inbox", name="超期", query="late=1&urgency=2", shared=False, by=handler, now=NOW
        )
        assert view.pk == again.pk
        assert SavedView.objects.get().unit_id is None
        for name, query in ((" ", ""), ("x", "y" * 501)):
            with pytest.raises(Invalid):
                actions.keep_view(page="inbox", name=name, query=query, shared=False, by=handler, now=NOW)
    with pytest.raises(Missing):
        actions.forget_view(view_id=view.pk, by=city.actor("second_handler"), now=NOW)
    with acting(handler):
        actions.forget_view(view_id=view.pk, by=handler, now=NOW)
    with pytest.raises(Denied):
        actions.keep_view(page="inbox", name="x", query="", shared=False, by=Actor(), now=NOW)


def test_many_are_dispatched_in_one_go_and_each_is_told(city: City) -> None:
    dispatcher = city.actor("dispatcher")
    cases = [filed(city, phone=f"1380000000{i}").case for i in range(3)]
    for case in cases[:2]:
        go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")
    chosen = [(c.pk, Case.objects.get(pk=c.pk).version) for c in cases]
    values = {"unit": str(city.units["harbour"].pk)}
    with acting(dispatcher):
        batch = actions.start_batch(
            kind="request", move_name="dispatch", chosen=chosen, values=values, by=dispatcher, now=NOW
        )
    assert Work.objects.filter(name="cases.batch", args={"batch": str(batch.pk)}).exists()
    actions.run_batch(batch.pk)
    actions.run_batch(batch.pk)  # run twice, done once
    rows = {r.case_id: r.refused for r in Batch.objects.get(pk=batch.pk).rows.all()}
    assert [rows[c.pk] for c in cases[:2]] == ["", ""]
    assert "待归类" in rows[cases[2].pk]
    assert Case.objects.filter(state="dispatched").count() == 2
    assert Batch.objects.get(pk=batch.pk).finished_at is not None


def test_a_batch_is_refused_when_it_makes_no_sense(city: City) -> None:
    dispatcher, case = city.actor("dispatcher"), filed(city).case
    values = {"unit": str(city.units["harbour"].pk)}

    def start(actor: Actor = dispatcher, name: str = "dispatch", n: int = 1, given: dict[str, Any] = values) -> None:
        chosen = [(case.pk, 1)] * n
        with acting(actor):
            actions.start_batch(kind="request", move_name=name, chosen=chosen, values=given, by=actor, now=NOW)

    for bad in ({"name": "answer"}, {"name": "fly"}, {"n": 0}, {"n": 501}, {"given": {"unit": "?"}}):
        with pytest.raises(Invalid):
            start(**bad)  # type: ignore[arg-type]
    with pytest.raises(Denied):
        start(city.actor("handler"))


def test_an_unknown_kind_is_not_there() -> None:
    with pytest.raises(Missing):
        kind_of("zebra")


def test_an_unknown_move_is_named(city: City) -> None:
    case, clerk = filed(city).case, city.actor("clerk")
    with acting(clerk), pytest.raises(Invalid, match="fly"):
        actions.move(case_id=case.pk, name="fly", values={}, by=clerk, now=NOW)


def test_an_officer_without_the_permission_opens_nothing(city: City) -> None:
    auditor = city.actor("auditor")
    with acting(auditor), pytest.raises(Denied):
        actions.open_case("request", by=auditor, now=NOW, body="x", channel="letter")
