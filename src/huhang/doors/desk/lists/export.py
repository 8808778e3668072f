"""The list as a file: exactly what is filtered, inert, masked as on the page, written down in the journal."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.context import acting
from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.base.downloads.registry import Made, maker
from huhang.base.journal import actions as journal
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.desk.lists.bar import Shown
from huhang.doors.desk.lists.saved import shown_in
from huhang.doors.desk.lists.table import category_of, channel_of
from huhang.doors.frame.gates import actor_of, officers
from huhang.kernel.errors import Missing
from huhang.kernel.satisfaction import national_code
from huhang.kinds.requests.models import Request
from huhang.reading.exports import MOST, Heading, Sheet, filled, written
from huhang.reading.ledger import Line, in_pieces
from huhang.reading.rules import SCOPES
from huhang.register.units.queries import tree

MOST_LATER = 500_000
"""So many rows a file made in the background holds; a worksheet ends at about a million."""

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@officers(Perm.EXPORT)
@require_safe
def export_page(request: HttpRequest, form: str) -> HttpResponseBase:
    """The file; made whole before anything is sent, so that a failure sends nothing and journals nothing.

    Raises:
        Missing: no such sort of file.
        Invalid: a filter that cannot be used.
    """
    if form not in TYPES:
        raise Missing
    actor, now = actor_of(request), timezone.now()
    shown = shown_in(request.GET.dict(), actor)
    sheet = _sheet(shown, now, MOST)
    satisfied = Satisfied()
    made = written(form, sheet, actor, shown.filter, satisfied.cells, now=now, beside=satisfied.beside)
    data = {"form": form, "count": made.count, "cut": made.cut, **_written_down(shown)}
    journal.write("ledger.export", by=actor, now=now, data=data)
    return FileResponse(made.file, as_attachment=True, filename=_name(sheet, form, now), content_type=TYPES[form])


@maker("ledger")
def make_ledger(*, by: Actor, asked: str, form: str, now: datetime, told: Callable[[int], None]) -> Made:
    """The same file for a list of any length, made in the background piece by piece.

    Raises:
        Invalid: a filter that can no longer be used, such as a unit dissolved in the meantime.
    """
    with acting(by):
        shown = shown_in(dict(parse_qsl(asked)), by)
    sheet = _sheet(shown, now, MOST_LATER)
    satisfied = Satisfied()
    made = filled(form, sheet, _counting(by, shown, now, told, satisfied), satisfied.cells, most=MOST_LATER)
    return Made(made.file, _name(sheet, form, now), TYPES[form], made.count, made.cut, _written_down(shown))


class Satisfied:
    """The last ratings of a list's requests, read piece by piece, as the code other platforms know (C4).

    Inside five stars are best; the national code runs the other way round and is made here, at the boundary alone.
    """

    def __init__(self) -> None:
        self._stars: dict[uuid.UUID, int] = {}

    def take(self, lines: Sequence[Line]) -> None:
        """Reads the ratings of these lines, in the transaction of whoever sees them."""
        ids = [line.id for line in lines if line.kind == "request"]
        rows = Request.objects.filter(case__in=ids, stars__isnull=False) if ids else Request.objects.none()
        self._stars = {case: stars for case, stars in rows.values_list("case", "stars") if stars is not None}

    def beside(self, lines: Iterable[Line]) -> Iterator[Line]:
        """The lines as they come, with their ratings read before each piece."""
        for piece in batches(lines, 2000):
            self.take(piece)
            yield from piece

    def cells(self, line: Line) -> list[Any]:
        """A row of the file with its code at the end; nothing where nobody rated."""
        stars = self._stars.get(line.id)
        return [*cells(line), national_code(stars) if stars else None]


def batches(lines: Iterable[Line], size: int) -> Iterator[list[Line]]:
    """The lines in lists of at most ``size``."""
    source = iter(lines)
    while piece := list(islice(source, size)):
        yield piece


def _counting(
    by: Actor, shown: Shown, now: datetime, told: Callable[[int], None], satisfied: Satisfied
) -> Iterator[Line]:
    done = 0
    for lines in in_pieces(by, shown.filter, now=now):
        with acting(by):
            satisfied.take(lines)
        yield from lines
        done += len(lines)
        told(done)


def _sheet(shown: Shown, now: datetime, most: int) -> Sheet:
    local = catalog.schedule().local(now)
    title = _("待办") if shown.page == "inbox" else _("诉求台账")
    code = Heading(_("满意度代码（1 最满意）"), 12)
    return Sheet(title, (*headings(), code), tuple(_about(shown, local, most)))


def _name(sheet: Sheet, form: str, now: datetime) -> str:
    return f"{sheet.title}-{catalog.schedule().local(now):%Y%m%d-%H%M}.{form}"


def _written_down(shown: Shown) -> dict[str, Any]:
    """The filter for the journal; what was searched for may be somebody's name and is not repeated there."""
    bare = replace(shown.filter, q="")
    return {"filter": bare.query(shown.base), "page": shown.page, "searched": bool(shown.filter.q)}


def _about(shown: Shown, local: Any, most: int) -> list[tuple[str, str]]:
    return [
        (_("导出时间"), f"{local:%Y-%m-%d %H:%M}"),
        (_("导出人"), f"{shown.actor.label} {shown.actor.unit_label}".strip()),
        (_("范围"), str(SCOPES[shown.filter.scope])),
        (_("筛选"), shown.filter.query(shown.base) or _("没有筛选")),
        (_("说明"), _("姓名和号码按页面上的样子遮盖；最多 %(most)s 行。") % {"most": f"{most:,}"}),
    ]


def headings() -> tuple[Heading, ...]:
    """The columns of the file."""
    return (
        Heading(_("编号"), 16),
        Heading(_("标题"), 44),
        Heading(_("状态"), 10),
        Heading(_("来自"), 24),
        Heading(_("主办单位"), 18),
        Heading(_("承办人"), 10),
        Heading(_("类别"), 18),
        Heading(_("渠道"), 14),
        Heading(_("紧急程度"), 10),
        Heading(_("地点"), 24),
        Heading(_("受理时间"), 17),
        Heading(_("到期时间"), 17),
        Heading(_("答复时间"), 17),
        Heading(_("办结时间"), 17),
    )


def cells(line: Line) -> list[Any]:
    """A row of the file, column by column as `headings` has them; instants as local time."""
    local = catalog.schedule().local
    moments = (line.received_at, line.due_at, line.answered_at, line.closed_at)
    return [
        line.number,
        line.title,
        str(kind_of(line.kind).state(line.state).label),
        line.from_label,
        tree().label(line.unit_id),
        line.officer,
        category_of(line),
        channel_of(line),
        str(Case.Urgency(line.urgency).label),
        line.place,
        *(local(at).replace(tzinfo=None) if at else None for at in moments),
    ]
