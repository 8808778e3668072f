"""B2: what cannot be excused, written down, voided or subscribed to, each with its reason."""

import uuid
from datetime import date
from typing import Any

import pytest

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import STRANGER
from huhang.base.catalog import queries as catalog
from huhang.base.catalog.models import Entry
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.register.rounds import actions, queries
from huhang.register.rounds.models import Excuse, Feed, Record
from huhang.register.subjects.models import Subject
from tests.factories.city import NOW, make_city
from tests.factories.visits import visited
from tests.scenarios.test_rounds import HEAD, MEETING, ROUND, at, project

pytestmark = pytest.mark.django_db


def test_each_refusal_says_why() -> None:
    city = make_city()
    one, park = project(city), project(city, "海港产业园", "park")
    liaison, chief, supervisor = city.actor("liaison"), city.actor("chief"), city.actor("supervisor")
    month: dict[str, Any] = {"rule": MEETING, "of": one.pk, "day": date(2026, 11, 1), "now": NOW}
    told = {"note": "谈进度", "people": 2, "roles": ["head", "a\0b"]}
    with acting(liaison):
        for held, says in (("2026-11-21", "还没有到"), ("2026-10-10", "31 天"), ("2026-10-30", "周期")):
            with pytest.raises(Invalid) as wrong:
                actions.record(**month, **told, held_at=at(held), by=liaison)
            assert says in wrong.value.problems["held_at"]
        made = actions.record(**month, **told, held_at=at("2026-11-12"), by=liaison)
        assert Record.objects.get(pk=made.pk).roles == ["head"]
        with pytest.raises(Conflict, match="已经做到"):
            actions.record(**month, **told, held_at=at("2026-11-13"), by=liaison)
        with pytest.raises(Missing):
            actions.record(**{**month, "day": date(1, 1, 1)}, **told, held_at=NOW, by=liaison)
    with acting(chief), pytest.raises(Conflict, match="已经做到"):
        actions.excuse(rule=MEETING, of=one.pk, day=date(2026, 11, 1), reason="停工", by=chief, now=NOW)
    void: dict[str, Any] = {"record_id": made.pk, "now": NOW}
    who = city.actor("second_handler")
    with acting(who), pytest.raises(Denied, match="单位负责人"):
        actions.void_record(**void, why="记错", by=who)
    with acting(chief):
        with pytest.raises(Missing):
            actions.void_record(record_id=uuid.UUID(int=7), why="记错", by=chief, now=NOW)
        with pytest.raises(Invalid, match="为什么作废"):
            actions.void_record(**void, why=" ", by=chief)
        actions.void_record(**void, why="记错", by=chief)
        with pytest.raises(Conflict, match="已经作废"):
            actions.void_record(**void, why="记错", by=chief)
        excused = actions.excuse(rule=MEETING, of=one.pk, day=date(2026, 10, 1), reason="停工", by=chief, now=NOW)
    with acting(liaison), pytest.raises(Denied):
        actions.end_excuse(excuse_id=excused.pk, by=liaison, now=NOW)
    with acting(supervisor), pytest.raises(Missing):
        actions.end_excuse(excuse_id=uuid.UUID(int=7), by=supervisor, now=NOW)
    for act in (actions.close_feed, lambda **kw: actions.open_feed(language="en", **kw)):
        with pytest.raises(Denied):
            act(by=STRANGER, now=NOW)
    assert actions.feed_by("") is actions.feed_by("字") is actions.feed_by("x" * 43) is None
    far = {"rule": ROUND, "of": park.pk, "day": date(2026, 11, 16), "held_at": at("2026-11-18"), "people": 1}
    other = city.actor("traffic")
    with acting(SYSTEM), pytest.raises(Invalid, match="还不算做到"):  # nobody of the park's unit
        actions.record(**far, note="路过", by=_in(other.unit), now=NOW)


def _in(unit: uuid.UUID | None) -> Any:
    """The system, credited to a unit, so that no wall of sight stands before the rule."""
    from dataclasses import replace

    from huhang.base.access.rules import Grant, Reach

    assert unit is not None
    return replace(SYSTEM, grants=(Grant("handler", unit, Reach.OWN),))


def test_a_symposium_takes_enough_subjects_and_is_excused_from_above() -> None:
    city = make_city()
    chief, supervisor, port = city.actor("chief"), city.actor("supervisor"), city.units["port"].pk
    quarter: dict[str, Any] = {"rule": "symposium", "of": port, "day": date(2026, 10, 1), "now": NOW}
    told = {"held_at": at("2026-11-18"), "note": "听取意见", "people": 20}
    with acting(chief):
        with pytest.raises(Invalid, match="至少要有 5 家"):
            actions.record(**quarter, **told, bodies=4, by=chief)
        with pytest.raises(Invalid) as wrong:
            actions.record(**quarter, **told, bodies=0, by=chief)
        assert "bodies" in wrong.value.problems
        with pytest.raises(Denied, match="上级"):
            actions.excuse(**quarter, reason="忙", by=chief)
    with acting(supervisor):
        made = actions.excuse(**quarter, reason="防汛", by=supervisor)
        actions.end_excuse(excuse_id=made.pk, by=supervisor, now=NOW)
    with acting(chief):
        actions.record(**quarter, **told, bodies=6, by=chief)
        assert queries.duty_of("symposium", port, date(2026, 10, 1), chief, NOW).state == "done"
    liaison = city.actor("liaison")
    with acting(liaison), pytest.raises(Missing):
        actions.record(**quarter, **told, bodies=6, by=liaison)


def test_a_rule_without_writing_down_takes_visits_alone_and_a_chief_does_not_excuse_themself() -> None:
    city = make_city()
    one = project(city)
    entry = Entry.objects.get(kind="recurring_duties", code=MEETING)
    entry.body["done"] = entry.body["done"][:1]
    entry.body["owes"] = {"lines": ["branch_chief"]}
    entry.save()
    catalog.forget()
    from huhang.register.liaisons import actions as liaisons

    who = city.users["chief"].pk
    liaisons.assign(subject_id=one.pk, line="branch_chief", officer_id=who, why="x", by=SYSTEM, now=at("2026-10-01"))
    chief, key = city.actor("chief"), {"rule": MEETING, "of": one.pk, "day": date(2026, 11, 1)}
    with acting(chief):
        with pytest.raises(Denied, match="自己的职责"):
            actions.excuse(**key, reason="忙", by=chief, now=NOW)
        with pytest.raises(Conflict, match="走访"):
            actions.record(**key, held_at=at("2026-11-12"), note="谈", people=1, roles=["head"], by=chief, now=NOW)
    visited(city, "chief", subject=one, now=at("2026-11-12"), met=HEAD)
    with acting(chief):
        assert queries.duty_of(MEETING, one.pk, date(2026, 11, 1), chief, NOW).state == "done"
    catalog.forget()


def test_the_walls_hold_without_the_application() -> None:
    # SAFEGUARDS 2: row-level security alone
    city = make_city()
    one = project(city, "涉密工程")
    chief, liaison = city.actor("chief"), city.actor("liaison")
    with acting(chief):
        actions.excuse(rule=MEETING, of=one.pk, day=date(2026, 10, 1), reason="停工", by=chief, now=NOW)
    with acting(liaison):
        told = {"held_at": at("2026-11-12"), "note": "谈", "people": 2, "roles": ["head"]}
        actions.record(rule=MEETING, of=one.pk, day=date(2026, 11, 1), **told, by=liaison, now=NOW)
        actions.open_feed(language="en", by=liaison, now=NOW)
    Subject.objects.filter(pk=one.pk).update(sensitive=True)
    for who, seen in (("liaison", 1), ("other_handler", 0), ("security_admin", 0)):
        with acting(city.actor(who)):
            assert (Excuse.objects.count(), Record.objects.count()) == (seen, seen), who
            assert Feed.objects.count() == (who == "liaison")
            assert queries.duties(queries.Wanted(queries.now_open(NOW)), city.actor(who), NOW) != [] or not seen
    with acting(STRANGER):
        assert not Excuse.objects.exists()
        assert queries.duties(queries.Wanted(queries.now_open(NOW)), STRANGER, NOW) == []
