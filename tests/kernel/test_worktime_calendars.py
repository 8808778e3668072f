"""The shipped tables agree with an independent oracle, and the calendar says when it does not know (STANDARDS §11)."""

from datetime import date, time, timedelta

import chinese_calendar
import pytest

from huhang.kernel.errors import Invalid
from huhang.kernel.worktime import Calendar, Schedule, Year, in_window, table_of, validate, year_of
from tests.kernel.worktime_facts import CALENDAR, SCHEDULE, TABLES, at, day

_DAY = timedelta(days=1)


def _days(first: int, last: int) -> list[date]:
    start, end = date(first, 1, 1), date(last, 12, 31)
    return [start + timedelta(days=i) for i in range((end - start).days + 1)]


def test_every_day_from_2015_to_2026_agrees_with_the_oracle() -> None:
    days = _days(2015, 2026)
    assert len(days) == 4383
    assert [d for d in days if CALENDAR.kind_of(d).works != chinese_calendar.is_workday(d)] == []


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_working_days_of_a_year_are_248(year: int) -> None:
    assert CALENDAR.works_between(date(year, 1, 1), date(year + 1, 1, 1)) == 248


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table["code"])
def test_a_shipped_table_names_its_notice_and_has_no_problem(table: dict[str, object]) -> None:
    year = year_of(table)
    assert table["code"] == f"cn-{year.year}"
    assert f"国务院办公厅关于{year.year}年部分节假日安排的通知（国办发明电〔{year.year - 1}〕" in year.source
    assert validate(year) == []


@pytest.mark.parametrize("year", CALENDAR.years, ids=lambda year: year.tag)
def test_a_year_written_as_a_table_reads_back_the_same(year: Year) -> None:
    assert year_of(table_of(year)) == year


@pytest.mark.parametrize("text", ["2026-02-14", "2026-05-09", "2026-09-20", "2026-10-10", "2026-01-04"])
def test_worked_weekend_days_are_make_up_days_trap_17(text: str) -> None:
    known = CALENDAR.kind_of(day(text))
    assert known.kind == "makeup"
    assert known.works
    assert day(text).weekday() >= 5


def test_a_day_says_its_kind_its_holiday_and_its_table() -> None:
    assert CALENDAR.kind_of(day("2026-02-17"))[1:] == ("holiday", "春节", 2026, 1, False)
    assert CALENDAR.kind_of(day("2026-03-01"))[1:] == ("weekend", "", 2026, 1, False)
    assert CALENDAR.kind_of(day("2026-03-02"))[1:] == ("work", "", 2026, 1, False)
    assert CALENDAR.kind_of(day("2026-03-02")).tag == "2026.1"


def test_late_december_belongs_to_the_next_years_notice() -> None:
    assert CALENDAR.kind_of(day("2018-12-29"))[1:4] == ("makeup", "元旦", 2019)
    assert CALENDAR.kind_of(day("2022-12-31"))[1:4] == ("holiday", "元旦", 2023)
    without_2019 = Calendar(tuple(year for year in CALENDAR.years if year.year != 2019))
    assert without_2019.kind_of(day("2018-12-29"))[1:] == ("weekend", "", 2018, 1, True)


def test_beyond_the_notices_days_follow_the_week_and_are_provisional_trap_4() -> None:
    for d in _days(2027, 2027):
        known = CALENDAR.kind_of(d)
        assert known.works == (d.weekday() < 5)
        assert known.provisional
        assert known.tag == "2027.0"
    assert CALENDAR.kind_of(day("2014-06-02")).provisional


def test_the_last_days_of_december_stay_open_until_the_next_notice() -> None:
    assert not CALENDAR.kind_of(day("2026-12-24")).provisional
    assert CALENDAR.kind_of(day("2026-12-25")).provisional
    assert not CALENDAR.kind_of(day("2025-12-31")).provisional


def test_the_version_lists_every_table_and_the_newer_of_two_wins() -> None:
    old = Year(2026, 1, "", {}, {})
    new = Year(2026, 2, "", {day("2026-03-02"): "临时假"}, {})
    calendar = Calendar((Year(2025, 1, "", {}, {}),)).with_year(new)
    assert calendar.version == "2025.1+2026.2"
    assert calendar.with_year(old) == calendar
    assert calendar.kind_of(day("2026-03-02")).name == "临时假"
    assert Calendar().version == ""
    assert CALENDAR.version.endswith("+2025.1+2026.1")


def test_calendars_and_schedules_can_be_keys_of_a_cache() -> None:
    assert hash(CALENDAR) == hash(Calendar(CALENDAR.years))
    assert hash(SCHEDULE) == hash(Schedule())


def test_counting_between_dates_agrees_with_counting_one_by_one() -> None:
    days = _days(2024, 2027)
    works = [CALENDAR.kind_of(d).works for d in days]
    for i in range(0, len(days), 37):
        for j in range(0, len(days), 41):
            assert CALENDAR.works_between(days[i], days[j]) == sum(works[i:j])


def test_the_next_working_day_after_a_long_holiday() -> None:
    assert CALENDAR.next_working(day("2026-02-14")) == day("2026-02-24")
    assert CALENDAR.next_working(day("2026-02-13")) == day("2026-02-14")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "缺少或写错"),
        ({"year": 2027, "version": 1, "source": "x", "holidays": ["元旦"]}, "缺少或写错"),
        ({"year": 2027, "version": 1, "source": "x", "holidays": [{"name": "元旦", "first": "1月1日"}]}, "不是日期"),
        (
            {
                "year": 2027,
                "version": 1,
                "source": "x",
                "holidays": [{"name": "元旦", "first": "2027-01-03", "last": "2027-01-01"}],
            },
            "起止日期不对",
        ),
        (
            {
                "year": 2027,
                "version": 1,
                "source": "x",
                "holidays": [{"name": "元旦", "first": "2027-01-01", "last": "2027-11-01"}],
            },
            "起止日期不对",
        ),
        (
            {
                "year": 2027,
                "version": 1,
                "source": "x",
                "holidays": [{"name": "元旦", "work": ["2027-01-03", "2027-01-03"]}],
            },
            "写了两次",
        ),
    ],
)
def test_a_broken_table_is_refused_with_the_place(table: dict[str, object], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        year_of(table)


def test_make_up_days_without_days_off_survive_the_round_trip() -> None:
    year = Year(2027, 3, "x", {}, {day("2027-01-03"): "元旦"})
    assert year_of(table_of(year)) == year


def test_validate_names_every_doubtful_day() -> None:
    year = Year(
        2027,
        1,
        "x",
        {day("2027-01-01"): "元旦", day("2028-01-01"): "元旦", day("2027-05-01"): ""},
        {day("2027-01-01"): "元旦", day("2026-12-27"): "元旦"},
    )
    assert validate(year) == [
        "2027-01-01 既列为放假又列为上班。",
        "2027-05-01 没有写明是哪个节日。",
        "2028-01-01 不属于 2027 年的通知（只可以涉及上一年 12 月下旬）。",
        "2027-01-01 是星期五，本来就上班，不应列为补班。",
        "没有列出：春节、清明节、劳动节、端午节、中秋节、国庆节。",
    ]


def test_a_schedule_is_read_from_a_setting() -> None:
    assert Schedule.parse("08:30-12:00，13:30–17:30") == SCHEDULE
    assert Schedule.parse("9:00-17:00").day_length == timedelta(hours=8)
    assert SCHEDULE.day_length == timedelta(hours=7, minutes=30)
    assert SCHEDULE.close_of(day("2026-03-02")) == at("2026-03-02 17:30")


@pytest.mark.parametrize(
    "text",
    ["", "早上", "25:00-26:00", "12:00-08:30", "08:30-12:00,11:00-17:30", "13:30-17:30,08:30-12:00", "9:00-9:00"],
)
def test_a_schedule_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="办公时段"):
        Schedule.parse(text)


def test_a_schedule_without_slots_or_zone_is_refused() -> None:
    with pytest.raises(Invalid, match="办公时段"):
        Schedule(slots=())
    for zone in ("Asia/Wanghai", "../etc", ""):
        with pytest.raises(Invalid, match="时区"):
            Schedule(zone=zone)


@pytest.mark.parametrize(
    ("clock", "inside"),
    [("22:29:59", False), ("22:30:00", True), ("00:00:00", True), ("05:29:59", True), ("05:30:00", False)],
)
def test_a_window_crosses_midnight_half_open_trap_5(clock: str, inside: bool) -> None:
    assert in_window(time.fromisoformat(clock), time(22, 30), time(5, 30)) is inside


def test_a_window_within_a_day_and_a_window_of_the_whole_day() -> None:
    assert in_window(time(9), time(9), time(10))
    assert not in_window(time(10), time(9), time(10))
    assert all(in_window(time(hour), time(6), time(6)) for hour in range(24))
