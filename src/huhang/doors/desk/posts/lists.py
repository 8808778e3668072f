"""Lists of hazards and of disputes: by post, unit, state, lateness and days; the same as a file (B4, A4)."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.rules import Actor, Perm
from huhang.base.journal import actions as journal
from huhang.cases.registry import kind_of
from huhang.doors.desk.lists import table
from huhang.doors.desk.lists.export import TYPES, cells, headings
from huhang.doors.desk.posts.export import MOST, given
from huhang.doors.desk.register.asking import units
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Chip, Choice, Column, DueGroup, Filters, Ledger, Pager
from huhang.kernel.errors import Denied, Invalid
from huhang.reading.exports import Heading, Sheet, filled
from huhang.reading.posts import queries as months
from huhang.reading.posts import taken
from huhang.reading.posts.taken import Asked, Counts, Taken
from huhang.reading.rules import Place
from huhang.register.posts import queries

NAMES = ("post", "unit", "state", "late", "since", "until", "of")
HERE = {"hazard": "desk:hazards", "dispute": "desk:disputes"}
POSTS = 500
"""So many posts stand in the select; any other is reached from its own page."""


@dataclass(frozen=True)
class Shown:
    """A list as the address has it, and what it means."""

    said: Mapping[str, str]
    asked: Asked

    @property
    def url(self) -> str:
        return reverse(HERE[self.asked.kind])

    def link(self, **changes: str) -> str:
        """The list with some parts changed; an empty value takes a part away."""
        pairs = [(name, value) for name, value in {**self.said, **changes}.items() if value]
        return f"{self.url}?{urlencode(pairs)}" if pairs else self.url


def address(kind: str, **said: Any) -> str:
    """Where a list narrowed so is."""
    return f"{reverse(HERE[kind])}?{urlencode({name: value for name, value in said.items() if value})}"


def read(given: Mapping[str, str], kind: str) -> Shown:
    """What an address asks for.

    Raises:
        Invalid: a post, unit, state, number or day that is none.
    """
    said = {name: given[name].strip()[:40] for name in NAMES if given.get(name, "").strip()}
    state, of = said.get("state", ""), said.get("of", "")
    if state not in ("", "open") and state not in [one.name for one in kind_of(kind).states]:
        raise Invalid("没有这个状态，请重新选择。", field="state")
    if of and months.OF_KIND.get(of) != kind:
        raise Invalid("没有这个数字，请从页面上点开。", field="of")
    asked = Asked(
        kind,
        post=_id(said, "post"),
        unit=_id(said, "unit"),
        state=state,
        late=said.get("late") == "1",
        since=_day(said, "since"),
        until=_day(said, "until"),
        of=of,
    )
    return Shown(said, asked)


def _id(said: Mapping[str, str], name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(said[name]) if name in said else None
    except ValueError:
        raise Invalid("筛选里的单位或警务站不对，请重新选择。", field=name) from None


def _day(said: Mapping[str, str], name: str) -> date | None:
    try:
        day = date.fromisoformat(said[name]) if name in said else None
    except ValueError:
        day = date.min
    if day is not None and not 2000 <= day.year <= 2100:
        raise Invalid("请按 2026-11-21 这样填起止日期。", field=name)
    return day


@officers(Perm.SEE)
@require_safe
def hazards(request: HttpRequest) -> HttpResponseBase:
    """Hazards under the address's filter; ``form`` makes a file of exactly these.

    Raises:
        Invalid: a filter that cannot be used.
        Denied: a file without the permission to export.
    """
    return _list(request, "hazard")


@officers(Perm.SEE)
@require_safe
def disputes(request: HttpRequest) -> HttpResponseBase:
    """Disputes under the address's filter; ``form`` makes a file of exactly these.

    Raises:
        Invalid: a filter that cannot be used.
        Denied: a file without the permission to export.
    """
    return _list(request, "dispute")


def _list(request: HttpRequest, kind: str) -> HttpResponseBase:
    actor, now = actor_of(request), timezone.now()
    shown = read(request.GET.dict(), kind)
    if (form := request.GET.get("form", "")) in TYPES:
        return _file(actor, shown, form, now)
    found = taken.page(actor, shown.asked, _place(request), now=now)
    told = taken.counts(actor, shown.asked, now)
    context = {
        "title": _titles()[kind],
        "shown": shown,
        **{name: shown.said.get(name, "") for name in ("post", "since", "until")},
        "kind": kind,
        "filters": _bar(actor, shown, told),
        "kept": [pair for pair in shown.said.items() if pair[0] not in ("since", "until")],
        "number": _number(shown),
        "ledger": Ledger(_columns(kind), [_group(found.rows, now)], _titles()[kind]),
        "rows": bool(found.rows),
        "pager": _pager(shown, found, told),
        "may_export": Perm.EXPORT in actor.perms,
        "may_take": Perm.VISIT in actor.perms,
        "now": now,
    }
    return render(request, "desk/posts/list.html", context)


def _titles() -> dict[str, str]:
    return {"hazard": _("隐患清单"), "dispute": _("纠纷清单")}


def _columns(kind: str) -> tuple[Column, ...]:
    when = _("发现") if kind == "hazard" else _("受理")
    return (
        Column("title", _("事项")),
        Column("post", _("警务站")),
        Column("received", when),
        Column("state", _("状态")),
        Column("left", _("剩余时间")),
    )


def _group(rows: list[Taken], now: datetime) -> DueGroup:
    words, posts = table.Words(now), {one.line.id: one.station for one in rows}
    columns: table.Cells = {
        "post": lambda line, _now: posts[line.id],
        "received": lambda line, _now: words.moment(line.received_at),
    }
    return DueGroup("", [table.row_of(one.line, words, columns) for one in rows])


def _place(request: HttpRequest) -> Place | None:
    if token := request.GET.get("before", ""):
        return Place.read(token, back=True)
    return Place.read(token) if (token := request.GET.get("after", "")) else None


def _pager(shown: Shown, found: taken.Page, told: Counts) -> Pager:
    total, last = told.of(shown.asked), found.first + len(found.rows) - 1 if found.rows else 0
    return Pager(
        first=found.first,
        last=last,
        total=total,
        exact=not told.over,
        over=told.over,
        next_url=shown.link(after=found.after.token()) if found.after else "",
        prev_url=shown.link(before=found.before.token()) if found.before and found.first > 1 else "",
    )


def _bar(actor: Actor, shown: Shown, told: Counts) -> Filters:
    """States with their counts as chips, posts and units as selects."""
    kind, asked = kind_of(shown.asked.kind), shown.asked
    plain = Asked(kind.name)
    opened = told.of(Asked(kind.name, state="open"))

    def chip(label: str, n: int, state: str = "", late: str = "") -> Chip:
        here = asked.state == state and asked.late == bool(late)
        return Chip(label, shown.link(state=state, late=late), on=here, count=None if told.over else n)

    open_ = (
        chip(_("全部"), told.of(plain)),
        chip(_("在办"), opened, "open"),
        *((chip(_("已超期"), told.late, asked.state, "1"),) if told.late or asked.late else ()),
    )
    states = tuple(chip(str(one.label), told.states[one.name], one.name) for one in kind.states)
    rows = queries.visible(actor).order_by("station__name", "id").values_list("pk", "station__name")[:POSTS]
    choices = (
        Choice("post", _("警务站"), tuple((str(pk), name) for pk, name in rows), shown.said.get("post", "")),
        Choice("unit", _("单位"), units(), shown.said.get("unit", "")),
    )
    keep = tuple(pair for pair in shown.said.items() if pair[0] not in ("post", "unit"))
    return Filters((open_, states), choices, keep, clear_url=shown.url if shown.said else "")


def _number(shown: Shown) -> Chip | None:
    """The number of the monthly sheet whose rows these are, with the way out of it."""
    of = shown.asked.of
    return Chip(str(months.label(of)), shown.link(of="", since="", until="")) if of else None


def _file(actor: Actor, shown: Shown, form: str, now: datetime) -> HttpResponseBase:
    if Perm.EXPORT not in actor.perms:
        raise Denied("您没有导出的权限。")
    local, title = timezone.localtime(now), _titles()[shown.asked.kind]
    about = (
        (_("导出时间"), f"{local:%Y-%m-%d %H:%M}"),
        (_("导出人"), f"{actor.label} {actor.unit_label}".strip()),
        (_("筛选"), urlencode(shown.said) or _("没有筛选")),
    )
    sheet = Sheet(title, (*headings(), Heading(_("警务站"), 28)), about)
    rows: Any = taken.every(actor, shown.asked, now=now, most=MOST + 1)

    def line(one: Any) -> list[Any]:
        return [*cells(one.line), one.station]

    made = filled(form, sheet, rows, line, most=MOST)
    data = {"what": f"{shown.asked.kind}s", "form": form, "count": made.count, "cut": made.cut, **shown.said}
    journal.write("posts.export", by=actor, now=now, data=data)
    return given(made.file, f"{sheet.title}-{local:%Y%m%d-%H%M}.{form}", TYPES[form])
