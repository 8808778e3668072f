"""Reading a new holiday notice: the text of the State Council, or the JSON that the holiday-cn project makes of it.

The text reader refuses, with the line, whatever it does not understand completely: a day it skipped in silence would
move every deadline around it (STANDARDS §11).
"""

import re
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from huhang.kernel.errors import Invalid
from huhang.kernel.worktime.tables import Year, days_between, put

_DATE = r"(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日(?:（[^）]*）)?"
_DATE_PARTS = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:（([^）]*)）)?")
_SPAN = rf"{_DATE}(?:至{_DATE})?"
_OFF = re.compile(rf"({_SPAN})(?:放假调休|调休放假|放假)(?:(\d+)天)?")
_LIST = rf"({_DATE}(?:[、和]{_DATE})*)"
_ALSO_OFF = re.compile(rf"{_LIST}(?:补休|调休)")
_WORK = re.compile(rf"{_LIST}(?:照常)?上班")
_LENGTH = re.compile(r"共(\d+)天")
_ITEM = re.compile(r"[一二三四五六七八九十]+、([^：，。]{1,20})：(.+)")
_NUMBERED = re.compile(r"[一二三四五六七八九十]+、")
_SPEAKS = re.compile(r"\d日.*(?:放假|补休|调休|上班)")
_YEAR = re.compile(r"(?:关于|现将)(\d{4})年")
_NUMBER = re.compile(r"国(?:办)?发(?:明电)?[〔\[［（](\d{4})[〕\]］）](\d+)号")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_NARROW = str.maketrans({"(": "（", ")": "）", ",": "，", ":": "：", ";": "；"})


def read_holiday_cn(data: Mapping[str, Any], version: int = 1) -> Year:
    """The year told by one file of holiday-cn: ``{year, papers: [...], days: [{name, date, isOffDay}]}``.

    Late-December days of the year before that the notice changed belong to the result.

    Raises:
        Invalid: the shape is another one, or a day stands twice.
    """
    off: dict[date, str] = {}
    work: dict[date, str] = {}
    try:
        year = int(data["year"])
        source = "；".join(str(paper) for paper in data.get("papers") or ())
        for day in data["days"]:
            into = off if _flag(day["isOffDay"]) else work
            put(into, date.fromisoformat(day["date"]), str(day["name"]), place=str(day["name"]))
    except (KeyError, TypeError, ValueError, AttributeError) as why:
        raise Invalid("不是 holiday-cn 格式的节假日文件：%(why)s", params={"why": why}) from why
    return Year(year, version, source, off, work)


def read_notice(text: str, version: int = 1) -> Year:
    """The year told by the text of 国务院办公厅关于某年部分节假日安排的通知.

    Raises:
        Invalid: no year, no arrangement, or a line that cannot be read completely: unknown words, a date that does not
            exist, a weekday or a number of days that does not agree, a day said twice. The line is in the message.
    """
    flat = re.sub(r"[ \t\u3000\xa0]", "", text.translate(_NARROW))
    flat = re.sub(r"(?<=。)(?=[一二三四五六七八九十]+、)", "\n", flat)
    found = _YEAR.search(flat.replace("\n", ""))
    if not found:
        raise Invalid("通知里没有写明是哪一年的安排。")
    year = int(found[1])
    number = _NUMBER.search(flat)
    reader = _Reader(year)
    items = _items(flat)
    if not items:
        raise Invalid("通知里没有读到“一、元旦：……”这样的安排。")
    for name, line in items:
        reader.read(name, line)
    source = f"国务院办公厅关于{year}年部分节假日安排的通知" + (f"（{number[0]}）" if number else "")
    return Year(year, version, source, reader.off, reader.work)


def _items(flat: str) -> list[tuple[str, str]]:
    """Holiday and arrangement, in order; a line that goes on about days belongs to the item above it.

    A numbered line of another shape is refused: an amendment (调整…假期) changes a table that is edited by hand.
    """
    items: list[tuple[str, str]] = []
    for line in filter(None, (raw.strip() for raw in flat.splitlines())):
        if item := _ITEM.fullmatch(line):
            items.append((item[1], item[2]))
        elif _NUMBERED.match(line):
            raise _unread(line)
        elif items and _SPEAKS.search(line):
            name, before = items[-1]
            items[-1] = (name, f"{before}。{line}")
    return items


class _Reader:
    """Collects the days of one notice."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.off: dict[date, str] = {}
        self.work: dict[date, str] = {}

    def read(self, name: str, line: str) -> None:
        """One item: sentences of 放假, 补休 and 上班; advice (鼓励…) is passed over."""
        for sentence in filter(None, re.split(r"[。；]", line)):
            if not sentence.startswith("鼓励"):
                self._sentence(name, sentence)

    def _sentence(self, name: str, sentence: str) -> None:
        if worked := _WORK.fullmatch(sentence):
            for day in self._dates(worked[1], sentence):
                put(self.work, day, name, place=sentence)
            return
        days: list[date] = []
        for clause in re.split(r"，(?![^（]*）)", sentence):
            days += self._clause(clause, sentence, days)
        for day in days:
            put(self.off, day, name, place=sentence)

    def _clause(self, clause: str, sentence: str, before: list[date]) -> list[date]:
        """The days off one clause adds; a stated length is checked against those before it."""
        if clause in ("与周末连休", "不调休"):
            return []
        if length := _LENGTH.fullmatch(clause):
            self._agrees(length[1], before, sentence)
            return []
        if also := _ALSO_OFF.fullmatch(clause):
            return self._dates(also[1], sentence)
        if off := _OFF.fullmatch(clause):
            ends = self._dates(off[1], sentence)
            days = list(days_between(ends[0], ends[-1]))
            self._agrees(off[2] or len(days), days, sentence)
            return days
        raise _unread(sentence)

    def _agrees(self, length: str | int, days: list[date], sentence: str) -> None:
        if not days or int(length) != len(days):
            raise _unread(sentence, "天数对不上")

    def _dates(self, text: str, sentence: str) -> list[date]:
        """Dates in order; a month left out is that of the date before, a year left out that of the notice."""
        dates: list[date] = []
        month = ""
        for year, own_month, day, remark in _DATE_PARTS.findall(text):
            month = own_month or month
            try:
                dates.append(date(int(year or self.year), int(month), int(day)))
            except ValueError:
                raise _unread(sentence, "日期不存在") from None
            said = _WEEKDAY.search(remark)
            if said and "一二三四五六日".index(said[1].replace("天", "日")) != dates[-1].weekday():
                raise _unread(sentence, "星期对不上")
        if any(b <= a for a, b in pairwise(dates)):
            raise _unread(sentence, "日期先后不对")
        return dates


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("isOffDay")
    return value


def _unread(line: str, why: str = "读不懂") -> Invalid:
    return Invalid("通知中有一句%(why)s，请改正或手工录入：%(line)s", params={"why": why, "line": line})
