"""xlsx: searched for anything that acts and weighed before it is opened; formulas give their stored values."""

import io
import re
import zipfile
from bisect import bisect_left
from collections.abc import Iterator

from python_calamine import CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from huhang.base.files import office
from huhang.base.sheets.cells import Cell
from huhang.kernel.errors import Invalid

COLUMNS, CELLS, CHARACTERS = 256, 10_000_000, 400_000_000
"""Most columns, cells and characters of all cells together: a file of some hundred bytes can claim millions."""

_FAR = re.compile(rb"""(?i)\sr\s*=\s*["'](?:[A-Z]{3,}[0-9]*|(?:[J-Z][A-Z]|I[W-Z])[0-9]+)["']""")
_DEEP = re.compile(
    rb"""(?i)\sr\s*=\s*["'][A-Z]{0,3}0*(?:2000(?:0[2-9]|[1-9][0-9])|200[1-9]\d\d|20[1-9]\d{3}|2[1-9]\d{4}|[3-9]\d{5}|[1-9]\d{6,})["']"""
)
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_SHARED = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\bt\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v>\s*(\d{1,9})\s*</""")
_STRING = re.compile(rb"<(?:\w+:)?si[\s/>]")
_DATES_1904 = re.compile(rb"""date1904\s*=\s*["'](?:1|true)["']""")


def read(data: bytes) -> tuple[list[list[Cell]], list[tuple[int, int, int, int]], list[str]]:
    """Rows of the first sheet that holds something, its merged areas, and remarks.

    Raises:
        Invalid: damaged, locked, another sort of file, with macros or outside entities, or too large once unpacked.
    """
    _inspect(data)
    try:
        return _opened(data)
    except Invalid:
        raise
    except BaseException as problem:  # the reader's own panic is no Exception
        if isinstance(problem, KeyboardInterrupt | SystemExit | GeneratorExit):
            raise
        raise _damaged() from problem


def _damaged() -> Invalid:
    return Invalid("工作簿已损坏，打不开。", hint="请用办公软件打开它，另存为新的 xlsx 文件再导入。", field="file")


def _inspect(data: bytes) -> None:
    try:
        kept = office.checked(data)
    except Invalid as problem:
        raise Invalid(
            problem.message, hint="导入只收 xlsx 工作簿和 csv；请另存为其中一种。", field="file", params=problem.params
        ) from problem
    if kept.suffix != "xlsx":
        raise Invalid("这不是 xlsx 工作簿。", hint="请选择 xlsx 或 csv 文件。", field="file")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        _weigh(packed)


def _too_large(what: str) -> Invalid:
    return Invalid(
        "工作表%(what)s。", hint="请删去用不到的行列，或拆成几个文件再导入。", field="file", params={"what": what}
    )


def _weigh(packed: zipfile.ZipFile) -> None:
    names = packed.namelist()
    if _DATES_1904.search(packed.read("xl/workbook.xml")):
        raise Invalid(
            "工作簿用的是 1904 日期系统，日期会差四年。",
            hint="请在 Excel 选项里关掉“使用 1904 日期系统”，核对日期后另存再导入。",
            field="file",
        )
    ends = _string_ends(packed.read("xl/sharedStrings.xml")) if "xl/sharedStrings.xml" in names else []
    cells = characters = 0
    for name in names:
        if not re.fullmatch(r"(?i)/?xl/worksheets/[^/]+\.xml", name):
            continue
        sheet = packed.read(name)
        if _FAR.search(sheet):
            raise _too_large(f"超过 {COLUMNS} 列")
        if _DEEP.search(sheet):
            raise _too_large("超过 200000 行")
        cells += sum(1 for _ in _CELL.finditer(sheet))
        characters += len(sheet) + sum(_shared_lengths(sheet, ends))
    if cells > CELLS or characters > CHARACTERS:
        raise _too_large("内容过大")


def _string_ends(strings: bytes) -> list[int]:
    return [found.start() for found in _STRING.finditer(strings)] + [len(strings)]


def _shared_lengths(sheet: bytes, ends: list[int]) -> Iterator[int]:
    for found in _SHARED.finditer(sheet):
        at = int(found[1])
        if at + 1 < len(ends):
            yield ends[at + 1] - ends[at]


def _opened(data: bytes) -> tuple[list[list[Cell]], list[tuple[int, int, int, int]], list[str]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    shown = [one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
    chosen: CalamineSheet | None = None
    others = []
    for name in shown:
        sheet = book.get_sheet_by_name(name)
        if not sheet.height:
            continue
        if chosen is None:
            chosen = sheet
        else:
            others.append(name)
    if chosen is None:
        raise Invalid("工作簿里没有内容。", hint="请检查是否选错了文件。", field="file")
    notes = [f"只读取了工作表“{chosen.name}”，没有读：{'、'.join(others)}"] if others else []
    rows: list[list[Cell]] = [list(row) for row in chosen.to_python(skip_empty_area=False)]
    merged = [(a[0] + 1, a[1], b[0] + 1, b[1]) for a, b in chosen.merged_cell_ranges or []]
    return rows, _within(merged, len(rows)), notes


def _within(merged: list[tuple[int, int, int, int]], height: int) -> list[tuple[int, int, int, int]]:
    """Merged areas cut to the rows there are, those that begin below dropped."""
    lines = range(1, height + 1)
    return [(t, a, min(b, height), c) for t, a, b, c in merged if bisect_left(lines, t) < height]
