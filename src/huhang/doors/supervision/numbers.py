"""A table of counts, each with the list behind it, drawn in Python: thousands of small cells cost a template more."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from huhang.doors.frame.rules import percent_words, thousands_words


@dataclass(frozen=True)
class Column:
    """A column: what it is counted by, its heading, and what it adds to the address of a list.

    ``sums`` are the columns it sums up; ``last`` is the last month of a span of months.
    """

    key: Any
    label: str
    query: str
    sums: tuple[str, ...] | None = None
    last: date = date.max


@dataclass(frozen=True)
class Line:
    """A row: its name, the address that opens what is below it, what it adds to a list's address, and its counts."""

    label: str
    below: str
    query: str
    counts: dict[Any, int]

    def of(self, column: Column) -> int:
        """The count of a column; the column without a key is the sum of all."""
        if column.key == "":
            return sum(self.counts.values())
        if column.sums is not None:
            return sum(self.counts.get(name, 0) for name in column.sums)
        return self.counts.get(column.key, 0)


@dataclass(frozen=True)
class Numbers:
    """The table; ``ledger`` is the list of everything in it, ``with_share`` adds the share that has ended."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    with_share: bool
    ledger: str

    @property
    def whole(self) -> Line:
        """All rows together."""
        sums: dict[Any, int] = {}
        for line in self.lines:
            for key, n in line.counts.items():
                sums[key] = sums.get(key, 0) + n
        return Line(_("合计"), "", "", sums)

    def ended(self, line: Line) -> int:
        """How many of a row's cases have ended."""
        return next((line.of(column) for column in self.columns if column.key == "ended"), 0)

    def cells(self, line: Line) -> list[Any]:
        """A row of a file."""
        row: list[Any] = [line.label, *(line.of(column) for column in self.columns)]
        if self.with_share:
            row.append(percent_words(self.ended(line), line.of(self.columns[0])))
        return row


def drawn(found: Numbers) -> SafeString:
    """The table as markup: every count leads to exactly its cases."""
    return mark_safe("".join(_drawn(found)))  # noqa: S308  escaped where it is put in


def _drawn(found: Numbers) -> Iterator[str]:
    ledger = escape(found.ledger)
    heads = "".join(f'<th scope="col">{escape(column.label)}</th>' for column in found.columns)
    share = f'<th scope="col">{escape(_("办结率"))}</th>' if found.with_share else ""
    yield f'<thead><tr><th scope="col">{escape(_("单位"))}</th>{heads}{share}</tr></thead><tbody>'
    ways = [escape(column.query) for column in found.columns]
    for line in found.lines:
        yield from _row(found, line, ledger + escape(line.query), ways)
    yield "</tbody><tfoot>"
    yield from _row(found, found.whole, ledger, ways)
    yield "</tfoot>"


def _row(found: Numbers, line: Line, ledger: str, ways: list[SafeString]) -> Iterator[str]:
    label = escape(line.label)
    opened = f'<a href="{escape(line.below)}">{label}</a>' if line.below else label
    yield f'<tr><th scope="row">{opened}</th>'
    for column, way in zip(found.columns, ways, strict=True):
        n = line.of(column)
        if n:
            yield f'<td><a href="{ledger}{way}">{thousands_words(n)}</a></td>'
        else:
            yield '<td><span class="faint">0</span></td>'
    if found.with_share:
        ended, n = found.ended(line), line.of(found.columns[0])
        yield f"<td>{percent_words(ended, n, 0)}<small>{thousands_words(ended)}/{thousands_words(n)}</small></td>"
    yield "</tr>"
