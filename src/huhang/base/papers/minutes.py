"""Minutes of a meeting (纪要): on our template, or the bureau's own ``minutes.docx`` in HUHANG_PAPERS."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from huhang.base.papers.composing import filled
from huhang.base.papers.rules import date_words, ordinal
from huhang.base.papers.template import DATE, SIGN, built

OWN = "minutes.docx"
NEEDED = frozenset({"organ", "number", "title", "items"})
"""Places without which minutes are none; a bureau's own template must have them."""


@dataclass(frozen=True)
class Talked:
    """One item of the agenda: what it was about, what was said, and what was decided, each decision a sentence."""

    topic: str
    about: str
    said: Sequence[str]
    decided: Sequence[str]


@dataclass(frozen=True)
class Minutes:
    """What the minutes of a meeting say (GB/T 9704-2012, 10.3): who met when and where, then item by item."""

    organ: str
    number: str
    title: str
    when: str
    place: str
    present: Sequence[str]
    items: Sequence[Talked]
    dated: date


_LINES = (
    ("发文机关标志", "会议纪要"),
    ("发文字号", "{{ number }}"),
    ("公文正文", ""),
    ("公文标题", "{{ title }}"),
    ("公文正文", ""),
    ("公文正文", "时间：{{ when }}"),
    ("公文正文", "地点：{{ place }}"),
    ("公文正文", "{%p for line in present %}"),
    ("公文正文", "{% if loop.first %}出席：{% endif %}{{ line }}"),
    ("公文正文", "{%p endfor %}"),
    ("公文正文", "{%p for item in items %}"),
    ("公文一级标题", "{{ item.ordinal }}、{{ item.topic }}"),
    ("公文正文", "{%p if item.about %}"),
    ("公文正文", "（{{ item.about }}）"),
    ("公文正文", "{%p endif %}"),
    ("公文正文", "{%p for line in item.said %}"),
    ("公文正文", "{{ line }}"),
    ("公文正文", "{%p endfor %}"),
    ("公文正文", "{%p for line in item.decided %}"),
    ("公文正文", "会议决定：{{ line }}"),
    ("公文正文", "{%p endfor %}"),
    ("公文正文", "{%p endfor %}"),
    ("公文正文", ""),
    (SIGN, "{{ organ }}"),
    (DATE, "{{ dated }}"),
)


@cache
def plain() -> bytes:
    """The template as a Word file, on the page of the standard."""
    return built(_LINES)


def compose_minutes(told: Minutes) -> bytes:
    """The minutes as a Word file.

    Raises:
        Unavailable: the bureau's own template cannot be filled, or leaves out a place all minutes need.
    """
    return filled(OWN, plain(), NEEDED, _places(told), organ=told.organ, title=told.title, dated=told.dated)


def _places(told: Minutes) -> dict[str, Any]:
    return {
        "organ": told.organ,
        "number": told.number,
        "title": told.title,
        "when": told.when,
        "place": told.place,
        "present": list(told.present),
        "items": [
            {
                "ordinal": ordinal(n),
                "topic": one.topic,
                "about": one.about,
                "said": list(one.said),
                "decided": list(one.decided),
            }
            for n, one in enumerate(told.items, 1)
        ],
        "dated": date_words(told.dated),
    }
