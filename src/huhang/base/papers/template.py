"""Our own templates, in the figures of GB/T 9704-2012 (STANDARDS §9): a letter's, and the page others are built on.

Fonts are named, never shipped: 方正小标宋简体 and 仿宋_GB2312 are not ours to give away.
"""

import io
from collections.abc import Iterable
from functools import cache
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor, Twips

TITLE_FONT, BODY_FONT, HEAD_FONT, PAGE_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体"
LINE = Pt(28.95)
"""Exact line spacing: 22 lines of the text block's 225 mm."""
RED = RGBColor(0xFF, 0, 0)
SIGN, DATE = "署名", "成文日期"
HEADINGS = tuple(f"{n}、" for n in "一二三四五六七八九十")
NEEDED = frozenset({"organ", "number", "title", "to", "paragraphs", "dated"})
"""Places without which a letter is no letter; a bureau's own template must have them."""


@cache
def official() -> bytes:
    """The template as a Word file, with a place for everything a `Letter` says."""
    return built(_LINES)


def built(lines: Iterable[tuple[str, str]]) -> bytes:
    """A Word file of these (style, text) lines on the page of the standard, with its page numbers."""
    document = Document()
    _page(document)
    _styles(document)
    _footers(document)
    for style, text in lines:
        document.add_paragraph(text, style=style)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


_LINES = (
    ("发文机关标志", "{{ organ }}"),
    ("发文字号", "{{ number }}"),
    ("公文正文", ""),
    ("公文正文", ""),
    ("公文标题", "{{ title }}"),
    ("公文正文", ""),
    ("主送机关", "{{ to }}："),
    ("公文正文", "{%p for paragraph in paragraphs %}"),
    ("公文正文", "{%p if paragraph.head %}"),
    ("公文一级标题", "{{ paragraph.text }}"),
    ("公文正文", "{%p else %}"),
    ("公文正文", "{{ paragraph.text }}"),
    ("公文正文", "{%p endif %}"),
    ("公文正文", "{%p endfor %}"),
    ("公文正文", "{%p if attachments %}"),
    ("公文正文", ""),
    ("公文正文", "{%p for one in attachments %}"),
    ("公文正文", "{% if loop.first %}附件：{% endif %}{% if loop.length > 1 %}{{ loop.index }}.{% endif %}{{ one }}"),
    ("公文正文", "{%p endfor %}"),
    ("公文正文", "{%p endif %}"),
    ("公文正文", ""),
    ("公文正文", ""),
    (SIGN, "{{ organ }}"),
    (DATE, "{{ dated }}"),
    ("公文正文", "{%p if note %}"),
    ("附注", "（{{ note }}）"),
    ("公文正文", "{%p endif %}"),
)


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Twips(11906), Twips(16838)
    section.top_margin, section.bottom_margin = Twips(2098), Twips(1984)
    section.left_margin, section.right_margin, section.gutter = Twips(1587), Twips(1474), Twips(0)
    section.footer_distance = Mm(23)
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    grid = OxmlElement("w:docGrid")
    for name, value in (("type", "linesAndChars"), ("linePitch", "579"), ("charSpace", "-848")):
        grid.set(qn(f"w:{name}"), value)
    section._sectPr.append(grid)


def _styles(document: Any) -> None:
    body = _style(document, "公文正文", BODY_FONT, 16, indent=200)
    _style(document, "公文一级标题", HEAD_FONT, 16, indent=200)
    _style(document, "主送机关", BODY_FONT, 16)
    _style(document, "公文标题", TITLE_FONT, 22, align=ALIGN.CENTER)
    _style(document, SIGN, BODY_FONT, 16, align=ALIGN.RIGHT)
    _style(document, DATE, BODY_FONT, 16, align=ALIGN.RIGHT)
    _style(document, "附注", BODY_FONT, 16, indent=200)
    head = _style(document, "发文机关标志", TITLE_FONT, 26, align=ALIGN.CENTER)
    head.font.color.rgb = RED
    head.paragraph_format.line_spacing = Pt(40)
    head.paragraph_format.space_after = LINE
    _rule_under(_style(document, "发文字号", BODY_FONT, 16, align=ALIGN.CENTER))
    page = _style(document, "页码", PAGE_FONT, 14)
    page.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    body.quick_style = True


def _style(document: Any, name: str, font: str, size: float, *, align: Any = ALIGN.JUSTIFY, indent: int = 0) -> Any:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    style.font.name, style.font.size, style.font.bold = font, Pt(size), False
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for which in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{which}"), font)
    form = style.paragraph_format
    form.alignment, form.space_before, form.space_after = align, Pt(0), Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    if indent:
        ind = style.element.get_or_add_pPr().get_or_add_ind()
        ind.set(qn("w:firstLineChars"), str(indent))
        ind.set(qn("w:firstLine"), str(round(size * 20 * indent / 100)))
    return style


def _rule_under(style: Any) -> None:
    """The red rule 4 mm under the number."""
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "11"), ("color", "FF0000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    properties = style.element.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")


def _footers(document: Any) -> None:
    """Page numbers — 1 —: odd pages right, even pages left, one character in."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    for footer, align, side in (
        (section.footer, ALIGN.RIGHT, "rightChars"),
        (section.even_page_footer, ALIGN.LEFT, "leftChars"),
    ):
        paragraph = footer.paragraphs[0]
        paragraph.style, paragraph.alignment = document.styles["页码"], align
        paragraph._p.get_or_add_pPr().get_or_add_ind().set(qn(f"w:{side}"), "100")
        paragraph.add_run("— ")
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        paragraph._p.append(field)
        paragraph.add_run(" —")
