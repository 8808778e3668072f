"""A file as rows of cells, whatever it is: told by its content, never by its name; nothing in it is ever run."""

from dataclasses import dataclass, field

from django.conf import settings

from huhang.base.sheets import delimited, workbook
from huhang.base.sheets.cells import Cell, is_blank
from huhang.kernel.errors import Invalid

MOST_ROWS = 200_000
_MOST_MERGED = 1_000_000
AS_XLSX = "请用办公软件打开它，另存为 xlsx（Excel 工作簿）或 csv，再导入。"
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head", b"<body", b"mime-version")
_FOREIGN = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"RIFF", b"MZ")


@dataclass
class Table:
    """Rows that hold something, the line each stands on, merged areas (top, left, bottom, right; lines from 1,
    columns from 0) and remarks for whoever imports."""

    rows: list[list[Cell]]
    lines: list[int]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    filled: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


def letter(index: int) -> str:
    """The column's letters in a spreadsheet: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def read(data: bytes) -> Table:
    """The rows of an xlsx or csv file.

    Raises:
        Invalid: empty, too large, damaged, locked, or another sort of file; with what to do.
    """
    most = settings.HUHANG_IMPORT_BYTES
    if len(data) > most:
        raise Invalid(
            "文件超过 %(most)d MB。",
            hint="请拆成几个文件，分几次导入。",
            field="file",
            params={"most": most // (1024 * 1024)},
        )
    if not data.strip():
        raise Invalid("文件是空的。", hint="请重新选择。", field="file")
    _refuse_foreign(data)
    if data.startswith(b"PK"):
        rows, merged, notes = workbook.read(data)
        table = _kept(rows, range(1, len(rows) + 1))
        table.merged, table.notes = merged, notes
        _fill_down(table)
    else:
        texts, lines = delimited.read(data)
        table = _kept(texts, lines)
    if not table.rows:
        raise Invalid("文件里没有内容。", hint="请检查是否选错了文件。", field="file")
    if len(table.rows) > MOST_ROWS + 1:
        raise Invalid(
            "文件超过 %(most)d 行。", hint="请拆成几个文件，分几次导入。", field="file", params={"most": MOST_ROWS}
        )
    return table


def _refuse_foreign(data: bytes) -> None:
    if data.startswith(_OLD):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Invalid("工作簿设了打开密码。", hint="请去掉密码，另存为 xlsx 后再导入。", field="file")
        raise Invalid("这是旧版的 xls 文件。", hint=AS_XLSX, field="file")
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_MARKUP):
        raise Invalid("这个文件其实是网页，不是表格。", hint=AS_XLSX, field="file")
    if data.startswith(_FOREIGN):
        raise Invalid("这不是表格文件。", hint=AS_XLSX, field="file")


def _kept(rows: list[list[Cell]], lines: "range | list[int]") -> Table:
    both = [(row, line) for row, line in zip(rows, lines, strict=True) if not all(is_blank(cell) for cell in row)]
    return Table([row for row, _ in both], [line for _, line in both])


def _fill_down(table: Table) -> None:
    """Gives each cell of a merged area below the heading the value of its upper left one, and notes the row."""
    at = dict(zip(table.lines, table.rows, strict=True))
    if sum((bottom - top + 1) * (right - left + 1) for top, left, bottom, right in table.merged) > _MOST_MERGED:
        raise Invalid("合并单元格太多。", hint="请取消全部合并，再导入。", field="file")
    for top, left, bottom, right in table.merged:
        source = at.get(top)
        if source is None or left >= len(source):
            continue
        for line in range(top, bottom + 1):
            row = at.get(line)
            if row is None:
                continue
            for column in range(left, min(right + 1, len(row))):
                if (line, column) != (top, left) and is_blank(row[column]):
                    row[column] = source[left]
                    table.filled.add(line)
