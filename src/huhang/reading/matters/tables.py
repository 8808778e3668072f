"""Any small table as xlsx or csv in which nothing calculates (SAFEGUARDS 13)."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from huhang.reading.exports import Sheet, inert

_INERT = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_MOST_CELL = 32_767


def written(form: str, sheet: Sheet, rows: Sequence[Sequence[Any]]) -> bytes:
    """The table as ``xlsx`` or ``csv``; numbers are numbers in xlsx, everything else is text."""
    return _xlsx(sheet, rows) if form == "xlsx" else _csv(sheet, rows)


def _csv(sheet: Sheet, rows: Sequence[Sequence[Any]]) -> bytes:
    out = io.StringIO(newline="")
    table = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow([inert(heading.label) for heading in sheet.headings])
    table.writerows([["" if value is None else inert(str(value)) for value in row] for row in rows])
    table.writerows([[inert(label), inert(text)] for label, text in sheet.about])
    return out.getvalue().encode("utf-8-sig")


def _xlsx(sheet: Sheet, rows: Sequence[Sequence[Any]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _INERT)
    bold, page = book.add_format({"bold": True, "bottom": 1}), book.add_worksheet(sheet.title[:31])
    for at, heading in enumerate(sheet.headings):
        page.set_column(at, at, heading.width)
        page.write_string(0, at, heading.label, bold)
    page.freeze_panes(1, 1)
    for line, row in enumerate(rows, 1):
        for at, value in enumerate(row):
            if isinstance(value, int | float):
                page.write_number(line, at, value)
            elif value is not None:
                page.write_string(line, at, str(value)[:_MOST_CELL])
    about = book.add_worksheet(_("说明"))
    about.set_column(0, 0, 16)
    about.set_column(1, 1, 90)
    for line, (label, text) in enumerate(sheet.about):
        about.write_string(line, 0, label, bold)
        about.write_string(line, 1, text)
    book.close()
    return out.getvalue()
