"""What a letter says and the small rules of its form (GB/T 9704-2012, STANDARDS §9); plain Python."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Letter:
    """An official letter (公函).

    Args:
        organ: the issuing organ's full name, at the head in red and at the end as 署名.
        number: 发文字号, such as 港湾派出所函〔2026〕3号.
        to: 主送机关, without the colon.
        paragraphs: the body; a paragraph that begins with 一、 二、 … is set as a heading of the first level.
        attachments: names of 附件, in order.
        note: 附注, without its brackets: where to ask.
    """

    organ: str
    number: str
    title: str
    to: str
    paragraphs: Sequence[str]
    dated: date
    attachments: Sequence[str] = field(default_factory=tuple)
    note: str = ""


_NUMERALS: tuple[str, ...] = ("", *"一二三四五六七八九")
_OTHER_SIGNS = re.compile(r"[^\u3400-\u9fff]")


def mark_of(*names: str, end: str) -> str:
    """机关代字 of a unit's papers: the first of these names that has Chinese characters, and what sort of paper it is.

    Each unit, and each sort of paper, has a series of its own.

    Raises:
        ValueError: no name has a Chinese character.
    """
    name = next((said for one in names if (said := _OTHER_SIGNS.sub("", one))), "")
    if not name:
        raise ValueError(names)
    return f"{name[: 20 - len(end) - 1]}{end}"


def date_words(day: date) -> str:
    """成文日期 in Arabic digits without zeros in front: 2026年1月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def ordinal(n: int) -> str:
    """A number of a heading of the first level in Chinese numerals, 1 to 99: 一, 十, 十二, 二十, 三十一.

    Raises:
        ValueError: another number.
    """
    if not 1 <= n <= 99:
        raise ValueError(n)
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else f"{_NUMERALS[tens]}十")
    return head + _NUMERALS[ones]


def width(text: str) -> float:
    """How many characters of the line a text takes: narrow letters and digits take half a one."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5 for char in text)


def blanks_right(organ: str, dated: str) -> tuple[float, float]:
    """How far 署名 and 成文日期 stand from the right edge, in characters, one centred over the other.

    The date leaves four characters; where the organ's name is longer it leaves two, and the date moves in.
    """
    more = (width(organ) - width(dated)) / 2
    return (4 - more, 4.0) if more <= 2 else (2.0, 2 + more)
