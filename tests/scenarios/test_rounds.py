"""B2: duties that come round are due, done, late or excused, by records and the clock; it is stored nowhere."""

from datetime import date, datetime
from typing import Any

import pytest

from huhang.base.access.context import SYSTEM, acting
from huhang.base.catalog import queries as catalog
from huhang.base.catalog.models import Entry
from huhang.base.messages.models import Message
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.register.liaisons import actions as liaisons
from huhang.register.posts.models import Post, Stay
from huhang.register.rounds import actions, declaring, queries, reminding
from huhang.register.rounds.deriving import Duty, Span
from huhang.register.rounds.queries import Wanted
from huhang.register.subjects.actions import enter_subject, merge, set_state
from huhang.register.subjects.models import Subject
from tests.factories.city import LONG_AGO, NOW, City, make_city
from tests.factories.visits import visited

pytestmark = pytest.mark.django_db
MEETING, ROUND = "project_meeting", "park_round"
HEAD = [{"name": "王总", "role": "head", "phone": ""}]


def project(city: City, name: str = "海上风电一期", kind: str = "project", since: datetime = LONG_AGO) -> Subject:
    made = enter_subject(kind=kind, name=name, unit_id=city.units["harbour"].pk, by=SYSTEM, now=since)
    liaisons.assign(
        subject_id=made.pk, line="officer", officer_id=city.users["liaison"].pk, why="x", by=SYSTEM, now=since
    )
    return made


def at(day: str, clock: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}:00+08:00")


def told(subject: Subject, now: datetime, rule: str = MEETING, by: Any = SYSTEM) -> dict[date, Duty]:
    span = Span(date(2026, 1, 1), date(2027, 1, 1))
    with acting(by):
        return {one.day: one for one in queries.duties(Wanted(span, rule=rule, of=subject.pk), by, now)}


def test_a_months_meeting_is_due_then_done_then_late() -> None:
    city = make_city()
    one = project(city)
    month = date(2026, 11, 1)
    assert told(one, NOW)[month].state == "due"
    assert told(one, NOW)[month].officer_id == city.users["liaison"].pk
    visited(city, subject=one, now=at("2026-11-10"), met=[], people=3)  # nobody in charge was met
    assert told(one, NOW)[month].state == "due"
    case = visited(city, subject=one, now=at("2026-11-12"), met=HEAD)
    seen = told(one, NOW)[month]
    assert (seen.state, seen.record, seen.done_at, seen.done_by) == (
        "done",
        case.number,
        at("2026-11-12"),
        city.users["liaison"].pk,
    )
    later = told(one, at("2027-01-20"))
    assert later[month].state == "done"
    assert later[date(2026, 12, 1)].state == "late"
    assert [told(one, NOW)[date(2026, n, 1)].state for n in (1, 10)] == ["late", "late"]


def test_a_visit_in_the_days_of_grace_counts_once_for_the_month_that_was_missed() -> None:
    city = make_city()
    one = project(city)
    visited(city, subject=one, now=at("2026-11-04"), met=HEAD)  # within three working days of October's end
    seen = told(one, NOW)
    assert (seen[date(2026, 10, 1)].state, seen[date(2026, 11, 1)].state) == ("done", "due")
    visited(city, subject=one, now=at("2026-11-18"), met=HEAD)
    assert told(one, NOW)[date(2026, 11, 1)].done_at == at("2026-11-18")
    assert told(one, NOW)[date(2026, 9, 1)].later == at("2026-11-04")


def test_a_duty_passes_to_whoever_answers_now_and_stays_with_who_did_then() -> None:
    city = make_city()
    one = project(city)
    who = city.users["handler"].pk
    liaisons.assign(subject_id=one.pk, line="officer", officer_id=who, why="轮岗", by=SYSTEM, now=at("2026-11-15"))
    seen = told(one, NOW)
    assert seen[date(2026, 11, 1)].officer_id == who
    assert seen[date(2026, 10, 1)].officer_id == city.users["liaison"].pk
    with acting(city.actor("handler")):
        mine = queries.mine(city.actor("handler"), queries.now_open(NOW), open_=True)
        assert [d.day for d in queries.duties(mine, city.actor("handler"), NOW)] == [date(2026, 11, 1)]


def test_what_is_closed_or_merged_owes_nothing_more_and_its_past_stands() -> None:
    city = make_city()
    closed, gone, kept = project(city, "甲工程"), project(city, "乙工程"), project(city, "丙工程")
    visited(city, subject=gone, now=at("2026-11-12"), met=HEAD)
    set_state(subject_id=closed.pk, version=closed.version, state="closed", why="停工", by=SYSTEM, now=NOW)
    merge(kept_id=kept.pk, gone_id=gone.pk, versions=(kept.version, gone.version), reason="重复", by=SYSTEM, now=NOW)
    assert date(2026, 11, 1) not in told(closed, NOW)
    assert told(closed, NOW)[date(2026, 10, 1)].state == "late"
    assert told(gone, NOW) == {}
    assert told(kept, NOW)[date(2026, 11, 1)].state == "done"


def test_excusing_takes_a_reason_and_a_chief_and_is_seen() -> None:
    city = make_city()
    one, month = project(city), date(2026, 10, 1)
    key = {"rule": MEETING, "of": one.pk, "day": month}
    for who, kind in (("liaison", Denied), ("handler", Denied), ("other_handler", Missing)):
        with acting(city.actor(who)), pytest.raises(kind):
            actions.excuse(**key, reason="停工", by=city.actor(who), now=NOW)
    chief = city.actor("chief")
    with acting(chief), pytest.raises(Invalid):
        actions.excuse(**key, reason="  ", by=chief, now=NOW)
    with acting(chief):
        made = actions.excuse(**key, reason="整月停工", by=chief, now=NOW)
    assert (told(one, NOW)[month].state, told(one, NOW)[month].reason) == ("excused", "整月停工")
    with acting(city.actor("supervisor")), pytest.raises(Conflict, match="赵海"):
        actions.excuse(**key, reason="停工", by=city.actor("supervisor"), now=NOW)
    with acting(chief):
        tally = queries.summed(queries.tallies(Wanted(queries.month_of(month), rule=MEETING), chief, NOW), "all")[None]
        assert (tally.owed, tally.counts["excused"], tally.coverage) == (1, 1, None)
        actions.end_excuse(excuse_id=made.pk, by=chief, now=NOW)
    assert told(one, NOW)[month].state == "late"
    with acting(chief), pytest.raises(Conflict):
        actions.end_excuse(excuse_id=made.pk, by=chief, now=NOW)


def test_what_is_written_down_must_be_enough_and_nobody_voids_their_own() -> None:
    city = make_city()
    one = project(city)
    key = {"rule": MEETING, "of": one.pk, "day": date(2026, 11, 1), "people": 2, "now": NOW}
    liaison, chief = city.actor("liaison"), city.actor("chief")
    with acting(liaison):
        with pytest.raises(Invalid, match="负责人") as wrong:
            actions.record(**key, held_at=at("2026-11-13"), note="到所里谈进度", by=liaison)
        assert wrong.value.field == "roles"
        with pytest.raises(Invalid) as wrong:
            actions.record(**{**key, "people": 0}, held_at=at("2026-10-25"), note="", by=liaison)
        assert set(wrong.value.problems) == {"held_at", "note", "people"}
        made = actions.record(**key, held_at=at("2026-11-13"), note="到所里谈进度", roles=["head"], by=liaison)
    assert told(one, NOW)[date(2026, 11, 1)].state == "done"
    with acting(liaison), pytest.raises(Denied):
        actions.void_record(record_id=made.pk, why="记错", by=liaison, now=NOW)
    with acting(chief):
        actions.void_record(record_id=made.pk, why="记错了项目", by=chief, now=NOW)
    assert told(one, NOW)[date(2026, 11, 1)].state == "due"
    who = city.actor("second_handler")
    with acting(who), pytest.raises(Denied):
        actions.record(**key, held_at=at("2026-11-13"), note="谈进度", roles=["head"], by=who)


def test_a_week_of_a_park_and_a_quarter_of_a_branch() -> None:
    city = make_city()
    park = project(city, "海港产业园", "park")
    visited(city, "handler", subject=park, now=at("2026-11-18"), met=[], people=1)
    week = told(park, NOW, ROUND)
    assert [week[date(2026, 11, d)].state for d in (2, 9, 16)] == ["late", "late", "done"]
    chief = city.actor("supervisor")
    span = queries.now_open(NOW)
    port = city.units["port"].pk

    def quarter() -> Duty:
        found = queries.duties(Wanted(span, rule="symposium", of=port), chief, NOW)
        return next(one for one in found if one.day == date(2026, 10, 1))

    with acting(chief):
        assert (quarter().state, quarter().name) == ("due", "临港分局")
    first = visited(city, subject=project(city, "厂0", "enterprise"), now=at("2026-11-19"), people=1)
    for n in range(1, 5):
        subject = project(city, f"厂{n}", "enterprise")
        visited(city, subject=subject, now=at("2026-11-19"), people=1, same_session=first.number)
    with acting(chief):
        assert quarter().state == "done"  # five enterprises on one occasion


def test_a_training_gives_rise_to_a_return_visit(monkeypatch: pytest.MonkeyPatch) -> None:
    city = make_city()
    firm = project(city, "培训过的厂", "enterprise")
    statement = (
        f"SELECT 'training', '{firm.pk}'::uuid, '{firm.unit_id}'::uuid, '2026-10-12T02:00Z'::timestamptz, NULL::uuid,"
        " '', '{}'::text[], 1, ''"
    )
    monkeypatch.setitem(declaring._declared, "test", declaring.Declared(statement, frozenset(["training"])))
    seen = told(firm, NOW, "training_return")
    assert [(one.day, one.last, one.state) for one in seen.values()] == [
        (date(2026, 10, 12), date(2026, 11, 9), "late")
    ]
    visited(city, subject=firm, now=at("2026-11-18"), purpose="return", people=1)
    (one,) = told(firm, NOW, "training_return").values()
    assert (one.state, one.later) == ("late", at("2026-11-18"))  # late it stays; made up for it is


def test_a_new_version_leaves_what_runs_and_what_was() -> None:
    city = make_city()
    one = project(city)
    entry = Entry.objects.get(kind="recurring_duties", code=MEETING)
    body = {**entry.body, "version": 2, "period": "week", "grace": 0, "since": "2026-01-01"}
    Entry.objects.create(kind="recurring_duties", code=MEETING, version=2, digest="x", body=body, loaded_at=NOW)
    catalog.forget()
    seen = told(one, at("2026-12-20"))
    assert [(d.version, d.day) for d in seen.values() if d.last > date(2026, 10, 30)] == [
        (1, date(2026, 11, 1)),
        (2, date(2026, 12, 7)),
        (2, date(2026, 12, 14)),
    ]
    assert all(
        d.version == 1 for d in seen.values() if d.day < date(2026, 11, 1)
    )  # nobody is late by what was not there
    Entry.objects.filter(kind="recurring_duties", code=MEETING).update(withdrawn_at=at("2026-12-10"))
    catalog.forget()
    assert max(told(one, at("2026-12-20"))) == date(2026, 12, 7)  # given up: what ran runs out
    catalog.forget()


def test_an_outage_loses_no_reminder_and_sends_one() -> None:
    city = make_city()
    one, two = project(city, "甲工程"), project(city, "乙工程")
    who = city.users["liaison"].pk

    def texts() -> list[str]:
        rows = Message.objects.filter(user=who, template="rounds.digest").order_by("created_at")
        return list(rows.values_list("text", flat=True))

    assert reminding.tell(at("2026-10-25")) == 0  # a Sunday
    reminding.tell(at("2026-10-27"))
    assert len(texts()) == 1
    assert "2 项快到期" in texts()[0]
    reminding.tell(at("2026-10-27", "15:00"))
    reminding.tell(at("2026-10-28"))
    assert len(texts()) == 1  # nothing new, nothing told
    visited(city, subject=one, now=at("2026-10-29"), met=HEAD)
    reminding.tell(at("2026-11-30"))  # out from October to the end of November
    assert len(texts()) == 2
    assert "2 项快到期，1 项已经迟了" in texts()[1]
    assert two.pk != one.pk


def test_whoever_is_posted_owes_the_week_of_a_post() -> None:
    city = make_city()
    station = enter_subject(kind="post", name="海港警务站", unit_id=city.units["harbour"].pk, by=SYSTEM, now=LONG_AGO)
    post = Post.objects.create(
        station=station, host=project(city), why="x", opened_on=date(2026, 11, 1), created_at=LONG_AGO
    )
    who = city.users["handler"].pk
    Stay.objects.create(post=post, officer_id=who, starts_on=date(2026, 11, 9), why="x")
    week = told(station, NOW, ROUND)
    assert week[date(2026, 11, 16)].officer_id == who
    assert week[date(2026, 11, 2)].officer_id == who, "on the day of grace it was due"
    assert week[date(2026, 10, 26)].officer_id is None
