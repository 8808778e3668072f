"""How dates, numbers and shares are written, in Chinese and in English (FACES: "every date shows weekday")."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

DASH = "—"
_ZH_DAYS = "一二三四五六日"
_EN_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def is_chinese(language: str | None) -> bool:
    """Chinese is the language of the house: it is used unless another one was chosen."""
    return not language or language.lower().startswith("zh")


def weekday_words(value: date, language: str | None) -> str:
    """``星期六`` or ``Sat``."""
    return "星期" + _ZH_DAYS[value.weekday()] if is_chinese(language) else _EN_DAYS[value.weekday()]


def day_words(value: date, language: str | None) -> str:
    """``2026年11月21日 星期六`` or ``Sat 21 Nov 2026``."""
    if is_chinese(language):
        return f"{value.year}年{value.month}月{value.day}日 {weekday_words(value, language)}"
    return f"{weekday_words(value, language)} {value.day} {_EN_MONTHS[value.month - 1]} {value.year}"


def short_day_words(value: date, language: str | None, *, this_year: int) -> str:
    """``11月21日 星期六`` or ``Sat 21 Nov``; the year is said only when it is not ``this_year``."""
    if value.year != this_year:
        return day_words(value, language)
    if is_chinese(language):
        return f"{value.month}月{value.day}日 {weekday_words(value, language)}"
    return f"{weekday_words(value, language)} {value.day} {_EN_MONTHS[value.month - 1]}"


def moment_words(value: datetime, language: str | None, *, this_year: int) -> str:
    """``11月23日 14:20`` or ``23 Nov 14:20``; with the year when it is not ``this_year``."""
    clock = f"{value:%H:%M}"
    if is_chinese(language):
        year = "" if value.year == this_year else f"{value.year}年"
        return f"{year}{value.month}月{value.day}日 {clock}"
    year = "" if value.year == this_year else f" {value.year}"
    return f"{value.day} {_EN_MONTHS[value.month - 1]}{year} {clock}"


def thousands_words(value: int | float | Decimal | None) -> str:
    """``1,284``; nothing at all is a dash, never a zero (SAFEGUARDS 20)."""
    return DASH if value is None else f"{value:,}"


def percent_words(part: int | float | Decimal | None, whole: int | float | Decimal | None, digits: int = 1) -> str:
    """``98.7%``, rounded half up; a share of nothing is a dash, never 0 % (STANDARDS §4.4).

    A share short of the whole never rounds up to 100 %, and one above nothing never down to 0 %.
    """
    if part is None or not whole:
        return DASH
    step = Decimal(1).scaleb(-digits)
    share = (Decimal(str(part)) * 100 / Decimal(str(whole))).quantize(step, rounding=ROUND_HALF_UP)
    if share >= 100 and part < whole:
        share = 100 - step
    if share == 0 and part > 0:
        share = step
    return f"{share:f}%"


def width_step(value: int | float | Decimal | None) -> int:
    """A share in per cent as one of the 101 widths of ``widths.css``; out of range is brought to the nearest end."""
    return 0 if value is None else max(0, min(100, round(value)))
