"""The tables of the page as a workbook. Text is written as text: no cell can run anything (SAFEGUARDS 13)."""

from collections.abc import Sequence
from datetime import datetime, time
from io import BytesIO
from typing import Any

import xlsxwriter
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from huhang.base.access.queries import allows
from huhang.base.access.rules import Perm
from huhang.base.journal import actions as journal
from huhang.doors.frame.gates import officers
from huhang.doors.supervision.asking import Asked, asked_of
from huhang.doors.supervision.board import FIRST, MORE, PERIODS, Board, gather
from huhang.kernel.errors import Denied
from huhang.reading.figures.queries import figure_of
from huhang.reading.figures.rules import Value
from huhang.register.units.queries import tree

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_INERT = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@require_safe
@officers(Perm.SUPERVISE)
def export(request: HttpRequest) -> HttpResponse:
    """The workbook of the page as asked for; that it was taken stands in the journal.

    Raises:
        Denied: without the permission to export.
    """
    asked = asked_of(request)
    if not allows(asked.actor, Perm.EXPORT):
        raise Denied("您没有导出的权限。")
    book = workbook(asked, gather(asked, request.GET.get("sort", "")))
    first, last = asked.period.first.isoformat(), asked.period.last.isoformat()
    journal.write(
        "figures.export",
        by=asked.actor,
        now=asked.now,
        data={"unit": asked.scope.unit, "own": asked.scope.own, "from": first, "to": last},
    )
    return HttpResponse(
        book, content_type=TYPE, headers={"Content-Disposition": f'attachment; filename="huhang-{first}-{last}.xlsx"'}
    )


def workbook(asked: Asked, board: Board) -> bytes:
    """The tables as an xlsx file."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, _INERT)
    bold, percent = book.add_format({"bold": True}), book.add_format({"num_format": "0.0%"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    _units(book.add_worksheet(_("单位")), asked, board, bold, percent)
    flow = book.add_worksheet(_("30 天进出"))
    _row(flow, 0, (_("日期"), _("受理"), pgettext("figure", "销号")), bold)
    for at, one in enumerate(board.days, 1):
        flow.write_datetime(at, 0, datetime.combine(one.day, time()), day)
        flow.write_number(at, 1, one.received)
        flow.write_number(at, 2, one.closed)
    left = book.add_worksheet(_("剩余时间"))
    _row(left, 0, (_("剩余时间"), _("在办")), bold)
    for at, bar in enumerate(board.bars, 1):
        left.write_string(at, 0, bar.label)
        left.write_number(at, 1, bar.n)
    heat = book.add_worksheet(_("在办类别"))
    _row(heat, 0, (_("类别"), *board.heat.heads), bold)
    for at, (label, cells) in enumerate((*board.heat.lines, *board.heat.rest), 1):
        _row(heat, at, (label, *(int(c.text.replace(",", "")) if c.text else 0 for c in cells)))
    _meanings(book.add_worksheet(_("说明")), asked, bold)
    book.close()
    return out.getvalue()


def _row(sheet: Any, at: int, values: Sequence[str | int], how: Any = None) -> None:
    for place, value in enumerate(values):
        if isinstance(value, str):
            sheet.write_string(at, place, value, how)
        else:
            sheet.write_number(at, place, value, how)


def _units(sheet: Any, asked: Asked, board: Board, bold: Any, percent: Any) -> None:
    """A line a unit; a share has its count, its n and itself; a share of nothing stays empty."""
    names = (*FIRST, *MORE)
    heads = [_("单位")]
    for name in names:
        told = figure_of(asked.kind, name)
        heads += [str(told.label), *([f"{told.label} n"] if told.of else []), *([f"{told.label} %"] if told.of else [])]
    _row(sheet, 0, heads, bold)
    for at, row in enumerate(board.table.source, 1):
        sheet.write_string(at, 0, row.label)
        place = 1
        for name in names:
            place = _value(sheet, at, place, row.values[name], percent)


def _value(sheet: Any, at: int, place: int, value: Value, percent: Any) -> int:
    size = value.median if value.figure.span else value.count
    if size is not None:
        sheet.write_number(at, place, size)
    if value.n is None:
        return place + 1
    sheet.write_number(at, place + 1, value.n)
    if value.share is not None and not value.figure.span:
        sheet.write_number(at, place + 2, value.share, percent)
    return place + 3


def _meanings(sheet: Any, asked: Asked, bold: Any) -> None:
    """Whose figures these are, of when, and what each counts."""
    unit = (asked.scope.node or tree().root).short + (_("本级") if asked.scope.own else "")
    period = f"{PERIODS[asked.period.name]} {asked.period.first} – {asked.period.last}"
    _row(sheet, 0, (_("单位"), unit))
    _row(sheet, 1, (_("时段"), period))
    _row(sheet, 2, (_("截至"), f"{asked.now.isoformat(timespec='minutes')}"))
    _row(sheet, 4, (_("数字"), _("怎么算")), bold)
    for at, one in enumerate(asked.kind.figures, 5):
        _row(sheet, at, (str(one.label), str(one.about)))
