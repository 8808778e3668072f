"""What a letter says and the small rules of its form (GB/T 9704-2012, STANDARDS §9); plain Python."""

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


def date_words(day: date) -> str:
    """成文日期 in Arabic digits without zeros in front: 2026年1月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def width(text: str) -> float:
    """How many characters of the line a text takes: narrow letters and digits take half a one."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5 for char in text)


def blanks_right(organ: str, dated: str) -> tuple[float, float]:
    """How far 署名 and 成文日期 stand from the right edge, in characters, one centred over the other.

    The date leaves four characters; where the organ's name is longer it leaves two, and the date moves in.
    """
    more = (width(organ) - width(dated)) / 2
    return (4 - more, 4.0) if more <= 2 else (2.0, 2 + more)
