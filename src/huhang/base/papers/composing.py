"""A letter on its template: ours, or the bureau's own where one lies in ``settings.HUHANG_PAPERS``."""

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from docx import Document
from docx.oxml.ns import qn
from docxtpl.template import DocxTemplate

from huhang.base.papers.rules import Letter, blanks_right, date_words
from huhang.base.papers.template import DATE, HEADINGS, NEEDED, SIGN, official
from huhang.kernel.errors import Unavailable

OWN = "letter.docx"


def compose(letter: Letter) -> bytes:
    """The letter as a Word file.

    Raises:
        Unavailable: the bureau's own template cannot be filled, or leaves out a place every letter needs.
    """
    return filled(
        OWN,
        official(),
        NEEDED,
        _places(letter),
        organ=letter.organ,
        title=letter.title,
        dated=letter.dated,
    )


def filled(
    own: str,
    plain: bytes,
    needed: frozenset[str],
    places: Mapping[str, Any],
    *,
    organ: str,
    title: str,
    dated: date,
) -> bytes:
    """A paper as a Word file: on the bureau's own template of that name where there is one, else on ours.

    Args:
        needed: places without which such a paper is none; a bureau's own template must have them.

    Raises:
        Unavailable: the bureau's own template cannot be filled, or leaves out a place it must have.
    """
    path = settings.HUHANG_PAPERS / own
    try:
        template = DocxTemplate(io.BytesIO(path.read_bytes() if path.is_file() else plain))
        if left_out := needed - template.get_undeclared_template_variables():
            raise ValueError(f"places left out: {sorted(left_out)}")
        template.render(dict(places), autoescape=True)
        out = io.BytesIO()
        template.save(out)
        made = finished(out.getvalue(), organ=organ, title=title, dated=dated)
    except Exception as problem:
        raise Unavailable(
            "“%(title)s”的模板用不了，没有写成。",
            hint="请管理员检查 %(name)s 里的占位符。",
            params={"title": title, "name": own},
        ) from problem
    return made


def _places(letter: Letter) -> dict[str, Any]:
    return {
        "organ": letter.organ,
        "number": letter.number,
        "title": letter.title,
        "to": letter.to,
        "paragraphs": [{"text": text, "head": text.startswith(HEADINGS)} for text in letter.paragraphs],
        "attachments": list(letter.attachments),
        "dated": date_words(letter.dated),
        "note": letter.note,
    }


def finished(filled: bytes, *, organ: str, title: str, dated: date) -> bytes:
    """A filled paper with 署名 and 成文日期 moved in from the right edge as far as their lengths ask, and its organ
    named as the author in place of the library that wrote the file."""
    document = Document(io.BytesIO(filled))
    blanks = dict(zip((SIGN, DATE), blanks_right(organ, date_words(dated)), strict=True))
    for paragraph in document.paragraphs:
        blank = blanks.get(paragraph.style.name if paragraph.style is not None else "")
        if blank is not None:
            indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
            indent.set(qn("w:rightChars"), str(round(blank * 100)))
    properties = document.core_properties
    properties.author, properties.last_modified_by, properties.comments = organ, "", ""
    properties.title, properties.keywords = title, ""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
