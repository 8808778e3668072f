"""Pure decisions of the register: what a number written by hand means, and how alike two names are."""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from huhang.kernel.errors import Invalid
from huhang.kernel.text import fold, half_width, letters

MOST_PEOPLE = 2_000_000
MOST_MONEY = 10**15
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(万亿|亿|千万|百万|万|千)?\s*(?:元|人民币|yuan|rmb)?", re.IGNORECASE)
_TIMES = {"": 1, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z-]{1,19}")
_OURS = re.compile(r"Z\d{8,}")


def count_of(said: Any) -> int | None:
    """A number of people as it was written: ``1,200``, ``１２００人``.

    Raises:
        Invalid: not a whole number from 0 to two million.
    """
    text = half_width(str(said if said is not None else "")).replace(",", "").strip().removesuffix("人").strip()
    if not text:
        return None
    if text.endswith(".0"):
        text = text[:-2]
    if not text.isdecimal() or not text.isascii() or int(text) > MOST_PEOPLE:
        raise Invalid("请填人数，如 1200；不知道就留空。")
    return int(text)


def money_of(said: Any) -> int | None:
    """An amount in yuan as it was written: ``300000000``, ``3亿``, ``1.5 亿元``, ``5000万``.

    Raises:
        Invalid: not an amount, or beyond a thousand million million.
    """
    text = half_width(str(said if said is not None else "")).replace(",", "").strip()
    if not text:
        return None
    found = _AMOUNT.fullmatch(text)
    if not found:
        raise Invalid("请填金额（元），也可以写 3亿、5000万；不知道就留空。")
    whole, _dot, part = found.group(1).partition(".")
    times = _TIMES[found.group(2) or ""]
    if len(whole) > 16:
        raise Invalid("金额太大，请核对单位。")
    yuan = int(whole) * times + round(float(f"0.{part or 0}") * times)
    if yuan > MOST_MONEY:
        raise Invalid("金额太大，请核对单位。")
    return yuan


def own_number(said: str) -> str:
    """A number of the bureau's own for a subject, in one spelling.

    Raises:
        Invalid: other than 2 to 20 letters, digits and dashes.
    """
    text = half_width(said).strip().upper()
    if not _NUMBER.fullmatch(text):
        raise Invalid("主体编号用 2 到 20 个字母、数字和短横线。")
    return text


def is_given_by_us(number: str) -> bool:
    """Whether a number is of the sort the register gives by itself; nobody makes one up."""
    return _OURS.fullmatch(number) is not None


def core(name: str, drop: Iterable[str]) -> str:
    """What is left of a name to compare: without marks, forms of company, and the city's suffixes."""
    said = letters(name)
    for word in drop:
        said = said.replace(fold(word), "") or said
    return said


def likeness(one: str, other: str) -> float:
    """The share of neighbouring character pairs two cores have in common (Jaccard), 0 to 1."""
    if one == other:
        return 1.0
    a, b = ({x + y for x, y in pairwise(text)} for text in (one, other))
    return len(a & b) / len(a | b) if a and b else 0.0
