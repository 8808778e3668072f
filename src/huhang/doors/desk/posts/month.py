"""The monthly sheet of posts (警务站月报): as a page, as Word and as a table; every number opens its records (B4)."""

import io
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.rules import Actor, Perm
from huhang.base.journal import actions as journal
from huhang.base.papers.composing import compose
from huhang.base.papers.rules import Letter, date_words
from huhang.cases.registry import kind_of
from huhang.doors.desk.lists.export import TYPES
from huhang.doors.desk.posts import asking
from huhang.doors.desk.posts.export import given
from huhang.doors.desk.posts.listing import PAGE, page_number
from huhang.doors.desk.posts.lists import address
from huhang.doors.desk.register.asking import units
from huhang.doors.frame.gates import actor_of, officers
from huhang.kernel.errors import Denied
from huhang.reading.exports import Heading, Sheet, filled
from huhang.reading.posts import queries as months
from huhang.reading.posts.queries import COLUMNS, Span
from huhang.register.posts import queries
from huhang.register.posts.models import Post
from huhang.register.units.models import Unit
from huhang.register.units.queries import tree

MOST, ROWS = 5000, 500
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _span(request: HttpRequest, now: datetime) -> tuple[Span, str]:
    span = months.month(request.GET.get("month", "")[:10], now)
    return span, f"{span.first:%Y-%m}"


@officers(Perm.SEE)
@require_safe
def month_of_all(request: HttpRequest) -> HttpResponseBase:
    """All posts under a filter, a row each, with their sums; ``form`` makes a file of exactly these rows.

    Raises:
        Invalid: no month, a unit that is no id.
        Denied: a file without the permission to export.
    """
    actor, now = actor_of(request), timezone.now()
    wanted, said = asking.read({**request.GET.dict(), "state": "all"}, actor)
    span, month = _span(request, now)
    posts = queries.narrowed(queries.visible(actor), wanted)
    if request.GET.get("form") in TYPES:
        return _table(request, actor, list(months.standing(posts, span)[:MOST]), span, month, now)
    page = Paginator(months.standing(posts, span), PAGE).get_page(page_number(request))
    totals = months.totals(actor, posts, span)
    context = {
        "rows": [_line(row, month) for row in months.sheet(actor, list(page.object_list), span)],
        "headings": [str(months.label(name)) for name in COLUMNS],
        "totals": totals,
        "sums": [(totals[name], _behind_sum(name, span, said)) for name in COLUMNS],
        "page": page,
        "span": span,
        "month": month,
        "latest": f"{timezone.localtime(now):%Y-%m}",
        "units": units(),
        "unit": said.get("unit", ""),
        "may_export": Perm.EXPORT in actor.perms,
        "now": now,
    }
    return render(request, "desk/posts/months.html", context)


def _line(row: months.Row, month: str) -> dict[str, Any]:
    here = reverse("desk:post_month", args=[row.post.pk])
    cells = [(months.label(name), row.counts[name], f"{here}?month={month}&of={name}#rows") for name in COLUMNS]
    return {"post": row.post, "url": f"{here}?month={month}", "cells": cells}


def _behind_sum(name: str, span: Span, said: Mapping[str, str], post: uuid.UUID | None = None) -> str:
    """The list of exactly the rows a number counts; only hazards and disputes have one."""
    if name not in months.OF_KIND or not said.keys() <= {"unit", "state"}:
        return ""
    return address(
        months.OF_KIND[name], of=name, since=span.first, until=span.last, unit=said.get("unit", ""), post=post or ""
    )


def _table(
    request: HttpRequest, actor: Actor, posts: list[Post], span: Span, month: str, now: datetime
) -> HttpResponseBase:
    if Perm.EXPORT not in actor.perms:
        raise Denied("您没有导出的权限。")
    form = request.GET["form"]
    words = [Heading(_("警务站"), 28), Heading(_("设在哪里"), 28), Heading(_("派出单位"), 18)]
    about = (
        (_("月份"), month),
        (_("导出时间"), f"{timezone.localtime(now):%Y-%m-%d %H:%M}"),
        (_("导出人"), f"{actor.label} {actor.unit_label}".strip()),
    )
    sheet = Sheet(_("警务站月报"), (*words, *(Heading(str(months.label(one)), 12) for one in COLUMNS)), about)

    def cells(row: Any) -> list[Any]:
        station = row.post.station
        return [station.name, row.post.host.name, tree().label(station.unit_id), *(row.counts[n] for n in COLUMNS)]

    made = filled(form, sheet, months.sheet(actor, posts, span), cells, most=MOST)  # type: ignore[arg-type]
    data = {"what": "month", "month": month, "count": made.count}
    journal.write("posts.export", by=actor, now=now, data=data)
    return given(made.file, f"{sheet.title}-{month}.{form}", TYPES[form])


@officers(Perm.SEE)
@require_safe
def month_of_post(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """One post's month; ``of`` opens the records behind a number, ``form=docx`` makes the sheet as Word.

    Raises:
        Missing: no such post for this officer, or no such number.
        Invalid: no month.
    """
    actor, now = actor_of(request), timezone.now()
    post = queries.post_of(actor, pk)
    span, month = _span(request, now)
    [row] = months.sheet(actor, [post], span)
    if request.GET.get("form") == "docx":
        return _word(actor, post, row, span, month, now)
    of = request.GET.get("of", "")
    context = {
        "post": post,
        "cells": _line(row, month)["cells"],
        "span": span,
        "month": month,
        "latest": f"{timezone.localtime(now):%Y-%m}",
        "of": of,
        "of_label": months.label(of) if of in COLUMNS else "",
        "stays": months.stays(post, span) if of == months.OFFICERS else [],
        "rounds": months.rounds(post, span) if of == months.ROUNDS else [],
        "list_url": _behind_sum(of, span, {}, post.pk),
        "rows": _cases(actor, post, of, span) if of and of not in (months.OFFICERS, months.ROUNDS) else [],
        "unit": tree().label(post.station.unit_id),
        "may_export": Perm.EXPORT in actor.perms,
        "now": now,
    }
    return render(request, "desk/posts/month.html", context)


def _cases(actor: Actor, post: Post, of: str, span: Span) -> list[dict[str, Any]]:
    return [
        {"case": one, "state": kind_of(one.kind).state(one.state)}
        for one in months.behind(actor, post, of, span)[:ROWS]
    ]


def _word(actor: Actor, post: Post, row: months.Row, span: Span, month: str, now: datetime) -> HttpResponseBase:
    if Perm.EXPORT not in actor.perms:
        raise Denied("您没有导出的权限。")
    with translation.override(settings.LANGUAGE_CODE):  # a paper is Chinese whatever the page it is asked from
        letter = _letter(post, row, span)
    data = {"what": "month", "post": str(post.pk), "month": month}
    journal.write("posts.export", by=actor, now=now, data=data)
    return given(io.BytesIO(compose(letter)), f"{post.station.name}-{month}.docx", WORD)


def _letter(post: Post, row: months.Row, span: Span) -> Letter:
    unit = Unit.objects.get(pk=post.station.unit_id)
    who = "、".join(dict.fromkeys(one.officer.name for one in months.stays(post, span)))
    lines = [
        "一、驻站民警",
        f"共 {row.counts[months.OFFICERS]} 人" + (f"：{who}。" if who else "。"),
        "二、隐患",
        *_numbers(row, "hazard"),
        "三、纠纷",
        *_numbers(row, "dispute"),
        "四、巡查和走访",
        *(f"{months.label(name)}：{row.counts[name]}" for name in (months.ROUNDS, months.VISITS)),
    ]
    return Letter(
        organ=unit.name,
        number=f"{date_words(span.first)}至{date_words(span.last)}",
        title=f"{post.station.name}月报",
        to=tree().label(unit.branch_id) if unit.branch_id else tree().root.short,
        paragraphs=lines,
        dated=span.last,
    )


def _numbers(row: months.Row, kind: str) -> list[str]:
    return [f"{months.label(name)}：{row.counts[name]}" for name, of in months.OF_KIND.items() if of == kind]
