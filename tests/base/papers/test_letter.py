"""C5: an official letter in the form of GB/T 9704-2012, read back from the file that was made."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from huhang.base.files.inspection import checked
from huhang.base.papers.agreement import Agreement, compose_agreement
from huhang.base.papers.composing import compose
from huhang.base.papers.minutes import Minutes, Talked, compose_minutes
from huhang.base.papers.rules import Letter, blanks_right, date_words, mark_of, ordinal
from huhang.base.papers.template import official
from huhang.kernel.errors import Unavailable

LETTER = Letter(
    organ="望海市公安局港湾派出所",
    number="港湾派出所函〔2026〕3号",
    title="关于协助办理诉求 HS-7QK4-2M9D 有关事项的函",
    to="港湾镇人民政府",
    paragraphs=("一、基本情况", "涵洞 <堵塞> & 积水，{{ organ }} 不是占位符。", "特此函达。"),
    dated=date(2026, 1, 5),
    note="联系单位：望海市公安局港湾派出所，电话：0537-1234567",
)


def read(content: bytes) -> Any:
    return Document(io.BytesIO(content))


def paragraph(document: Any, style: str) -> Any:
    return next(p for p in document.paragraphs if p.style.name == style)


def test_the_page_is_the_page_of_the_standard() -> None:
    page = read(compose(LETTER)).sections[0]
    mm = [round(side.mm) for side in (page.page_width, page.page_height, page.top_margin, page.bottom_margin)]
    assert mm == [210, 297, 37, 35]
    assert [round(page.left_margin.mm), round(page.right_margin.mm), page.gutter.mm] == [28, 26, 0]
    assert abs(page.page_height - page.top_margin - page.bottom_margin - Mm(225)) < Mm(0.2)
    assert abs(page.page_width - page.left_margin - page.right_margin - Mm(156)) < Mm(0.2)
    grid = page._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("linesAndChars", "579")


@pytest.mark.parametrize(
    ("style", "font", "size"),
    [
        ("公文标题", "方正小标宋简体", 22),
        ("公文正文", "仿宋_GB2312", 16),
        ("公文一级标题", "黑体", 16),
        ("主送机关", "仿宋_GB2312", 16),
        ("署名", "仿宋_GB2312", 16),
        ("成文日期", "仿宋_GB2312", 16),
        ("页码", "宋体", 14),
    ],
)
def test_fonts_are_named_and_sizes_are_right(style: str, font: str, size: int) -> None:
    made = read(compose(LETTER)).styles[style]
    assert made.element.rPr.rFonts.get(qn("w:eastAsia")) == font
    assert made.font.size == Pt(size)
    assert not made.font.bold


def test_lines_stand_28_95_points_apart_and_paragraphs_two_characters_in() -> None:
    body = read(compose(LETTER)).styles["公文正文"]
    spacing, indent = body.element.pPr.find(qn("w:spacing")), body.element.pPr.find(qn("w:ind"))
    assert (spacing.get(qn("w:line")), spacing.get(qn("w:lineRule"))) == ("579", "exact")
    assert indent.get(qn("w:firstLineChars")) == "200"


def test_everything_a_letter_says_is_in_its_place() -> None:
    made = read(compose(LETTER))
    said = [(p.style.name, p.text) for p in made.paragraphs if p.text]
    assert said == [
        ("发文机关标志", LETTER.organ),
        ("发文字号", LETTER.number),
        ("公文标题", LETTER.title),
        ("主送机关", "港湾镇人民政府："),
        ("公文一级标题", "一、基本情况"),
        ("公文正文", "涵洞 <堵塞> & 积水，{{ organ }} 不是占位符。"),
        ("公文正文", "特此函达。"),
        ("署名", LETTER.organ),
        ("成文日期", "2026年1月5日"),
        ("附注", f"（{LETTER.note}）"),
    ]
    assert "附件" not in "".join(text for _style, text in said)


def test_attachments_stand_below_the_body() -> None:
    one = compose(Letter(**{**vars(LETTER), "attachments": ("现场照片",)}))
    two = compose(Letter(**{**vars(LETTER), "attachments": ("现场照片", "勘查记录")}))
    assert "附件：现场照片" in [p.text for p in read(one).paragraphs]
    assert [p.text for p in read(two).paragraphs if "记录" in p.text or "照片" in p.text] == [
        "附件：1.现场照片",
        "2.勘查记录",
    ]


def test_the_signature_is_centred_over_the_date() -> None:
    made = read(compose(LETTER))
    right = {
        name: int(paragraph(made, name)._p.pPr.find(qn("w:ind")).get(qn("w:rightChars")))
        for name in ("署名", "成文日期")
    }
    assert right == {"署名": 200, "成文日期": 450}
    assert blanks_right("市局", "2026年1月5日") == (6.0, 4.0)


def test_pages_are_numbered_outside() -> None:
    made = read(compose(LETTER))
    assert made.settings.odd_and_even_pages_header_footer
    odd, even = made.sections[0].footer.paragraphs[0], made.sections[0].even_page_footer.paragraphs[0]
    assert "PAGE" in odd._p.xml
    assert "PAGE" in even._p.xml
    assert odd.text.replace("1", "") == "—  —"
    assert (odd.alignment, even.alignment) == (2, 0)


def test_dates_have_no_zeros_in_front() -> None:
    assert date_words(date(2026, 1, 5)) == "2026年1月5日"
    assert date_words(date(2026, 11, 20)) == "2026年11月20日"


def test_our_own_checks_take_the_file() -> None:
    assert checked("函.docx", compose(LETTER)).suffix == "docx"


def test_a_bureau_may_write_on_its_own_template(settings: Any, tmp_path: Path) -> None:
    settings.HUHANG_PAPERS = tmp_path
    own = Document(io.BytesIO(official()))
    own.paragraphs[0].insert_paragraph_before("望海公安 红头")
    own.save(str(tmp_path / "letter.docx"))
    made = read(compose(LETTER))
    assert made.paragraphs[0].text == "望海公安 红头"
    assert "2026年1月5日" in [p.text for p in made.paragraphs]


@pytest.mark.parametrize("content", [b"no zip", b""])
def test_a_broken_template_is_said_to_be_broken(settings: Any, tmp_path: Path, content: bytes) -> None:
    settings.HUHANG_PAPERS = tmp_path
    (tmp_path / "letter.docx").write_bytes(content)
    with pytest.raises(Unavailable, match="模板"):
        compose(LETTER)


def test_a_template_that_leaves_out_the_date_is_refused(settings: Any, tmp_path: Path) -> None:
    settings.HUHANG_PAPERS = tmp_path
    bare = Document()
    bare.add_paragraph("{{ organ }}{{ number }}{{ title }}{{ to }}{{ paragraphs }}")
    bare.save(str(tmp_path / "letter.docx"))
    with pytest.raises(Unavailable):
        compose(LETTER)


def test_an_agreement_stands_on_the_same_page_and_names_its_organ_as_author() -> None:
    made = read(
        compose_agreement(
            Agreement(
                organ="望海市公安局港湾派出所",
                number="港湾派出所调〔2026〕1号",
                title="调解协议书",
                parties=[("甲方", "周海生"), ("乙方", "港湾村民委员会")],
                about=["涵洞堵塞，排水不畅。"],
                terms=["乙方于月底前清淤。", "甲方照看三个月。"],
                dated=date(2026, 1, 5),
            )
        )
    )
    page = made.sections[0]
    assert [round(side.mm) for side in (page.page_width, page.page_height, page.left_margin)] == [210, 297, 28]
    words = [p.text for p in made.paragraphs]
    assert {"甲方：周海生", "乙方于月底前清淤。"} <= set(words)
    assert words[-1] == "2026年1月5日"
    assert sum("签名或盖章" in line for line in words) == 2
    assert "{" not in "".join(words)
    assert {paragraph(made, "公文正文").style.font.name, paragraph(made, "公文标题").style.font.name} == {
        "仿宋_GB2312",
        "方正小标宋简体",
    }
    assert (made.core_properties.author, made.core_properties.comments) == ("望海市公安局港湾派出所", "")


AGREED = Agreement("望海市公安局", "公安调〔2026〕1号", "调解协议书", [], [], [], date(2026, 1, 5))
MET = Minutes(
    organ="望海市公安局诉求中心",
    number="诉求中心纪〔2026〕1号",
    title="渣土车噪声协调会议纪要",
    when="2026年1月5日 14:30",
    place="三楼会议室",
    present=["港湾派出所 周正", "货运大队 孙达"],
    items=[
        Talked("夜间噪声", "事项 HT-0000-0001", ["一致认为应设卡。"], ["三号门外设卡。由货运大队落实。"]),
        Talked("路灯", "", ["下次再议。"], []),
    ],
    dated=date(2026, 1, 6),
)


def test_minutes_say_who_met_and_what_was_decided_item_by_item() -> None:
    made = read(compose_minutes(MET))
    words = [p.text for p in made.paragraphs]
    assert words[0] == "会议纪要"
    assert (
        words.index("一、夜间噪声") < words.index("会议决定：三号门外设卡。由货运大队落实。") < words.index("二、路灯")
    )
    assert {"时间：2026年1月5日 14:30", "地点：三楼会议室", "出席：港湾派出所 周正", "货运大队 孙达"} <= set(words)
    assert "{" not in "".join(words)
    assert paragraph(made, "公文一级标题").text == "一、夜间噪声"
    assert words[-1] == "2026年1月6日"


@pytest.mark.parametrize(
    ("name", "composed"),
    [("agreement.docx", lambda: compose_agreement(AGREED)), ("minutes.docx", lambda: compose_minutes(MET))],
)
def test_a_template_of_theirs_without_its_places_is_refused(
    settings: Any, tmp_path: Path, name: str, composed: Callable[[], bytes]
) -> None:
    settings.HUHANG_PAPERS = tmp_path
    bare = Document()
    bare.add_paragraph("{{ organ }}{{ title }}")
    bare.save(str(tmp_path / name))
    with pytest.raises(Unavailable):
        composed()


@pytest.mark.parametrize(
    ("n", "said"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (31, "三十一"), (99, "九十九")]
)
def test_headings_count_in_chinese(n: int, said: str) -> None:
    assert ordinal(n) == said


@pytest.mark.parametrize("n", [0, 100, -3])
def test_no_heading_beyond_two_digits(n: int) -> None:
    with pytest.raises(ValueError, match=str(n)):
        ordinal(n)


def test_a_mark_is_the_first_name_with_chinese_characters() -> None:
    assert mark_of("港湾派出所", "望海市", end="纪") == "港湾派出所纪"
    assert mark_of("Port 3", "望海市", end="函") == "望海市函"
    assert len(mark_of("长" * 40, end="函")) == 19
    with pytest.raises(ValueError, match="Port"):
        mark_of("Port", end="函")
