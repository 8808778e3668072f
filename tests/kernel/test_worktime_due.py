"""Due dates by the vectors of STANDARDS §11 and the rules of §2.5 and §4.3 (promise C3), day by day."""

from datetime import date

import pytest

from huhang.kernel.errors import Invalid
from huhang.kernel.worktime import Calendar, Extension, Pause, Unit, Year, due, explain, say_amount
from tests.kernel.worktime_facts import CALENDAR, SCHEDULE, at, day, due_text, marks, when


@pytest.mark.parametrize(
    ("start", "amount", "expected"),
    [
        ("2026-02-13 15:26", 5, "2026-02-27 17:30"),
        ("2026-09-30 10:00", 1, "2026-10-08 17:30"),
        ("2026-04-30 10:00", 3, "2026-05-08 17:30"),
        ("2026-04-30 10:00", 4, "2026-05-09 17:30"),
    ],
)
def test_the_vectors_of_the_standard(start: str, amount: int, expected: str) -> None:
    deadline = when(start, amount)
    assert due_text(deadline) == expected
    assert not deadline.provisional
    assert deadline.calendar_version == "2026.1"


def test_the_trace_tells_every_counted_and_skipped_day() -> None:
    deadline = when("2026-02-13 15:26", 5)
    assert marks(deadline) == ["start", "makeup", *["holiday"] * 9, "count", "count", "count", "due"]
    assert [(note.date.day, note.number) for note in deadline.trace if note.counted] == [
        (14, 1),
        (24, 2),
        (25, 3),
        (26, 4),
        (27, 5),
    ]
    assert [note.date for note in deadline.trace] == [day(f"2026-02-{d}") for d in range(13, 28)]


def test_the_sample_case_is_explained_line_by_line() -> None:
    waiting = Pause(at("2026-02-25 09:00"), at("2026-02-26 18:00"), "等企业补充")
    deadline = when("2026-02-13 15:26", 5, pauses=[waiting])
    assert explain(deadline) == [
        "期限 5 个工作日，2026年2月13日 周五 15:26 起算，次一工作日为第 1 天。",
        "2月13日 周五：起算日，当日不计",
        "2月14日 周六：第 1 天，春节补班，计（日历 2026.1）",
        *(
            f"2月{d}日 周{w}：春节放假，不计（日历 2026.1）"
            for d, w in zip(range(15, 24), "日一二三四五六日一", strict=True)
        ),
        "2月24日 周二：第 2 天（日历 2026.1）",
        "2月25日 周三：暂停，停计，原因：等企业补充（日历 2026.1）",
        "2月26日 周四：暂停，停计，原因：等企业补充（日历 2026.1）",
        "2月27日 周五：第 3 天（日历 2026.1）",
        "2月28日 周六：第 4 天，春节补班，计（日历 2026.1）",
        "3月1日 周日：周末，不计（日历 2026.1）",
        "3月2日 周一：第 5 天，到期（日历 2026.1）",
        "应于 2026年3月2日 周一 17:30 前办结。",
        "依据日历 2026.1。",
    ]


def test_the_explanation_speaks_english_too() -> None:
    lines = explain(when("2026-02-13 15:26", 2, extensions=[Extension(1, at("2026-02-24 09:00"), "large site")]), "en")
    assert lines[:4] == [
        "Period of 2 working days, started 2026-02-13 Fri 15:26, the next working day is day 1.",
        "Extended by 1 working day, granted 2026-02-24 Tue 09:00: large site.",
        "2026-02-13 Fri: clock starts, this day is not counted",
        "2026-02-14 Sat: day 1, make-up working day for Spring Festival, counted (calendar 2026.1)",
    ]
    assert lines[-3:] == [
        "2026-02-25 Wed: day 3, by extension, due (calendar 2026.1)",
        "Due before 2026-02-25 Wed 17:30.",
        "According to calendar 2026.1.",
    ]
    joint = when("2025-09-30 10:00", 1)
    assert joint.trace[1].text("en") == "National Day/Mid-Autumn Festival holiday, not counted (calendar 2025.1)"
    assert joint.trace[1].rule == "国庆节、中秋节放假，不计（日历 2025.1）"
    assert say_amount(1, Unit.HOURS, "en") == "1 hour"


def test_a_period_of_no_days_is_due_the_same_day_or_the_next_working_one() -> None:
    assert due_text(when("2026-03-02 09:00", 0)) == "2026-03-02 17:30"
    assert due_text(when("2026-03-02 17:29", 0)) == "2026-03-02 17:30"
    assert due_text(when("2026-03-02 17:30", 0)) == "2026-03-03 17:30"
    assert due_text(when("2026-02-15 09:00", 0)) == "2026-02-24 17:30"
    assert "3月2日 周一：当日办结，到期（日历 2026.1）" in explain(when("2026-03-02 09:00", 0))
    assert explain(when("2026-03-02 09:00", 0))[0] == "期限 0 个工作日，2026年3月2日 周一 09:00 起算，当日办结。"


def test_a_pause_on_the_day_itself_moves_a_same_day_period_and_tells_the_day_once() -> None:
    deadline = when("2026-03-02 09:00", 0, pauses=[Pause(at("2026-03-02 10:00"), at("2026-03-02 11:00"))])
    assert due_text(deadline) == "2026-03-03 17:30"
    assert marks(deadline) == ["pause", "due"]


def test_a_touched_day_is_not_counted_however_short_the_pause() -> None:
    short = Pause(at("2026-03-04 10:00"), at("2026-03-04 10:01"))
    assert due_text(when("2026-03-02 10:00", 3)) == "2026-03-05 17:30"
    assert due_text(when("2026-03-02 10:00", 3, pauses=[short])) == "2026-03-06 17:30"


def test_pauses_are_half_open() -> None:
    until_midnight = Pause(at("2026-03-04 10:00"), at("2026-03-05 00:00"))
    into_the_day = Pause(at("2026-03-04 10:00"), at("2026-03-05 00:01"))
    empty = Pause(at("2026-03-04 10:00"), at("2026-03-04 10:00"))
    after_business = Pause(at("2026-03-04 17:30"), at("2026-03-05 00:00"))
    assert due_text(when("2026-03-02 10:00", 3, pauses=[until_midnight])) == "2026-03-06 17:30"
    assert due_text(when("2026-03-02 10:00", 3, pauses=[into_the_day])) == "2026-03-09 17:30"
    assert due_text(when("2026-03-02 10:00", 3, pauses=[empty])) == "2026-03-05 17:30"
    assert due_text(when("2026-03-02 10:00", 3, pauses=[after_business])) == "2026-03-05 17:30"


def test_a_pause_over_a_weekend_only_changes_nothing() -> None:
    weekend = Pause(at("2026-03-07 00:00"), at("2026-03-09 00:00"))
    deadline = when("2026-03-05 10:00", 3, pauses=[weekend])
    assert deadline.trace == when("2026-03-05 10:00", 3).trace
    assert due_text(deadline) == "2026-03-10 17:30"


def test_a_pause_on_the_day_of_the_start_or_before_it_changes_nothing() -> None:
    before = Pause(at("2026-02-20 10:00"), at("2026-02-27 10:00"))
    same_day = Pause(at("2026-03-02 11:00"), at("2026-03-02 16:00"))
    assert due_text(when("2026-03-02 10:00", 1, pauses=[before, same_day])) == "2026-03-03 17:30"


def test_a_pause_after_the_due_instant_rescues_nothing() -> None:
    evening = Pause(at("2026-03-05 17:30"), None)
    assert due_text(when("2026-03-02 10:00", 3, pauses=[evening])) == "2026-03-05 17:30"


def test_an_open_pause_freezes_the_days_that_are_left() -> None:
    deadline = when("2026-03-02 10:00", 5, pauses=[Pause(at("2026-03-05 10:00"), None, "等当事人")])
    assert deadline.due_at is None
    assert deadline.remaining_frozen == 3
    assert marks(deadline) == ["start", "count", "count", "pause"]
    assert explain(deadline)[-2:] == ["计时暂停，尚余 3 个工作日，恢复后继续计算。", "依据日历 2026.1。"]
    resumed = when("2026-03-02 10:00", 5, pauses=[Pause(at("2026-03-05 10:00"), at("2026-03-06 18:00"))])
    assert due_text(resumed) == "2026-03-11 17:30"


def test_overlapping_pauses_count_once() -> None:
    one = [Pause(at("2026-03-04 09:00"), at("2026-03-06 18:00"))]
    many = [
        Pause(at("2026-03-05 09:00"), at("2026-03-06 18:00"), "鉴定"),
        Pause(at("2026-03-04 09:00"), at("2026-03-05 09:00"), "听证"),
        Pause(at("2026-03-04 11:00"), at("2026-03-04 12:00"), "听证"),
    ]
    assert due_text(when("2026-03-02 10:00", 5, pauses=many)) == due_text(when("2026-03-02 10:00", 5, pauses=one))
    assert when("2026-03-02 10:00", 5, pauses=many).trace[2].reason == "听证；鉴定"
    swallowed = [Pause(at("2026-03-04 09:00"), None), Pause(at("2026-03-05 09:00"), at("2026-03-06 09:00"))]
    assert when("2026-03-02 10:00", 5, pauses=swallowed).remaining_frozen == 4


def test_an_extension_adds_days_and_the_added_days_say_so() -> None:
    deadline = when("2026-03-02 10:00", 2, extensions=[Extension(3, at("2026-03-04 09:00"), "情况复杂")])
    assert due_text(deadline) == "2026-03-09 17:30"
    assert [note.extended for note in deadline.trace if note.counted] == [False, False, True, True, True]
    assert "2026年3月4日 周三 09:00 批准延期 3 个工作日：情况复杂。" in explain(deadline)
    quiet = when("2026-03-02 10:00", 2, extensions=[Extension(1, at("2026-03-04 09:00"))])
    assert "2026年3月4日 周三 09:00 批准延期 1 个工作日。" in explain(quiet)


def test_calendar_days_count_every_day_and_do_not_ask_the_calendar() -> None:
    deadline = when("2026-02-13 15:26", 7, Unit.CALENDAR_DAYS)
    assert due_text(deadline) == "2026-02-20 17:30"
    assert marks(deadline) == ["start", *["count"] * 6, "due"]
    assert deadline.calendar_version == ""
    assert explain(deadline)[:3] == [
        "期限 7 个自然日，2026年2月13日 周五 15:26 起算，次日为第 1 天。",
        "2月13日 周五：起算日，当日不计",
        "2月14日 周六：第 1 天",
    ]
    far = when("2027-02-13 15:26", 7, Unit.CALENDAR_DAYS)
    assert not far.provisional
    assert due_text(when("2026-02-14 20:00", 0, Unit.CALENDAR_DAYS)) == "2026-02-15 17:30"
    paused = when("2026-02-13 15:26", 7, Unit.CALENDAR_DAYS, pauses=[Pause(at("2026-02-14 08:00"), None)])
    assert explain(paused)[-1] == "计时暂停，尚余 7 个自然日，恢复后继续计算。"


def test_wall_clock_hours_run_through_nights_and_holidays() -> None:
    deadline = when("2026-02-15 23:10", 2, Unit.HOURS)
    assert due_text(deadline) == "2026-02-16 01:10"
    assert [(note.mark, note.minutes) for note in deadline.trace] == [("start", 50), ("due", 70)]
    assert explain(deadline)[1:4] == [
        "2月15日 周日：起算日，计 50 分",
        "2月16日 周一：计 70 分，到期",
        "应于 2026年2月16日 周一 01:10 前办结。",
    ]


def test_wall_clock_hours_lose_exactly_what_a_pause_takes() -> None:
    pause = Pause(at("2026-03-02 10:30"), at("2026-03-02 11:15"))
    assert due_text(when("2026-03-02 10:00", 2, Unit.HOURS, pauses=[pause])) == "2026-03-02 12:45"
    days = Pause(at("2026-03-02 10:30"), at("2026-03-04 10:30"), "等回函")
    deadline = when("2026-03-02 10:00", 2, Unit.HOURS, pauses=[days])
    assert due_text(deadline) == "2026-03-04 12:00"
    assert marks(deadline) == ["start", "pause", "due"]
    assert deadline.trace[1].line() == "3月3日 周二：暂停，停计，原因：等回函"


def test_working_hours_run_inside_the_slots_only() -> None:
    assert due_text(when("2026-03-02 11:00", 2, Unit.WORKING_HOURS)) == "2026-03-02 14:30"
    assert due_text(when("2026-03-02 11:00", 1, Unit.WORKING_HOURS)) == "2026-03-02 12:00"
    assert due_text(when("2026-03-02 12:00", 1, Unit.WORKING_HOURS)) == "2026-03-02 14:30"
    assert due_text(when("2026-03-06 17:30", 1, Unit.WORKING_HOURS)) == "2026-03-09 09:30"
    over_the_festival = when("2026-02-13 16:30", 10, Unit.WORKING_HOURS)
    assert due_text(over_the_festival) == "2026-02-24 10:00"
    assert marks(over_the_festival) == ["start", "makeup", *["holiday"] * 9, "due"]
    assert [note.minutes for note in over_the_festival.trace if note.counted] == [60, 450, 90]


def test_working_hours_on_a_weekend_start_on_the_next_working_day() -> None:
    deadline = when("2027-01-02 10:00", 1, Unit.WORKING_HOURS)
    assert marks(deadline) == ["start", "weekend", "due"]
    assert deadline.trace[0].rule == "起算日，当日不计（日历 2027.0）［暂定，放假通知尚未发布］"


def test_seconds_add_up_to_whole_minutes() -> None:
    deadline = when("2026-03-02 17:29:30", 8, Unit.WORKING_HOURS)
    assert sum(note.minutes or 0 for note in deadline.trace) == 480
    assert due_text(deadline) == "2026-03-04 08:59"


def test_an_open_pause_freezes_working_minutes() -> None:
    deadline = when("2026-03-02 10:00", 8, Unit.WORKING_HOURS, pauses=[Pause(at("2026-03-02 11:00"), None, "等回函")])
    assert deadline.due_at is None
    assert deadline.remaining_frozen == 420
    assert deadline.trace[-1].rule == "暂停，停计，计 60 分，原因：等回函（日历 2026.1）"
    assert "计时暂停，尚余 420 分钟，恢复后继续计算。" in explain(deadline)
    assert (
        explain(deadline, "en")[-2] == "The clock stands still with 420 minutes left; it goes on when the pause ends."
    )


def test_a_closed_pause_before_an_open_one_takes_its_own_time() -> None:
    pauses = [Pause(at("2026-03-02 11:00"), at("2026-03-02 11:30")), Pause(at("2026-03-04 09:00"), None)]
    deadline = when("2026-03-02 10:00", 20, Unit.WORKING_HOURS, pauses=pauses)
    assert deadline.remaining_frozen == 1200 - (60 + 30 + 240) - 450 - 30
    fast = when("2026-03-02 10:00", 3, Unit.WORKING_HOURS, pauses=pauses)
    assert due_text(fast) == "2026-03-02 15:00"


def test_a_date_beyond_the_notices_is_provisional_until_the_notice_is_imported() -> None:
    deadline = when("2026-12-30 10:00", 3)
    assert due_text(deadline) == "2027-01-04 17:30"
    assert deadline.provisional
    assert deadline.calendar_version == "2026.1+2027.0"
    assert explain(deadline)[-2:] == [
        "依据日历 2026.1+2027.0。",
        "日期暂定：所涉日期的放假通知尚未全部发布（年末几天可由次年的通知调整），导入通知后重新计算。",
    ]
    assert explain(deadline, "en")[-1].startswith("Provisional")
    made_up = Year(2027, 1, "试验", {day("2027-01-01"): "元旦", day("2027-01-04"): "元旦"}, {day("2027-01-03"): "元旦"})
    again = when("2026-12-30 10:00", 3, calendar=CALENDAR.with_year(made_up))
    assert due_text(again) == "2027-01-05 17:30"
    assert not again.provisional
    assert again.calendar_version == "2026.1+2027.1"


def test_the_day_of_the_start_and_paused_days_do_not_make_a_date_provisional() -> None:
    assert not when("2014-12-31 10:00", 1).provisional
    paused = when("2026-12-24 10:00", 2, pauses=[Pause(at("2026-12-25 09:00"), None)])
    assert not paused.provisional
    assert paused.remaining_frozen == 2


def test_without_any_table_the_week_is_followed_and_said_to_be_provisional() -> None:
    deadline = when("2026-02-13 15:26", 5, calendar=Calendar())
    assert due_text(deadline) == "2026-02-20 17:30"
    assert deadline.provisional
    assert deadline.calendar_version == "2026.0"


@pytest.mark.parametrize(
    ("amount", "unit"),
    [(-1, Unit.WORKING_DAYS), (3651, Unit.WORKING_DAYS), (0, Unit.HOURS), (0, Unit.WORKING_HOURS), (10**9, Unit.HOURS)],
)
def test_an_absurd_period_is_refused(amount: int, unit: Unit) -> None:
    with pytest.raises(Invalid, match="期限"):
        when("2026-03-02 10:00", amount, unit)


def test_an_absurd_extension_start_or_pause_is_refused() -> None:
    with pytest.raises(Invalid, match="延期"):
        when("2026-03-02 10:00", 5, extensions=[Extension(0, at("2026-03-02 10:00"))])
    with pytest.raises(Invalid, match="延期"):
        when("2026-03-02 10:00", 3000, extensions=[Extension(3000, at("2026-03-02 10:00"))])
    with pytest.raises(Invalid, match="起算时间"):
        when("9999-12-31 10:00", 5)
    with pytest.raises(Invalid, match="起算时间"):
        due(
            start=at("2026-03-02 10:00").replace(tzinfo=None),
            amount=5,
            unit=Unit.WORKING_DAYS,
            calendar=CALENDAR,
            schedule=SCHEDULE,
        )
    with pytest.raises(Invalid, match="暂停的结束"):
        when("2026-03-02 10:00", 5, pauses=[Pause(at("2026-03-05 10:00"), at("2026-03-04 10:00"))])
    with pytest.raises(Invalid, match="四十年"):
        when("2026-03-02 10:00", 5, pauses=[Pause(at("2026-03-05 10:00"), at("2199-03-04 10:00"))])


def test_the_longest_period_is_still_computed() -> None:
    deadline = when("2015-01-05 10:00", 3650)
    assert sum(note.counted for note in deadline.trace) == 3650


def test_an_ordinary_due_date_looks_at_no_more_days_than_it_explains(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[date] = []
    real = Calendar.kind_of
    monkeypatch.setattr(Calendar, "kind_of", lambda self, day: looked.append(day) or real(self, day))
    deadline = when("2026-02-13 15:26", 10)
    assert len(looked) <= 3 * len(deadline.trace)
