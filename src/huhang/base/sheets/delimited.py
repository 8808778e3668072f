"""csv as people and programs write it: several encodings, several separators, quotes, line ends inside cells."""

import csv
import io

from huhang.base.sheets.cells import Cell
from huhang.kernel.errors import Invalid

_SEPARATORS = (",", ";", "\t", "|")
_SAMPLE = 64 * 1024
_LOOK_AT = 20
_CONTROLS = dict.fromkeys([*range(1, 9), *range(14, 27), 28, 29, 30, 31])

csv.field_size_limit(2**31 - 1)  # the file's own limit stands before this one; a long cell is the row's fault alone


def read(data: bytes) -> tuple[list[list[Cell]], list[int]]:
    """The records, and the line each begins on.

    Raises:
        Invalid: no text, an unknown encoding, or quotes that do not pair.
    """
    text = _decoded(data)
    source = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    rows: list[list[Cell]] = []
    lines: list[int] = []
    before = 0
    try:
        for record in source:
            rows.append(list(record))
            lines.append(before + 1)
            before = source.line_num
    except csv.Error as problem:
        raise Invalid(
            "第 %(line)d 行起引号不成对，分不清哪里是一格的结尾。",
            hint="格内的双引号要写两遍；或用办公软件打开，另存为 xlsx 再导入。",
            field="file",
            params={"line": before + 1},
        ) from problem
    return rows, lines


def _decoded(data: bytes) -> str:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    found = _as(data, "utf-16") if wide else ""
    if "\0" in found or (not wide and b"\0" in data):
        raise Invalid("文件里有空字符，已损坏或不是文本表格。", hint="请重新导出，或另存为 xlsx 再导入。", field="file")
    text = found or _eight_bit(data)
    if len(text.translate(_CONTROLS)) < len(text) * 0.99:
        raise Invalid("这不是表格文件。", hint="请选择 xlsx 或 csv 文件。", field="file")
    return text


def _eight_bit(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _as(data, "gb18030")


def _as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as problem:
        raise Invalid(
            "文件的文字编码认不出来（应为 UTF-8 或 GB18030）。",
            hint="请用办公软件打开，另存为 xlsx 再导入。",
            field="file",
        ) from problem


def _separator(text: str) -> str:
    """The separator that cuts the first records into the most columns, most evenly; a comma if none cuts at all."""
    return max(_SEPARATORS, key=lambda mark: _evenness(text[:_SAMPLE], mark))


def _evenness(sample: str, mark: str) -> tuple[float, int]:
    widths = []
    try:
        for record in csv.reader(io.StringIO(sample, newline=""), delimiter=mark):
            if any(cell.strip() for cell in record):
                widths.append(len(record))
            if len(widths) == _LOOK_AT:
                break
    except csv.Error:
        return (0, 0)
    if not widths or widths[0] < 2:
        return (0, 0)
    return (sum(width == widths[0] for width in widths) / len(widths), widths[0])
