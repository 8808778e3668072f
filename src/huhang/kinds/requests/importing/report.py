"""What the check found, row by row, as a table somebody can work through: inert, whatever the file said."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from huhang.base.sheets import report
from huhang.kinds.requests.importing.checks import ERROR
from huhang.kinds.requests.models import ImportRow, ImportRun

WIDTHS = (8, 16, 8, 20, 44, 50, 16)


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
    return report.as_xlsx(_("逐行检查"), headings(), WIDTHS, lines(run))


def as_csv(run: ImportRun) -> bytes:
    """The report as csv that a spreadsheet opens as it is meant."""
    return report.as_csv(headings(), lines(run))
