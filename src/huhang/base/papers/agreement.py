"""An agreement several parties sign: on our template, or the bureau's own ``agreement.docx`` in HUHANG_PAPERS."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.conf import settings
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.shared import Pt
from docxtpl.template import DocxTemplate

from huhang.base.papers.rules import date_words
from huhang.base.papers.template import BODY_FONT, TITLE_FONT
from huhang.kernel.errors import Unavailable

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
    (TITLE_FONT, 22, ALIGN.CENTER, "{{ title }}"),
    (BODY_FONT, 14, ALIGN.CENTER, "{{ number }}"),
    (BODY_FONT, 16, ALIGN.LEFT, "{%p for one in parties %}"),
    (BODY_FONT, 16, ALIGN.LEFT, "{{ one.side }}：{{ one.name }}"),
    (BODY_FONT, 16, ALIGN.LEFT, "{%p endfor %}"),
    (BODY_FONT, 16, ALIGN.LEFT, "一、纠纷的主要情况"),
    (BODY_FONT, 16, ALIGN.LEFT, "{%p for line in about %}"),
    (BODY_FONT, 16, ALIGN.LEFT, "　　{{ line }}"),
    (BODY_FONT, 16, ALIGN.LEFT, "{%p endfor %}"),
    (BODY_FONT, 16, ALIGN.LEFT, "二、经调解，各方自愿达成如下协议"),
    (BODY_FONT, 16, ALIGN.LEFT, "{%p for line in terms %}"),
    (BODY_FONT, 16, ALIGN.LEFT, "　　{{ line }}"),
    (BODY_FONT, 16, ALIGN.LEFT, "{%p endfor %}"),
    (BODY_FONT, 16, ALIGN.LEFT, "三、本协议已读给各方听，各方复述无误。各方各执一份，调解单位存一份。"),
    (BODY_FONT, 16, ALIGN.LEFT, "{%p for one in parties %}"),
    (BODY_FONT, 16, ALIGN.LEFT, "{{ one.side }}（签名或盖章）：　　　　　　　　年　　月　　日"),
    (BODY_FONT, 16, ALIGN.LEFT, "{%p endfor %}"),
    (BODY_FONT, 16, ALIGN.LEFT, "调解员（签名）："),
    (BODY_FONT, 16, ALIGN.RIGHT, "{{ organ }}"),
    (BODY_FONT, 16, ALIGN.RIGHT, "{{ dated }}"),
)


@cache
def plain() -> bytes:
    """The template as a Word file."""
    document = Document()
    for font, size, align, text in _LINES:
        paragraph = document.add_paragraph()
        paragraph.alignment = align
        run = paragraph.add_run(text)
        run.font.name, run.font.size = font, Pt(size)
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def compose_agreement(told: Agreement) -> bytes:
    """The agreement as a Word file.

    Raises:
        Unavailable: the bureau's own template cannot be filled, or leaves out a place every agreement needs.
    """
    own = settings.HUHANG_PAPERS / OWN
    try:
        template = DocxTemplate(io.BytesIO(own.read_bytes() if own.is_file() else plain()))
        if left_out := NEEDED - template.get_undeclared_template_variables():
            raise ValueError(f"places left out: {sorted(left_out)}")
        template.render(_places(told), autoescape=True)
        out = io.BytesIO()
        template.save(out)
    except Exception as problem:
        raise Unavailable(
            "协议书模板用不了，协议没有写成。", hint="请管理员检查 %(name)s 里的占位符。", params={"name": OWN}
        ) from problem
    return out.getvalue()


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
