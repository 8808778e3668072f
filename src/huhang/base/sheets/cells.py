"""What stands in one cell, made into a value, or a sentence that says how to mend it.

Spreadsheets turn what people type into something else: dates into serial numbers, phones into floats, eighteen digits
into fifteen. What can be read back surely is read back; what lost digits is refused with the way to format the column.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from huhang.kernel.errors import Invalid
from huhang.kernel.identifiers import check_id_number, check_landline, check_phone
from huhang.kernel.text import clean, half_width

Cell = str | int | float | bool | datetime | date | time | timedelta | None

ZONE = ZoneInfo("Asia/Shanghai")
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a serial number counts days of the wall clock
_SERIALS = (20_000, 80_000)
"""Serial numbers taken for days: 1954-10-03 to 2119-01-11."""
_EARLIEST = 1949
_SURE_DIGITS = 10**15
"""From here on a spreadsheet's number no longer holds every digit."""

_AS_TEXT = "请把这一列的单元格格式设为“文本”，再重新填写完整号码。"
_DATE_HINT = "请写成 2019-12-18 09:05:31 这样。"

_ESCAPED = re.compile(r"_x(000[9AD])_", re.IGNORECASE)
_CLOCK = r"(?:[T日\s,]*(上午|下午|AM|PM)?\s*(\d{1,2})[:时点](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?)?[秒分]?\s*(AM|PM)?)?"
_ZONE = r"\s*(Z|[+-]\d{2}:?\d{2})?"
_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?" + _CLOCK + _ZONE, re.IGNORECASE)
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})" + _CLOCK + _ZONE, re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\s*T?(\d{2}):?(\d{2})(?::?(\d{2}))?)?")
_SHORT_YEAR = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{1,2}(?:\D.*)?")
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?E\+?\d{1,2}", re.IGNORECASE)
_WHOLE_FLOAT = re.compile(r"(\d+)\.0+")


def plain_cell(cell: Cell) -> str | int | float | bool | None:
    """The cell as JSON can keep it; moments as text that `moment` reads back to the same."""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time | timedelta) or (isinstance(cell, float) and not isfinite(cell)):
        return str(cell)
    if isinstance(cell, str):  # neither NUL nor half a character can be kept as JSON
        return cell.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return cell


def is_blank(cell: Cell) -> bool:
    """Whether nothing was written there."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def said(cell: Cell) -> str:
    """The words of a cell: a whole number without ``.0``, a moment in digits; formula-looking text stays text."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _SURE_DIGITS else repr(cell)
    if isinstance(cell, str):
        return _ESCAPED.sub("\n", cell)
    return str(plain_cell(cell))


def words(cell: Cell, *, most: int) -> str:
    """Cleaned text of at most so many characters.

    Raises:
        Invalid: NUL characters, or too long.
    """
    return clean(said(cell), max_length=most)


def code(cell: Cell, *, most: int = 40) -> str:
    """A number that identifies something, as text.

    Raises:
        Invalid: digits were lost in the spreadsheet, or it is too long.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= _SURE_DIGITS:
        raise Invalid("号码太长，被表格软件存成了数字，后几位已经丢失。", hint=_AS_TEXT)
    text = words(cell, most=most).replace("\n", " ")
    if _SCIENTIFIC.fullmatch(text):
        raise Invalid("号码成了科学计数法，后几位已经丢失。", hint=_AS_TEXT)
    return found[1] if (found := _WHOLE_FLOAT.fullmatch(text)) else text


def phone(cell: Cell) -> str:
    """A mobile number or a fixed line; a float loses its ``.0``, a number its area code's zero gets it back.

    Raises:
        Invalid: as `kernel.identifiers.check_phone`, or several numbers in one cell.
    """
    digits = code(cell, most=60)
    if re.search(r"\d{7,}\s*[、,，;；/\s]\s*\d{7,}", digits):
        raise Invalid("一格里写了几个号码。", hint="请只留一个，其余写进内容。")
    if isinstance(cell, int | float) and not digits.startswith("1"):
        return check_landline("0" + digits)
    return check_phone(digits)


def id_number(cell: Cell, today: date) -> str:
    """An ID number. Raises Invalid when digits were lost or the number cannot be one."""
    return check_id_number(code(cell), today=today)


def number(cell: Cell, low: float, high: float) -> float:
    """A number within bounds. Raises Invalid otherwise."""
    try:
        value = float(half_width(said(cell)).strip())
    except ValueError:
        raise Invalid("这里应当是数字。", hint="请写成 121.391382 这样的小数。") from None
    if not low <= value <= high:
        raise Invalid("数字超出范围。", hint="经度在 -180 到 180 之间，纬度在 -90 到 90 之间，请看是否写反。")
    return value


def moment(cell: Cell) -> datetime:
    """A moment in Shanghai: a date cell, a serial number, or text in one of the usual shapes.

    Raises:
        Invalid: no date, an impossible one, or one that can be read two ways (03.04.2019).
    """
    if isinstance(cell, bool | time | timedelta):
        raise Invalid("这里应当是日期。", hint=_DATE_HINT)
    if isinstance(cell, datetime):
        return _known(cell)
    if isinstance(cell, date):
        return _known(datetime.combine(cell, time()))
    if isinstance(cell, int | float):
        return _of_number(cell)
    return _of_text(half_width(said(cell)).strip())


def _of_number(value: float) -> datetime:
    if _SERIALS[0] <= value < _SERIALS[1]:
        return _known(_EPOCH + timedelta(seconds=round(value * 86_400)))
    if float(value).is_integer() and _COMPACT.fullmatch(str(int(value))):
        return _of_text(str(int(value)))
    raise Invalid("这个数字不是日期。", hint="请把单元格格式设为“日期”，或" + _DATE_HINT[1:])


def _of_text(text: str) -> datetime:
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text):
        return _of_number(float(text))
    if found := _YEAR_FIRST.fullmatch(text):
        return _built(found[1], found[2], found[3], found.groups()[3:])
    if found := _COMPACT.fullmatch(text):
        return _built(found[1], found[2], found[3], (None, found[4], found[5], found[6], None, None))
    if found := _YEAR_LAST.fullmatch(text):
        return _year_last(found)
    if _SHORT_YEAR.fullmatch(text):
        raise Invalid("年份只有两位，看不出是哪一天。", hint=_DATE_HINT)
    raise Invalid("看不出这是哪一天。", hint=_DATE_HINT)


def _year_last(found: re.Match[str]) -> datetime:
    first, second = int(found[1]), int(found[2])
    if first <= 12 and second <= 12 and first != second:
        raise Invalid(
            "日和月分不清：可能是 %(a)d 月 %(b)d 日，也可能是 %(b)d 月 %(a)d 日。",
            hint=_DATE_HINT,
            params={"a": first, "b": second},
        )
    day, month = (first, second) if first > 12 else (second, first)
    return _built(found[3], str(month), str(day), found.groups()[3:])


def _built(year: str, month: str, day: str, clock: tuple[str | Any, ...]) -> datetime:
    before, hour, minute, second, after, zone = clock
    half = (before or after or "").upper()
    hours = int(hour or 0)
    if half in ("下午", "PM") and hours < 12:
        hours += 12
    if half in ("上午", "AM") and hours == 12:
        hours = 0
    try:
        when = datetime(int(year), int(month), int(day), hours, int(minute or 0), int(second or 0))  # noqa: DTZ001
    except ValueError:
        raise Invalid("没有这一天或这个钟点。", hint=_DATE_HINT) from None
    return _known(when if not zone else when.replace(tzinfo=_offset(zone)))


def _offset(zone: str) -> Any:
    return UTC if zone.upper() == "Z" else datetime.strptime(zone.replace(":", ""), "%z").tzinfo


def _known(when: datetime) -> datetime:
    aware = when if when.tzinfo else when.replace(tzinfo=ZONE)
    if aware.year < _EARLIEST:
        raise Invalid("年份太早，多半是写错了。", hint=_DATE_HINT)
    return aware.astimezone(UTC)
