"""What the check found, row by row, as a table somebody can work through: inert, whatever the file said."""

import csv
import io
import re
from collections.abc import Iterator

import xlsxwriter
from django.utils.translation import gettext as _

from huhang.kinds.requests.importing.checks import ERROR
from huhang.kinds.requests.models import ImportRow, ImportRun

_ACTS = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff\x00-\x1f]*[=+\-@＝＋－＠﹢﹣]|[\t\r\n]")
"""What a spreadsheet may take for a formula, also behind blanks and marks of no width, and in its wide form."""


def headings() -> tuple[str, ...]:
    """The report's columns."""
    return (_("行"), _("结果"), _("程度"), _("列"), _("问题"), _("怎么办"), _("编号"))


def lines(run: ImportRun) -> Iterator[tuple[str, ...]]:
    """One line a problem, and one for every row without any; nothing personal of the file is repeated in it."""
    rows = (
        ImportRow.objects.filter(run=run).order_by("line").values_list("line", "problems", "repeated", "case__number")
    )
    for line, problems, repeated, number in rows.iterator(chunk_size=2000):
        became = _became(problems, repeated=repeated, number=number)
        for one in problems or [{}]:
            level = {"error": _("错误"), "warning": _("提醒")}.get(one.get("level", ""), "")
            yield (
                str(line),
                became,
                level,
                one.get("column", ""),
                one.get("text", ""),
                one.get("advice", ""),
                number or "",
            )


def _became(problems: list[dict[str, str]], *, repeated: bool, number: str | None) -> str:
    if repeated:
        return _("已有，不重复导入")
    if number:
        return _("已导入")
    return _("不能导入") if any(one["level"] == ERROR for one in problems) else _("可以导入")


def as_xlsx(run: ImportRun) -> bytes:
    """The report as a workbook without a single formula or link."""
    held = io.BytesIO()
    inert = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(held, {**inert, "constant_memory": False}) as book:
        sheet = book.add_worksheet(_("逐行检查"))
        bold = book.add_format({"bold": True, "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        for index, (heading, width) in enumerate(zip(headings(), (8, 16, 8, 20, 44, 50, 16), strict=True)):
            sheet.set_column(index, index, width, wrap)
            sheet.write_string(0, index, heading, bold)
        sheet.freeze_panes(1, 0)
        at = 0
        for at, line in enumerate(lines(run), 1):
            sheet.write_number(at, 0, int(line[0]))
            for index, text in enumerate(line[1:], 1):
                sheet.write_string(at, index, text)
        sheet.autofilter(0, 0, at, len(headings()) - 1)
    return held.getvalue()


def as_csv(run: ImportRun) -> bytes:
    """The report as csv that a spreadsheet opens as it is meant: with a BOM, and nothing that begins like a formula."""
    held = io.StringIO(newline="")
    out = csv.writer(held)
    out.writerow(headings())
    for line in lines(run):
        out.writerow([f"'{text}" if _ACTS.match(text) else text for text in line])
    return held.getvalue().encode("utf-8-sig")
