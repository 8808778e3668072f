"""Lists as files that nothing in them can make work: SAFEGUARDS 13.

Spreadsheets take a leading ``=`` for a formula by default. In xlsx every text is written as text; in csv, which knows
no types, a cell that a spreadsheet would calculate gets a leading apostrophe, except what is plainly a number or a
phone number, which must come out as it went in.
"""

import csv
import io
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from huhang.base.access.rules import Actor
from huhang.reading.ledger import Line, every
from huhang.reading.rules import Filter

MOST = 50_000
"""So many rows a file holds; what is more is said at its end."""

_LIVE = ("=", "+", "-", "@", "\t", "\r", "\n")
_SEEN_CONTROLS = "\t\r\n"
_NUMBER = re.compile(r"[+-]?\d{1,3}(,\d{3})*(\.\d+)?%?|[+-]?\d+(\.\d+)?%?", re.ASCII)
_PHONE = re.compile(r"\+\d[\d ]{3,30}\d", re.ASCII)
_MOST_CELL = 32_767
"""The longest text a cell of a workbook holds."""


@dataclass(frozen=True)
class Heading:
    """A column: its title, and its width in characters."""

    label: str
    width: int


@dataclass(frozen=True)
class Sheet:
    """What a file is about: its title, its columns, and what is said of it beside the rows."""

    title: str
    headings: tuple[Heading, ...]
    about: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Written:
    """A finished file, at its beginning; it is gone when closed. ``cut`` says that there were more rows."""

    file: IO[bytes]
    count: int
    cut: bool


Cells = Callable[[Line], Sequence[Any]]


def inert(text: str) -> str:
    """The text as a csv cell that no spreadsheet calculates; numbers and phone numbers stay as they are.

    What a spreadsheet does not see (blanks, zero-width marks) is not seen here either, and wide forms count as the
    narrow ones they are taken for.
    """
    first = next((c for c in text if c in _SEEN_CONTROLS or unicodedata.category(c) not in ("Cc", "Cf", "Zs")), "")
    if not unicodedata.normalize("NFKC", first).startswith(_LIVE):
        return text
    return text if _NUMBER.fullmatch(text) or _PHONE.fullmatch(text) else f"'{text}"


def written(
    form: str,
    sheet: Sheet,
    actor: Actor,
    asked: Filter,
    cells: Cells,
    *,
    now: datetime,
    beside: Callable[[Iterable[Line]], Iterable[Line]] = iter,
) -> Written:
    """Writes up to `MOST` rows of a list as ``xlsx`` or ``csv`` into a file that nobody else can open.

    ``beside`` is given the lines as they come, to read what ``cells`` needs beside them.

    Raises:
        Invalid: what is searched for cannot be searched.
    """
    return filled(form, sheet, beside(every(actor, asked, now=now, most=MOST + 1)), cells, most=MOST)


def filled(form: str, sheet: Sheet, lines: Iterable[Line], cells: Cells, *, most: int) -> Written:
    """Writes up to ``most`` of these lines; what is more is said at the end of the file."""
    counted = _Counted(lines, most)
    out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  whoever reads it closes it
    try:
        rows = (list(cells(line)) for line in counted)
        (_xlsx if form == "xlsx" else _csv)(out, sheet, rows, counted)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    return Written(out, counted.count, counted.cut)


class _Counted:
    """The lines, counted as they pass; stops at the limit and remembers whether there was more."""

    def __init__(self, lines: Iterable[Line], most: int) -> None:
        self._lines, self._most, self.count, self.cut = lines, most, 0, False

    def __iter__(self) -> Iterator[Line]:
        for line in self._lines:
            if self.count == self._most:
                self.cut = True
                return
            self.count += 1
            yield line

    def sentence(self) -> str:
        """What the file says when there were more rows than it holds."""
        return (
            _("只导出了前 %(most)s 行，后面还有；请缩小筛选范围分几次导出。") % {"most": f"{self._most:,}"}
            if self.cut
            else ""
        )


def _csv(out: IO[bytes], sheet: Sheet, rows: Iterator[list[Any]], counted: _Counted) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    table = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow([inert(h.label) for h in sheet.headings])
    for row in rows:
        table.writerow([_said(value) for value in row])
    if counted.sentence():
        table.writerow([counted.sentence()])
    text.flush()
    text.detach()


def _said(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else inert(str(value))


_SURE = 10**15
"""Whole numbers below this a spreadsheet holds exactly."""

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def _xlsx(out: IO[bytes], sheet: Sheet, rows: Iterator[list[Any]], counted: _Counted) -> None:
    book = xlsxwriter.Workbook(out, _OPTIONS)
    head = book.add_format({"bold": True, "bottom": 1})
    moment, day = (book.add_format({"num_format": f"yyyy-mm-dd{time}"}) for time in (" hh:mm", ""))
    page = book.add_worksheet(sheet.title[:31])
    for place, heading in enumerate(sheet.headings):
        page.set_column(place, place, heading.width)
        page.write_string(0, place, heading.label, head)
    page.freeze_panes(1, 1)
    line = 0
    for line, row in enumerate(rows, start=1):
        _write(page, line, row, moment, day)
    page.autofilter(0, 0, line, len(sheet.headings) - 1)
    _about(book, sheet, counted, head)
    book.close()


def _write(page: Any, line: int, row: list[Any], moment: Any, day: Any) -> None:
    for place, value in enumerate(row):
        if isinstance(value, date):  # what stands as a date is sorted and narrowed as one; an instant is a date too
            page.write_datetime(line, place, value, moment if isinstance(value, datetime) else day)
        elif isinstance(value, int) and not isinstance(value, bool) and abs(value) < _SURE:
            page.write_number(line, place, value)  # whoever adds the column up gets a sum
        elif value not in (None, ""):
            page.write_string(line, place, str(value)[:_MOST_CELL])


def _about(book: Any, sheet: Sheet, counted: _Counted, head: Any) -> None:
    page = book.add_worksheet(_("说明"))
    page.set_column(0, 0, 14)
    page.set_column(1, 1, 80)
    rows = [*sheet.about, (_("行数"), f"{counted.count:,}")]
    if counted.sentence():
        rows.append((_("注意"), counted.sentence()))
    for line, (label, value) in enumerate(rows):
        page.write_string(line, 0, label, head)
        page.write_string(line, 1, value)
