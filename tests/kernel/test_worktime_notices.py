"""A new holiday notice is read completely or refused with the line (STANDARDS §11)."""

from typing import Any

import pytest

from huhang.kernel.errors import Invalid
from huhang.kernel.worktime import Year, read_holiday_cn, read_notice, validate
from tests.kernel.worktime_facts import CALENDAR, day, due_text, when

NOTICE_2026 = """国务院办公厅关于2026年
部分节假日安排的通知
国办发明电〔2025〕7号

各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
　　经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
　　一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
　　二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
　　三、清明节：4月4日（周六）至6日（周一）放假，共3天。
　　四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
　　五、端午节：6月19日（周五）至21日（周日）放假，共3天。
　　六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
　　七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
　　鼓励单位和个人结合落实带薪年休假等制度，实际形成较长假期，推动错峰出行。节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。
国务院办公厅
2025年11月4日
"""

PUBLISHED = {
    2016: """一、元旦:1月1日放假,与周末连休。
二、春节:2月7日至13日放假调休,共7天。2月6日(星期六)、2月14日(星期日)上班。
三、清明节:4月4日放假,与周末连休。
四、劳动节:5月1日放假,5月2日(星期一)补休。
五、端午节:6月9日至11日放假调休,共3天。6月12日(星期日)上班。
六、中秋节:9月15日至17日放假调休,共3天。9月18日(星期日)上班。
七、国庆节:10月1日至7日放假调休,共7天。10月8日(星期六)、10月9日(星期日)上班。""",
    2017: """一、元旦：1月1日放假，1月2日（星期一）补休。
二、春节：1月27日至2月2日放假调休，共7天。1月22日（星期日）、2月4日（星期六）上班。
三、清明节：4月2日至4日放假调休，共3天。4月1日（星期六）上班。
四、劳动节：5月1日放假，与周末连休。
五、端午节：5月28日至30日放假调休，共3天。5月27日（星期六）上班。
六、中秋节、国庆节：10月1日至8日放假调休，共8天。9月30日（星期六）上班。""",
    2018: """一、元旦：1月1日放假，与周末连休。
二、春节：2月15日至21日放假调休，共7天。2月11日（星期日）、2月24日（星期六）上班。
三、清明节：4月5日至7日放假调休，共3天。4月8日（星期日）上班。
四、劳动节：4月29日至5月1日放假调休，共3天。4月28日（星期六）上班。
五、端午节：6月18日放假，与周末连休。
六、中秋节：9月24日放假，与周末连休。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期六）、9月30日（星期日）上班。""",
    2021: """一、元旦：2021年1月1日至3日放假，共3天。
二、春节：2月11日至17日放假调休，共7天。2月7日（星期日）、2月20日（星期六）上班。
三、清明节：4月3日至5日放假调休，共3天。
四、劳动节：5月1日至5日放假调休，共5天。4月25日（星期日）、5月8日（星期六）上班。
五、端午节：6月12日至14日放假，共3天。
六、中秋节：9月19日至21日放假调休，共3天。9月18日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月26日（星期日）、10月9日（星期六）上班。""",
    2023: """一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。
二、春节：1月21日至27日放假调休，共7天。1月28日（星期六）、1月29日（星期日）上班。
三、清明节：4月5日放假，共1天。
四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。
五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。
六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。""",
    2024: """一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。""",
    2025: """一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。""",
}


def _shipped(year: int) -> Year:
    return next(known for known in CALENDAR.years if known.year == year)


def _notice(lines: str, year: int = 2027) -> str:
    return f"国务院办公厅关于{year}年部分节假日安排的通知\n{lines}"


def test_the_notice_for_2026_reads_as_the_shipped_table() -> None:
    year = read_notice(NOTICE_2026)
    assert (year.off, year.work) == (_shipped(2026).off, _shipped(2026).work)
    assert (year.year, year.version) == (2026, 1)
    assert year.source == "国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）"
    assert validate(year) == []


@pytest.mark.parametrize("number", PUBLISHED)
def test_published_notices_read_as_the_shipped_tables(number: int) -> None:
    year = read_notice(_notice(PUBLISHED[number], number), version=2)
    assert (year.off, year.work) == (_shipped(number).off, _shipped(number).work)
    assert year.version == 2
    assert year.source == f"国务院办公厅关于{number}年部分节假日安排的通知"


def test_a_notice_pasted_as_one_line_or_broken_lines_reads_the_same() -> None:
    pasted = (
        NOTICE_2026.replace("\n", "")
        .replace("一、元旦", "\n一、元旦")
        .replace("国务院办公厅2025", "\n国务院办公厅2025")
    )
    assert read_notice(pasted.replace("鼓励", "\n鼓励")).off == _shipped(2026).off
    broken = NOTICE_2026.replace("共9天。", "共9天。\n　　")
    assert read_notice(broken).work == _shipped(2026).work


def test_the_victory_day_wording_is_understood() -> None:
    year = read_notice(_notice("一、纪念日：9月3日至5日调休放假，共3天。9月6日（星期日）照常上班。", 2015))
    assert sorted(year.off) == [day("2015-09-03"), day("2015-09-04"), day("2015-09-05")]
    assert sorted(year.work) == [day("2015-09-06")]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("一、元旦：1月1日至3日放假，视情况延长。", "读不懂"),
        ("一、元旦：元月1日放假。", "读不懂"),
        ("一、元旦：1月1日至3日放假，共4天。", "天数对不上"),
        ("一、元旦：1月1日放假2天。", "天数对不上"),
        ("一、元旦：共3天。", "天数对不上"),
        ("一、元旦：2月30日放假。", "日期不存在"),
        ("一、元旦：1日放假。", "日期不存在"),
        ("一、元旦：1月1日（周三）放假。", "星期对不上"),
        ("一、元旦：1月1日放假。1月3日（星期六）上班。", "星期对不上"),
        ("一、元旦：12月31日至1月2日放假调休，共3天。", "日期先后不对"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_with_the_line(line: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_notice(_notice(line))
    assert why in refused.value.text
    assert refused.value.params["line"] in line


def test_a_continuation_that_speaks_of_days_is_not_passed_over() -> None:
    with pytest.raises(Invalid, match="另有通知"):
        read_notice(_notice("一、元旦：1月1日放假。\n1月2日放假另有通知。"))


@pytest.mark.parametrize(
    "line", ["一、元旦1月1日放假。", "一、2019年5月1日至4日放假调休，共4天。", "二、各地区要妥善安排好值班。"]
)
def test_a_numbered_line_of_another_shape_is_refused_such_as_an_amendment(line: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_notice(_notice(f"{line}\n二、春节：2月6日放假。"))
    assert refused.value.params["line"] == line


def test_a_day_said_twice_is_refused() -> None:
    with pytest.raises(Invalid, match="2027-01-01 写了两次"):
        read_notice(_notice("一、元旦：1月1日放假。\n二、春节：1月1日放假。"))
    with pytest.raises(Invalid, match="2027-01-03 写了两次"):
        read_notice(_notice("一、元旦：1月1日放假。1月3日上班。1月3日上班。"))


def test_sunday_has_two_names() -> None:
    assert read_notice(_notice("一、元旦：1月1日放假。1月3日（星期天）上班。")).work == {day("2027-01-03"): "元旦"}


def test_a_text_without_year_or_arrangement_is_refused() -> None:
    with pytest.raises(Invalid, match="哪一年"):
        read_notice("一、元旦：1月1日放假。")
    with pytest.raises(Invalid, match="没有读到"):
        read_notice(_notice("元旦放假三天。"))


def _holiday_cn(year: Year) -> dict[str, Any]:
    days = [{"name": name, "date": d.isoformat(), "isOffDay": True} for d, name in year.off.items()]
    days += [{"name": name, "date": d.isoformat(), "isOffDay": False} for d, name in year.work.items()]
    return {"year": year.year, "papers": ["通知一", "通知二"], "days": days}


@pytest.mark.parametrize("number", [2019, 2023, 2026])
def test_holiday_cn_files_read_as_the_shipped_tables_late_december_included(number: int) -> None:
    year = read_holiday_cn(_holiday_cn(_shipped(number)))
    assert (year.off, year.work) == (_shipped(number).off, _shipped(number).work)
    assert (year.year, year.version, year.source) == (number, 1, "通知一；通知二")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"year": 2027},
        {"year": "明年", "days": []},
        {"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01"}]},
        {"year": 2027, "days": [{"name": "元旦", "date": "1月1日", "isOffDay": True}]},
        {"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": "false"}]},
        [],
    ],
)
def test_another_shape_is_not_taken_for_holiday_cn(data: Any) -> None:
    with pytest.raises(Invalid, match="holiday-cn"):
        read_holiday_cn(data)


def test_a_day_twice_in_a_holiday_cn_file_is_refused() -> None:
    twice = {"name": "元旦", "date": "2027-01-01", "isOffDay": True}
    with pytest.raises(Invalid, match="写了两次"):
        read_holiday_cn({"year": 2027, "days": [twice, twice]})


def test_importing_a_notice_settles_the_dates_that_were_provisional() -> None:
    notice = _notice("一、元旦：1月1日（周五）至3日（周日）放假，共3天。")
    before = when("2026-12-30 10:00", 3)
    after = when("2026-12-30 10:00", 3, calendar=CALENDAR.with_year(read_notice(notice)))
    assert before.provisional
    assert not after.provisional
    assert due_text(before) == "2027-01-04 17:30"
    assert due_text(after) == "2027-01-05 17:30"
    assert after.trace[1].weekday == "四"
