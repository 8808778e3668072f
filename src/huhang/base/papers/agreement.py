"""An agreement several parties sign: on our template, or the bureau's own ``agreement.docx`` in HUHANG_PAPERS."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from huhang.base.papers.composing import filled
from huhang.base.papers.rules import date_words
from huhang.base.papers.template import DATE, SIGN, built

OWN = "agreement.docx"
NEEDED = frozenset({"number", "title", "parties", "terms"})
"""Places without which an agreement is none; a bureau's own template must have them."""


@dataclass(frozen=True)
class Agreement:
    """What an agreement says. ``parties`` are (side, name); each gets a line to sign on."""

    organ: str
    number: str
    title: str
    parties: Sequence[tuple[str, str]]
    about: Sequence[str]
    terms: Sequence[str]
    dated: date


_LINES = (
    ("公文标题", "{{ title }}"),
    ("发文字号", "{{ number }}"),
    ("公文正文", ""),
    ("主送机关", "{%p for one in parties %}"),
    ("主送机关", "{{ one.side }}：{{ one.name }}"),
    ("主送机关", "{%p endfor %}"),
    ("公文一级标题", "一、纠纷的主要情况"),
    ("公文正文", "{%p for line in about %}"),
    ("公文正文", "{{ line }}"),
    ("公文正文", "{%p endfor %}"),
    ("公文一级标题", "二、经调解，各方自愿达成如下协议"),
    ("公文正文", "{%p for line in terms %}"),
    ("公文正文", "{{ line }}"),
    ("公文正文", "{%p endfor %}"),
    ("公文一级标题", "三、协议的告知和份数"),
    ("公文正文", "本协议已读给各方听，各方复述无误。各方各执一份，调解单位存一份。"),
    ("公文正文", ""),
    ("主送机关", "{%p for one in parties %}"),
    ("主送机关", "{{ one.side }}（签名或盖章）：　　　　　　　　年　　月　　日"),
    ("主送机关", "{%p endfor %}"),
    ("主送机关", "调解员（签名）：　　　　　　　　　　年　　月　　日"),
    ("公文正文", ""),
    (SIGN, "{{ organ }}"),
    (DATE, "{{ dated }}"),
)


@cache
def plain() -> bytes:
    """The template as a Word file, on the page of the standard."""
    return built(_LINES)


def compose_agreement(told: Agreement) -> bytes:
    """The agreement as a Word file.

    Raises:
        Unavailable: the bureau's own template cannot be filled, or leaves out a place every agreement needs.
    """
    return filled(OWN, plain(), NEEDED, _places(told), organ=told.organ, title=told.title, dated=told.dated)


def _places(told: Agreement) -> dict[str, object]:
    return {
        "organ": told.organ,
        "number": told.number,
        "title": told.title,
        "parties": [{"side": side, "name": name} for side, name in told.parties],
        "about": list(told.about),
        "terms": list(told.terms),
        "dated": date_words(told.dated),
    }
