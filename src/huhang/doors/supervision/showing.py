"""Figures as people read them: the words of a cell, its shade, and where it leads."""

from dataclasses import dataclass
from math import ceil

from django.utils.translation import gettext as _

from huhang.doors.frame.rules import DASH, percent_words, thousands_words
from huhang.doors.supervision.asking import rows_url
from huhang.reading.figures.periods import Period
from huhang.reading.figures.rules import RANKED_FROM, Value, wilson
from huhang.reading.figures.scope import Scope

_GOOD = (0.8, 0.9, 0.95, 0.97, 0.99)
_POOR = (0.4, 0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True)
class Cell:
    """A number, a smaller one beside it, and the address of its rows; a shade never says more than the number."""

    text: str
    small: str = ""
    url: str = ""
    shade: str = ""
    title: str = ""


def as_share(value: Value) -> bool:
    """Whether a figure reads as a share; what should be rare reads as a count out of how many."""
    return value.n is not None and value.figure.better != "low" and value.figure.name != "waiting"


def words(value: Value, digits: int = 0) -> tuple[str, str]:
    """A figure and the number it stands on (SAFEGUARDS 20: n beside every share, a dash for a share of nothing)."""
    if value.figure.span:
        return (DASH if value.median is None else f"{value.median:.1f}"), f"n={thousands_words(value.count)}"
    if value.n is None:
        return thousands_words(value.count), ""
    if as_share(value):
        told = percent_words(value.count, value.n, digits)
        return told, f"{thousands_words(value.count)}/{thousands_words(value.n)}" if value.n else "n=0"
    return thousands_words(value.count), f"/{thousands_words(value.n)}"


def cell(value: Value, period: Period, scope: Scope, most: int = 0, **more: str) -> Cell:
    """A figure as a cell of the table; ``most`` is the largest count of its column."""
    text, small = words(value)
    label = str(value.figure.label)
    return Cell(
        text, small, rows_url(value.figure.name, period, scope, **more), shade(value, most), f"{label}{interval(value)}"
    )


def interval(value: Value) -> str:
    """The 95 % interval of a share in words, or nothing."""
    if not as_share(value) or not value.n:
        return ""
    told = wilson(value.count, value.n)
    if told is None:
        return ""
    few = _("，少于 %(n)d 件，不排名") % {"n": RANKED_FROM} if not value.ranks else ""
    return _("，95%% 区间 %(low).0f%%–%(high).0f%%") % {"low": told[0] * 100, "high": told[1] * 100} + few


def shade(value: Value, most: int = 0) -> str:
    """The shade of a cell: good or bad, 1 to 5; none where there is too little to judge by."""
    if value.figure.span:
        return ""
    if value.figure.better == "low" and value.n is not None:
        return f"bad-{ceil(5 * value.count / most)}" if value.count and most else ""
    share = value.share
    if not as_share(value) or share is None or not value.ranks or value.figure.better != "high":
        return ""
    good = sum(share >= step for step in _GOOD)
    return f"good-{good}" if good else f"bad-{sum(share < step for step in _POOR)}"
