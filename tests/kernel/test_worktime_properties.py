"""What must hold of every due date, whatever the start, the pauses and the extensions."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from huhang.kernel.worktime import (
    Deadline,
    Extension,
    Pause,
    Unit,
    due,
    elapsed_working_days,
    explain,
    remaining,
    used_fraction,
    working_time,
)
from tests.kernel.worktime_facts import CALENDAR, SCHEDULE

starts = st.datetimes(datetime(2014, 11, 1), datetime(2027, 6, 1), timezones=st.just(UTC))
amounts = st.integers(1, 40)
units = st.sampled_from(list(Unit))


@st.composite
def pauses(draw: st.DrawFn) -> list[Pause]:
    """Some pauses at odd times, overlapping now and then, all of them closed."""
    base = draw(starts)
    out = []
    for _ in range(draw(st.integers(0, 4))):
        start = base + timedelta(minutes=draw(st.integers(-5_000, 60_000)))
        out.append(Pause(start, start + timedelta(minutes=draw(st.integers(0, 20_000))), "等"))
    return out


def _due(start: datetime, amount: int, unit: Unit, stops: list[Pause]) -> Deadline:
    return due(start=start, amount=amount, unit=unit, calendar=CALENDAR, schedule=SCHEDULE, pauses=stops)


def _at(start: datetime, stops: list[Pause]) -> list[Pause]:
    """The same pauses moved to where they can matter."""
    if not stops:
        return []
    shift = start - stops[0].start + timedelta(hours=20)
    return [Pause(p.start + shift, p.end + shift if p.end else None, p.reason) for p in stops]


@given(starts, amounts, units, pauses())
def test_a_longer_period_is_never_due_earlier(start: datetime, amount: int, unit: Unit, stops: list[Pause]) -> None:
    stops = _at(start, stops)
    shorter, longer = _due(start, amount, unit, stops), _due(start, amount + 1, unit, stops)
    assert shorter.due_at
    assert longer.due_at
    assert shorter.due_at < longer.due_at


@given(starts, amounts, units, pauses(), st.integers(0, 30_000))
def test_a_longer_pause_never_makes_it_earlier(
    start: datetime, amount: int, unit: Unit, stops: list[Pause], more: int
) -> None:
    stops = _at(start, stops)
    longer = [Pause(p.start, p.end + timedelta(minutes=more) if p.end else None, p.reason) for p in stops]
    a, b = _due(start, amount, unit, stops).due_at, _due(start, amount, unit, longer).due_at
    assert a
    assert b
    assert start < a <= b


@given(starts, st.integers(0, 40), pauses())
def test_working_days_end_with_business_on_a_working_day(start: datetime, amount: int, stops: list[Pause]) -> None:
    due_at = _due(start, amount, Unit.WORKING_DAYS, _at(start, stops)).due_at
    assert due_at
    day = SCHEDULE.date_of(due_at)
    assert CALENDAR.kind_of(day).works
    assert due_at == SCHEDULE.close_of(day)


@given(starts, amounts, st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS]), pauses())
def test_the_trace_counts_exactly_the_days_of_the_period(
    start: datetime, amount: int, unit: Unit, stops: list[Pause]
) -> None:
    trace = _due(start, amount, unit, _at(start, stops)).trace
    assert [note.number for note in trace if note.counted] == list(range(1, amount + 1))
    first = SCHEDULE.date_of(start)
    assert [note.date for note in trace] == [first + timedelta(days=i) for i in range(len(trace))]
    assert trace[-1].mark == "due"


@given(starts, amounts, st.sampled_from([Unit.WORKING_HOURS, Unit.HOURS]), pauses())
def test_the_trace_counts_exactly_the_minutes_of_the_period(
    start: datetime, amount: int, unit: Unit, stops: list[Pause]
) -> None:
    trace = _due(start, amount, unit, _at(start, stops)).trace
    assert sum(note.minutes or 0 for note in trace) == amount * 60


@given(starts, amounts)
def test_remaining_and_elapsed_agree_with_due(start: datetime, amount: int) -> None:
    due_at = _due(start, amount, Unit.WORKING_DAYS, []).due_at
    assert due_at
    assert elapsed_working_days(start, due_at, CALENDAR, SCHEDULE) == amount
    opening = SCHEDULE.whole(CALENDAR.next_working(SCHEDULE.date_of(start)))[0]
    assert remaining(opening, due_at, CALENDAR, SCHEDULE) == (False, amount, 0, False)


@given(starts, amounts)
def test_working_hours_agree_with_working_time(start: datetime, amount: int) -> None:
    due_at = _due(start, amount, Unit.WORKING_HOURS, []).due_at
    assert due_at
    assert working_time(start, due_at, CALENDAR, SCHEDULE) == timedelta(hours=amount)


@given(starts, amounts, units, pauses(), st.integers(0, 100_000))
def test_what_is_frozen_and_what_was_used_make_the_whole(
    start: datetime, amount: int, unit: Unit, stops: list[Pause], after: int
) -> None:
    stops = [*_at(start, stops), Pause(start + timedelta(minutes=after), None)]
    deadline = _due(start, amount, unit, stops)
    used = [note for note in deadline.trace if note.counted]
    if deadline.due_at:
        assert deadline.remaining_frozen is None
    elif unit.in_days:
        assert len(used) + (deadline.remaining_frozen or 0) == amount
    else:
        assert sum(note.minutes or 0 for note in used) + (deadline.remaining_frozen or 0) == amount * 60


@given(starts, amounts, st.integers(1, 20), units, pauses())
def test_an_extension_is_as_good_as_a_longer_period(
    start: datetime, amount: int, more: int, unit: Unit, stops: list[Pause]
) -> None:
    stops = _at(start, stops)
    extended = due(
        start=start,
        amount=amount,
        unit=unit,
        calendar=CALENDAR,
        schedule=SCHEDULE,
        pauses=stops,
        extensions=[Extension(more, start)],
    )
    assert extended.due_at == _due(start, amount + more, unit, stops).due_at
    assert extended.total == amount + more


@given(starts, amounts, pauses())
def test_a_date_is_provisional_exactly_when_a_judged_day_is(start: datetime, amount: int, stops: list[Pause]) -> None:
    deadline = _due(start, amount, Unit.WORKING_DAYS, _at(start, stops))
    judged = [CALENDAR.kind_of(note.date).provisional for note in deadline.trace[1:] if note.mark != "pause"]
    assert deadline.provisional == any(judged)


@given(starts, amounts, units, pauses(), st.sampled_from(["zh", "en"]))
def test_every_day_has_its_line(start: datetime, amount: int, unit: Unit, stops: list[Pause], language: str) -> None:
    deadline = _due(start, amount, unit, _at(start, stops))
    lines = explain(deadline, "en" if language == "en" else "zh")
    assert len(lines) == 2 + len(deadline.trace) + bool(deadline.calendar_version) + deadline.provisional
    assert not any("{" in line for line in lines)


@given(starts, amounts, units, pauses(), st.integers(0, 100_000))
def test_the_bar_only_grows_and_stays_within_its_frame(
    start: datetime, amount: int, unit: Unit, stops: list[Pause], minutes: int
) -> None:
    stops = _at(start, stops)
    due_at = _due(start, amount, unit, stops).due_at
    assert due_at
    now = start + timedelta(minutes=minutes)
    bars = [
        used_fraction(start, due_at, at, CALENDAR, SCHEDULE, unit=unit, pauses=stops)
        for at in (start, now, now + timedelta(hours=3), due_at, due_at + timedelta(days=1))
    ]
    assert 0 <= bars[0] <= bars[1] <= bars[2] <= 1
    assert bars[3] == bars[4] == 1
