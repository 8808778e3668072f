"""The parts of which a page has many, drawn in Python: rows of a ledger, remaining time, day squares, the menu.

Fifty rows of ten small templates cost more processor time than everything else on a page. Each column is one function
here, by its key; everything that is not markup is escaped where it is put in.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huhang.doors.frame import rules
from huhang.doors.frame.parts import Column, Day, DueGroup, Group, Ledger, Left, Row

CARD_LEVELS = ("blue", "yellow", "orange", "red")


@dataclass(frozen=True)
class Pen:
    """What all rows of one page have in common: the instant, the language, the words repeated in each."""

    now: datetime
    language: str | None
    by: str = field(default="")
    provisional: str = ""
    why: str = ""
    pick: str = ""

    @classmethod
    def of(cls, now: datetime | None) -> "Pen":
        """A pen for this request."""
        return cls(
            timezone.localtime(now) if now else timezone.localtime(),
            get_language(),
            by=_("应于 %(at)s 前办结"),
            provisional=_("暂定"),
            why=_("，为什么是这一天"),
            pick=_("选择"),
        )


_MARKUP = re.compile("[&<>\"']").search


def _text(value: Any) -> str:
    """What is put into markup, escaped as the templates do it; most words have nothing in them to escape."""
    if type(value) is str and not _MARKUP(value):
        return value
    return conditional_escape(value)


def left(one: Left, pen: Pen) -> str:
    """Remaining working time: the words, a bar of the share used, when it is due, and a way to “why”."""
    tone = " late" if one.late else " soon" if one.soon else ""
    words = _text(one.text)
    said = f"<b>{words}</b>"
    if one.why_url:
        said = f'<a href="{_text(one.why_url)}" aria-label="{words}{_text(pen.why)}">{said}</a>'
    if one.due_at is None:
        return f'<div class="left{tone}">{said}</div>'
    due, year = timezone.localtime(one.due_at), pen.now.year
    may = f" · {_text(pen.provisional)}" if one.provisional else ""
    title = _text(pen.by % {"at": rules.moment_words(due, pen.language, this_year=year)})
    day = _text(rules.short_day_words(due, pen.language, this_year=year))
    width = rules.width_step((one.fraction or 0) * 100)
    return (
        f'<div class="left{tone}" title="{title}{may}">{said}<span class="track" aria-hidden="true">'
        f'<i class="w-p-{width}"></i></span><span class="due">{day}{may}</span></div>'
    )


def state(text: Any, tone: str = "") -> str:
    """The state of a case as a word; ``tone``: go, ok, wait, late or nothing."""
    return f'<span class="state {_text(tone)}">{_text(text)}</span>'


def card(level: str, text: Any = "") -> str:
    """A supervision card: icon, word and colour, never colour alone. Nothing for no card."""
    if level not in CARD_LEVELS:
        return ""
    words = {"blue": _("蓝卡"), "yellow": _("黄卡"), "orange": _("橙卡"), "red": _("红卡")}[level]
    said = f"{_text(words)} · {_text(text)}" if text else _text(words)
    return f'<span class="card-tag {level}"><i class="bi bi-flag-fill" aria-hidden="true"></i>{said}</span>'


def _title_cell(row: Row, column: Column, pen: Pen) -> str:
    facts = " · ".join([_text(fact) for fact in row.facts])
    return (
        f'<td class="title"><a class="t" href="{_text(row.url)}">{_text(row.title)}</a>'
        f'<span class="m">{facts}</span></td>'
    )


def _state_cell(row: Row, column: Column, pen: Pen) -> str:
    return f'<td class="state-cell">{state(row.state, row.tone) if row.state else ""}</td>'


def _left_cell(row: Row, column: Column, pen: Pen) -> str:
    return f'<td class="left-cell">{left(row.left, pen)}</td>' if row.left else '<td class="left-cell blank"></td>'


def _card_cell(row: Row, column: Column, pen: Pen) -> str:
    if not row.card:
        return '<td class="card-cell blank"></td>'
    return f'<td class="card-cell">{card(row.card, row.card_text)}</td>'


def _plain_cell(row: Row, column: Column, pen: Pen) -> str:
    number = " num" if column.number else ""
    said = _text(row.cells.get(column.key, ""))
    return f'<td class="extra{number}" data-label="{_text(column.label)}">{said}</td>'


CELLS: Mapping[str, Callable[[Row, Column, Pen], str]] = {
    "title": _title_cell,
    "state": _state_cell,
    "left": _left_cell,
    "card": _card_cell,
}
"""How the columns with a form of their own are drawn; every other column shows its text from ``Row.cells``."""


def _row(row: Row, shown: Ledger, pen: Pen) -> str:
    cells = "".join([CELLS.get(column.key, _plain_cell)(row, column, pen) for column in shown.columns])
    if not shown.form:
        return f'<tr data-row class="plain">{cells}</tr>\n'
    return (
        f'<tr data-row><td class="pick"><input class="form-check-input" type="checkbox" name="{_text(shown.name)}"'
        f' value="{_text(row.id)}" form="{_text(shown.form)}" data-pick'
        f' aria-label="{_text(pen.pick)} {_text(row.title)}"></td>{cells}</tr>\n'
    )


def _head(group: DueGroup) -> str:
    if not group.label:
        return ""
    late = " late" if group.late else ""
    count = ""
    if group.count is not None:
        count = f" · {_text(_('%(n)s 件') % {'n': rules.thousands_words(group.count)})}"
    return f'<tr class="day{late}"><th scope="rowgroup" colspan="12">{_text(group.label)}{count}</th></tr>'


def bodies(shown: Ledger, now: datetime | None) -> SafeString:
    """The bodies of a ledger's table, one a group."""
    pen = Pen.of(now)
    made = []
    for group in shown.groups:
        rows = "".join([_row(row, shown, pen) for row in group.rows])
        made.append(f"<tbody>{_head(group)}{rows}</tbody>\n")
    return SafeString("".join(made))


def options(choices: Iterable[tuple[str, Any]], value: str) -> SafeString:
    """The options of a select, the chosen one marked."""
    return SafeString(
        "\n".join(
            [
                f'<option value="{_text(one)}"{" selected" if one == value else ""}>{_text(label)}</option>'
                for one, label in choices
            ]
        )
    )


def marks() -> dict[str, str]:
    """The marks of a day square in words, for those who do not see the square."""
    return {
        "start": _("受理"),
        "count": _("计入"),
        "rest": _("休息日，不计"),
        "holiday": _("节假日，不计"),
        "makeup": _("补班"),
        "pause": _("暂停，不计"),
        "due": _("到期"),
        "late": _("已超期"),
        "today": _("今天"),
    }


def days(squares: Iterable[Day]) -> SafeString:
    """The day squares of a clock, each also in words."""
    words, comma, language = marks(), _("、"), get_language()
    made = []
    for one in squares:
        mark = _text(comma.join([words[each] for each in one.mark.split() if each in words]))
        date, number = _text(rules.day_words(one.date, language)), _text(one.number)
        made.append(
            f'<li class="d {_text(one.mark)}" title="{date} · {mark}"><i aria-hidden="true">{number or "·"}</i>'
            f'<span aria-hidden="true">{_text(one.label)}</span>'
            f'<span class="visually-hidden">{date} {mark} {number}</span></li>\n'
        )
    return SafeString("".join(made))


def menu(groups: Iterable[Group]) -> SafeString:
    """The lists of the rail with their headings."""
    pieces, late = _text(_("件")), _text(_("，有超期"))
    made = []
    for nth, group in enumerate(groups, 1):
        label = _text(group.label)
        made.append(f'<div class="group" id="menu-{nth}">{label}</div>\n' if label else "")
        made.append(f'<ul aria-labelledby="menu-{nth}">' if label else "<ul>")
        for entry in group.entries:
            count = ""
            if entry.count is not None:
                said = f'<span class="visually-hidden"> {pieces}{late if entry.hot else ""}</span>'
                hot = " hot" if entry.hot else ""
                count = f' <span class="n{hot}">{rules.thousands_words(entry.count)}{said}</span>'
            here = ' aria-current="page"' if entry.current else ""
            made.append(
                f'\n<li><a href="{_text(entry.url)}"{here}><i class="bi bi-{_text(entry.icon)}" aria-hidden="true"></i>'
                f" <span>{_text(entry.label)}</span>{count}</a></li>"
            )
        made.append("\n</ul>\n")
    return SafeString("".join(made))
