"""Time left and overrun, as rows and bars tell it (promise C3)."""

from datetime import date

import pytest

from huhang.kernel.worktime import (
    Calendar,
    Pause,
    Remaining,
    Unit,
    elapsed_working_days,
    is_late,
    remaining,
    say_remaining,
    used_fraction,
    working_time,
)
from tests.kernel.worktime_facts import CALENDAR, SCHEDULE, at


def _said(now: str, due: str, unit: Unit = Unit.WORKING_DAYS) -> str:
    return say_remaining(remaining(at(now), at(due), CALENDAR, SCHEDULE, unit))


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2026-02-27 14:30", "剩 1 个工作日 3 小时"),
        ("2026-02-26 14:30", "剩 2 个工作日 3 小时"),
        ("2026-02-28 14:10", "剩 3 小时 20 分"),
        ("2026-02-28 16:30", "剩 1 小时"),
        ("2026-02-28 17:10", "剩 20 分"),
        ("2026-02-28 17:29:30", "剩不足 1 分"),
        ("2026-02-28 07:00", "剩 1 个工作日"),
        ("2026-02-13 17:30", "剩 6 个工作日"),
        ("2026-02-28 17:30", "超期不足 1 分"),
        ("2026-03-01 12:00", "超期不足 1 分"),
        ("2026-03-02 08:50", "超期 20 分"),
        ("2026-03-03 10:30", "超期 1 天 2 小时"),
    ],
)
def test_time_left_and_overrun_on_28_february_2026_in_working_time(now: str, said: str) -> None:
    assert _said(now, "2026-02-28 17:30") == said


def test_periods_by_the_wall_clock_are_told_by_the_wall_clock() -> None:
    assert _said("2026-02-15 23:10", "2026-02-16 01:10", Unit.HOURS) == "剩 2 小时"
    assert _said("2026-02-15 12:00", "2026-02-17 17:30", Unit.CALENDAR_DAYS) == "剩 2 天 5 小时"
    assert _said("2026-02-17 17:30", "2026-02-15 12:00", Unit.CALENDAR_DAYS) == "超期 2 天 5 小时"


def test_the_same_in_english() -> None:
    assert say_remaining(Remaining(False, 2, 180), "en") == "2 working days 3 h left"
    assert say_remaining(Remaining(True, 1, 0), "en") == "1 working day late"
    assert say_remaining(Remaining(False, 0, 200), "en") == "3 h 20 min left"
    assert say_remaining(Remaining(False, 2, 0, wall=True), "en") == "2 days left"
    assert say_remaining(Remaining(True, 0, 0), "en") == "less than 1 min late"


def test_the_due_instant_itself_is_late() -> None:
    due = at("2026-02-28 17:30")
    assert is_late(due, due)
    assert not is_late(at("2026-02-28 17:29:59"), due)
    assert remaining(due, due, CALENDAR, SCHEDULE) == Remaining(True, 0, 0)


def test_elapsed_working_days_count_make_up_days_and_skip_holidays() -> None:
    assert elapsed_working_days(at("2026-02-13 15:26"), at("2026-02-27 09:00"), CALENDAR, SCHEDULE) == 5
    assert elapsed_working_days(at("2026-02-27 09:00"), at("2026-02-13 15:26"), CALENDAR, SCHEDULE) == -5
    assert elapsed_working_days(at("2026-03-02 00:00"), at("2026-03-02 23:59"), CALENDAR, SCHEDULE) == 0
    assert elapsed_working_days(at("2026-03-02 17:30"), at("2026-03-03 00:00"), CALENDAR, SCHEDULE) == 1


def test_working_time_is_half_open_and_stays_inside_the_slots() -> None:
    def hours(a: str, b: str) -> float:
        return working_time(at(a), at(b), CALENDAR, SCHEDULE).total_seconds() / 3600

    assert hours("2026-03-02 00:00", "2026-03-03 00:00") == 7.5
    assert hours("2026-03-02 12:00", "2026-03-02 13:30") == 0
    assert hours("2026-03-02 11:00", "2026-03-02 14:00") == 1.5
    assert hours("2026-03-02 14:00", "2026-03-02 11:00") == 0
    assert hours("2026-03-02 14:00", "2026-02-20 11:00") == 0
    assert hours("2026-02-13 17:00", "2026-02-24 09:00") == 0.5 + 7.5 + 0.5


def test_the_bar_shows_the_share_used() -> None:
    start, due = at("2026-03-02 08:30"), at("2026-03-03 17:30")

    def used(now: str, **more: object) -> float:
        return used_fraction(start, due, at(now), CALENDAR, SCHEDULE, **more)  # type: ignore[arg-type]

    assert used("2026-03-01 08:30") == 0
    assert used("2026-03-02 20:00") == 0.5
    assert used("2026-03-03 17:30") == 1
    assert used("2026-04-03 17:30") == 1
    assert used("2026-03-02 20:30", unit=Unit.HOURS) == pytest.approx(12 / 33)


def test_the_bar_stands_still_in_a_pause() -> None:
    start, due = at("2026-03-02 08:30"), at("2026-03-04 17:30")
    pauses = [Pause(at("2026-03-03 00:00"), at("2026-03-04 00:00"))]

    def used(now: str) -> float:
        return used_fraction(start, due, at(now), CALENDAR, SCHEDULE, pauses=pauses)

    assert used("2026-03-02 20:00") == used("2026-03-03 12:00") == used("2026-03-04 08:30") == 0.5
    frozen = [Pause(at("2026-03-02 12:00"), None)]
    assert used_fraction(start, due, at("2026-03-03 10:00"), CALENDAR, SCHEDULE, pauses=frozen) == 1


def test_a_period_without_working_time_is_empty_until_it_is_due() -> None:
    start, due = at("2026-03-07 09:00"), at("2026-03-07 11:00")
    assert used_fraction(start, due, at("2026-03-07 10:00"), CALENDAR, SCHEDULE) == 0
    assert used_fraction(start, due, at("2026-03-07 11:00"), CALENDAR, SCHEDULE) == 1


def test_time_left_over_years_is_counted_without_walking_the_days(monkeypatch: pytest.MonkeyPatch) -> None:
    CALENDAR.works_between(date(2015, 1, 1), date(2027, 1, 1))  # each year is counted out once and kept
    looked: list[date] = []
    real = Calendar.kind_of
    monkeypatch.setattr(Calendar, "kind_of", lambda self, day: looked.append(day) or real(self, day))
    say_remaining(remaining(at("2015-03-02 10:00"), at("2026-02-28 17:30"), CALENDAR, SCHEDULE))
    assert len(looked) < 20
