"""Row-by-row reports as tables somebody can work through: inert, whatever the file said (SAFEGUARDS 13)."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

import xlsxwriter

_ACTS = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff\x00-\x1f]*[=+\-@＝＋－＠﹢﹣]|[\t\r\n]")
"""What a spreadsheet may take for a formula, also behind blanks and marks of no width, and in its wide form."""
INERT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
"""How a workbook is written so that no text in it becomes anything else."""


def as_xlsx(title: str, headings: Sequence[str], widths: Sequence[int], lines: Iterable[Sequence[str]]) -> bytes:
    """A workbook without a single formula or link; the first column holds line numbers."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {**INERT, "constant_memory": False}) as book:
        sheet = book.add_worksheet(title)
        bold = book.add_format({"bold": True, "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        for index, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            sheet.set_column(index, index, width, wrap)
            sheet.write_string(0, index, heading, bold)
        sheet.freeze_panes(1, 0)
        at = 0
        for at, line in enumerate(lines, 1):
            sheet.write_number(at, 0, int(line[0]))
            for index, text in enumerate(line[1:], 1):
                sheet.write_string(at, index, text)
        sheet.autofilter(0, 0, at, len(headings) - 1)
    return held.getvalue()


def as_csv(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    """csv that a spreadsheet opens as it is meant: with a BOM, and nothing that begins like a formula."""
    held = io.StringIO(newline="")
    out = csv.writer(held)
    out.writerow(headings)
    for line in lines:
        out.writerow([f"'{text}" if _ACTS.match(text) else text for text in line])
    return held.getvalue().encode("utf-8-sig")
