"""B2: duties that come round are due, done, late or excused, by records and the clock; it is stored nowhere."""

from datetime import date, datetime
from typing import Any

import pytest

from huhang.base.access.context import SYSTEM, acting
from huhang.register.liaisons import actions as liaisons
from huhang.register.rounds import queries
from huhang.register.rounds.deriving import Duty, Span
from huhang.register.rounds.queries import Wanted
from huhang.register.subjects.actions import enter_subject
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
