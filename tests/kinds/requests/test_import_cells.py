"""A4: what a spreadsheet made of dates, phones and numbers is read back surely, or refused with the way to mend it."""

from contextlib import suppress
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huhang.base.sheets import cells
from huhang.kernel.errors import Invalid

WANTED = datetime(2019, 12, 18, 9, 5, 31, tzinfo=cells.ZONE)
DAY = datetime(2019, 12, 18, tzinfo=cells.ZONE)


@pytest.mark.parametrize(
    "cell",
    [
        "2019/12/18 9:05:31",
        "2019-12-18 09:05:31",
        "2019-12-18T09:05:31",
        "2019.12.18 9:05:31",
        "2019年12月18日9时5分31秒",
        "2019年12月18日 上午9:05:31",
        "２０１９／１２／１８ ９：０５：３１",
        "18.12.2019 09:05:31",
        "12/18/2019 9:05:31 AM",
        "20191218090531",
        "20191218 09:05:31",
        "2019-12-18T01:05:31Z",
        "2019-12-18 09:05:31+08:00",
        43817.378831,
        20191218090531,
        datetime(2019, 12, 18, 9, 5, 31),
    ],
)
def test_one_moment_in_many_shapes_is_one_moment(cell: cells.Cell) -> None:
    assert cells.moment(cell) == WANTED


@pytest.mark.parametrize("cell", ["2019/12/18", "20191218", 20191218, 43817, "43817", "18.12.2019", date(2019, 12, 18)])
def test_a_day_without_a_time_begins_at_midnight(cell: cells.Cell) -> None:
    assert cells.moment(cell) == DAY


def test_afternoon_and_midnight_of_the_twelve_hour_clock() -> None:
    assert cells.moment("2019-12-18 下午1:05").astimezone(cells.ZONE).hour == 13
    assert cells.moment("2019-12-18 12:05 AM").astimezone(cells.ZONE).hour == 0
    assert cells.moment("2019-12-18 12:05 PM").astimezone(cells.ZONE).hour == 12


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("03.04.2019", "日和月分不清"),
        ("3/4/2019", "日和月分不清"),
        ("19/12/18", "两位"),
        ("2019-02-30", "没有这一天"),
        ("2019-12-18 25:00", "没有这一天"),
        ("昨天", "看不出"),
        ("1019-12-18", "年份太早"),
        (1545094800, "不是日期"),
        (12.5, "不是日期"),
        (True, "应当是日期"),
        (time(9, 5), "应当是日期"),
    ],
)
def test_a_date_that_is_unsure_is_refused_with_a_sentence(cell: cells.Cell, says: str) -> None:
    with pytest.raises(Invalid, match=says) as caught:
        cells.moment(cell)
    assert caught.value.hint


@given(st.datetimes(datetime(1955, 1, 1), datetime(2100, 1, 1)).map(lambda d: d.replace(microsecond=0)))
def test_whatever_is_kept_of_a_moment_reads_back_to_the_same(when: datetime) -> None:
    assert cells.moment(cells.plain_cell(when)) == cells.moment(when)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_a_date(text: str) -> None:
    with suppress(Invalid):
        assert cells.moment(text).tzinfo


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        (13800000001.0, "13800000001"),
        ("13800000001.0", "13800000001"),
        (13800000001, "13800000001"),
        (" 138-0000-0001 ", "13800000001"),
        ("+86 13800000001", "13800000001"),
        (5352345678, "0535-2345678"),
        ("0535-2345678", "0535-2345678"),
    ],
)
def test_a_phone_that_became_a_number_is_a_phone_again(cell: cells.Cell, wanted: str) -> None:
    assert cells.phone(cell) == wanted


def test_two_phones_in_one_cell_are_not_guessed_at() -> None:
    with pytest.raises(Invalid, match="几个号码"):
        cells.phone("13800000001、13900000002")


@pytest.mark.parametrize("cell", [3.70602199001010e17, "3.70602E+17", 370602199001010000])
def test_an_id_number_that_lost_digits_is_refused_with_the_way_to_format_the_column(cell: cells.Cell) -> None:
    with pytest.raises(Invalid, match="丢失") as caught:
        cells.id_number(cell, date(2026, 1, 1))
    assert "文本" in caught.value.hint


def test_text_that_looks_like_a_formula_stays_text() -> None:
    assert cells.words("=HYPERLINK(1)", most=100) == "=HYPERLINK(1)"
    assert cells.words("a_x000D_b\x07c", most=100) == "a\nbc"


def test_numbers_are_said_without_the_spreadsheets_decimals() -> None:
    assert [cells.said(one) for one in (159216.0, 12.5, True, None, datetime(2019, 1, 2, 3, 4))] == [
        "159216",
        "12.5",
        "是",
        "",
        "2019-01-02 03:04:00",
    ]
