"""A4: whatever is chosen as a file gets a clear sentence; nothing in it is run, nothing is half-read."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest

from huhang.base.sheets.reading import Table, read
from huhang.kernel.errors import Invalid
from huhang.kinds.requests.importing.columns import Plan, plan_for

HEAD = ("编号", "时间", "标题", "内容")
ROW = ("1", "2019/12/18 9:05:31", "渣土车", "夜里很吵")


def book(*rows: Sequence[Any], merge: Sequence[str] = (), sheets: int = 1) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    for area in merge:
        sheet.merge_cells(area)
    for index in range(1, sheets):
        made.create_sheet(f"表{index}").append(["别的"])
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def rewritten(data: bytes, part: str, change: Any) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return held.getvalue()


def table(text: str, encoding: str = "utf-8") -> Table:
    return read(text.encode(encoding))


def plan(data: bytes, **mapping: str) -> Plan:
    return plan_for(read(data), mapping)


def refused(data: bytes, says: str) -> Invalid:
    with pytest.raises(Invalid, match=says) as caught:
        plan_for(read(data), {})
    assert caught.value.hint, "a refusal says what to do"
    return caught.value


# ---- what is taken


def test_a_workbook_is_read_as_its_cells_stand() -> None:
    found = read(book(HEAD, ROW))
    assert found.rows == [list(HEAD), list(ROW)]
    assert found.lines == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_in_any_usual_encoding_and_separator(encoding: str, mark: str) -> None:
    found = table("\r\n".join(mark.join(row) for row in (HEAD, ROW)), encoding)
    assert found.rows == [list(HEAD), list(ROW)]


def test_line_ends_and_quotes_inside_a_cell_stay_inside_it() -> None:
    found = table('编号,内容\n1,"第一行\n第二行,""引号"""\n\n2,好\n')
    assert found.rows[1] == ["1", '第一行\n第二行,"引号"']
    assert found.lines == [1, 2, 5]  # the line of the file, not the record's number


def test_headings_go_by_many_names_in_both_languages() -> None:
    made = plan_for(table("msg_id,Time,来信标题 *,留言内容（必填）,label,备注\n1,2019/1/2,a,b,c,d\n"), {})
    assert [one.field for one in made.columns] == ["number", "received_at", "title", "body", "category", ""]
    assert made.columns[5].place == "备注（F 列）"


def test_an_explicit_map_wins_over_what_is_recognised() -> None:
    made = plan_for(table("标题,群众反映\n甲,乙\n"), {"群众反映": "内容", "标题": "place"})
    assert [one.field for one in made.columns] == ["place", "body"]
    made = plan_for(table("内容,详细\n甲,乙\n"), {"详细": "body"})
    assert [one.field for one in made.columns] == ["", "body"]


def test_a_title_line_above_the_heading_is_passed_over() -> None:
    assert plan_for(table("2019 年来信台账,,\n编号,标题,内容\n1,a,b\n"), {}).heading_row == 1


def test_merged_cells_among_the_rows_are_filled_down() -> None:
    found = read(book(HEAD, ROW, ("2", None, None, "再说一遍"), merge=["B2:B3"]))
    assert found.rows[2][1] == ROW[1]
    assert found.filled == {3}


def test_other_sheets_are_named_as_not_read() -> None:
    assert "表1" in read(book(HEAD, ROW, sheets=2)).notes[0]


def test_a_formula_gives_its_stored_value_and_none_when_it_has_none() -> None:
    data = book(HEAD, ("1", "2019/1/2", "=1+1", '=HYPERLINK("http://x")'))
    found = read(data)
    assert all(not cell for cell in found.rows[1][2:])

    def stored(xml: bytes) -> bytes:
        return xml.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>").replace(
            b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>"
        )

    assert read(rewritten(data, "xl/worksheets/sheet1.xml", stored)).rows[1][2] == 2


# ---- what is refused


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "空的"),
        (b" \n\n", "空的"),
        (b"%PDF-1.7 ...", "不是表格"),
        (b"\x89PNG\r\n\x1a\n1234", "不是表格"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        (b"\xef\xbb\xbf<!DOCTYPE html><table>", "网页"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        ("编号,内容\n1,a\0b\n".encode(), "空字符"),
        ("编号,内容\n1,a\0b\n".encode("utf-16"), "空字符"),
        ("编号,内容\n1,坏".encode() + b"\xff\xff\xfe\xfe", "编码"),
        ('编号,内容\n1,"没有结尾\n2,b\n'.encode(), "第 2 行"),
        ("甲,乙\n1,2\n".encode(), "没有找到表头"),
        ("编号,标题\n1,2\n".encode(), "缺少“内容”"),
        ("标题\n渣土车\n".encode(), "缺少“内容”"),
        ("内容,正文\n1,2\n".encode(), "都是“内容”"),
        ("内容,内容\n1,2\n".encode(), "都是“内容”"),
        ("编号,内容\nmsg_id,body\n1,b\n".encode(), "又是一行表头"),
        (b"PK\x03\x04 cut off", "损坏"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_what_to_do(data: bytes, says: str) -> None:
    refused(data, says)


def test_merged_headings_are_refused_with_their_place() -> None:
    assert "A1:B1" in refused(book(HEAD, ROW, merge=["A1:B1"]), "合并单元格").text


def test_a_map_that_names_no_column_is_refused() -> None:
    with pytest.raises(Invalid, match="没有"):
        plan_for(table("编号,内容\n1,2\n"), {"不存在": "title"})
    with pytest.raises(Invalid, match="不是可以导入"):
        plan_for(table("编号,内容\n1,2\n"), {"编号": "随便"})


def test_a_truncated_workbook_is_refused() -> None:
    refused(book(HEAD, ROW)[:-200], "损坏")


def test_a_word_document_or_a_plain_zip_is_not_taken_for_a_workbook() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("a.csv", "编号,内容\n")
    refused(held.getvalue(), "压缩包")


def test_outside_entities_are_refused_before_any_xml_is_parsed() -> None:
    def poisoned(xml: bytes) -> bytes:
        return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + xml[xml.index(b"<w") :]

    data = rewritten(book(HEAD, ROW), "xl/worksheets/sheet1.xml", poisoned)
    refused(data, "外部内容|损坏")


def test_a_workbook_that_swells_when_unpacked_is_refused() -> None:
    def bomb(xml: bytes) -> bytes:
        return xml.replace(b"</sheetData>", b" " * 300_000_000 + b"</sheetData>")

    refused(rewritten(book(HEAD, ROW), "xl/worksheets/sheet1.xml", bomb), "过大")


def test_one_cell_in_the_farthest_corner_does_not_take_all_memory() -> None:
    def corner(xml: bytes) -> bytes:
        return xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')

    def deep(xml: bytes) -> bytes:
        return xml.replace(b"</sheetData>", b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>')

    refused(rewritten(book(HEAD, ROW), "xl/worksheets/sheet1.xml", corner), "超过 256 列")
    refused(rewritten(book(HEAD, ROW), "xl/worksheets/sheet1.xml", deep), "超过 200000 行")


def test_one_long_shared_text_used_a_hundred_thousand_times_is_refused() -> None:
    def repeated(xml: bytes) -> bytes:
        cell = b'<row><c t="s"><v>7</v></c></row>'
        return xml.replace(b"</sheetData>", cell * 100_000 + b"</sheetData>")

    data = rewritten(book(HEAD, (*ROW[:3], "长" * 30_000)), "xl/worksheets/sheet1.xml", repeated)
    refused(data, "过大")


def test_the_size_limit_stands_before_anything_else(settings: Any) -> None:
    settings.HUHANG_IMPORT_BYTES = 1024 * 1024
    refused(b"a" * (1024 * 1024 + 1), "超过 1 MB")


def test_more_rows_than_the_limit_are_refused() -> None:
    refused(("编号,内容\n" + "1,a\n" * 200_001).encode(), "超过 200000 行")


def test_a_cell_of_a_megabyte_does_not_stop_the_reading_of_the_others() -> None:
    found = table(f"编号,内容\n1,{'长' * 1_000_000}\n2,短\n")
    assert len(str(found.rows[1][1])) == 1_000_000
    assert found.rows[2] == ["2", "短"]
