"""A workbook to be filled in: headings, drop-downs from a sheet of values, and a sheet that explains every column."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import xlsxwriter
from django.utils.translation import gettext as _

from huhang.base.sheets.report import INERT

MOST = 100_000
"""Drop-downs reach down so many rows."""


@dataclass(frozen=True)
class TemplateColumn:
    """A column: its heading, what it is, and the values to choose from (none: anything); ``only`` forbids others.

    ``moment`` says that dates stand there (``day``), or dates with the hour where it is known (``time``): what is typed
    is then a date of the spreadsheet; anything else is text.
    """

    heading: str
    about: str
    width: int = 16
    values: tuple[str, ...] = ()
    only: bool = True
    needed: bool = False
    example: str = ""
    moment: Literal["", "day", "time"] = ""


def written(title: str, columns: Sequence[TemplateColumn], notes: Sequence[str]) -> bytes:
    """The workbook: a sheet to fill in, one that explains, and the values behind the drop-downs."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, INERT) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF7"})
        must = book.add_format({"bold": True, "bottom": 1, "bg_color": "#DCE6F4", "font_color": "#9C1C1C"})
        shapes = {"": "@", "day": "yyyy-mm-dd", "time": "yyyy-mm-dd hh:mm"}
        formats = {name: book.add_format({"num_format": shape}) for name, shape in shapes.items()}
        sheet = book.add_worksheet(title[:31])
        about = book.add_worksheet(_("说明"))
        lists = book.add_worksheet(_("取值"))
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width, formats[column.moment])
            sheet.write_string(0, at, column.heading, must if column.needed else bold)
            if column.values:
                _choices(sheet, lists, at, column)
        sheet.freeze_panes(1, 1)
        _explain(about, columns, notes, book)
    return held.getvalue()


def _choices(
    sheet: xlsxwriter.worksheet.Worksheet, lists: xlsxwriter.worksheet.Worksheet, at: int, column: TemplateColumn
) -> None:
    lists.write_string(0, at, column.heading)
    lists.set_column(at, at, 24)
    for line, value in enumerate(column.values, 1):
        lists.write_string(line, at, value)
    letter = xlsxwriter.utility.xl_col_to_name(at)
    source = f"='{_('取值')}'!${letter}$2:${letter}${len(column.values) + 1}"
    rule = {
        "validate": "list",
        "source": source,
        "error_type": "stop" if column.only else "information",
        "error_title": column.heading[:32],
        "error_message": _("请从下拉列表里选。") if column.only else _("不在列表里，导入时会再检查。"),
    }
    sheet.data_validation(1, at, MOST, at, rule)


def _explain(
    about: xlsxwriter.worksheet.Worksheet,
    columns: Sequence[TemplateColumn],
    notes: Sequence[str],
    book: xlsxwriter.Workbook,
) -> None:
    bold, wrap = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top"})
    about.set_column(0, 0, 22, wrap)
    about.set_column(1, 1, 8, wrap)
    about.set_column(2, 2, 70, wrap)
    about.set_column(3, 3, 26, wrap)
    line = 0
    for line, note in enumerate(notes):
        about.write_string(line, 0, note)
    line += 2
    for at, heading in enumerate((_("列"), _("必填"), _("填什么"), _("例子"))):
        about.write_string(line, at, heading, bold)
    for column in columns:
        line += 1
        about.write_string(line, 0, column.heading)
        about.write_string(line, 1, _("是") if column.needed else "")
        about.write_string(line, 2, column.about)
        about.write_string(line, 3, column.example)
