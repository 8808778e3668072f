"""Counting by post, and the rows behind each number."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.kernel.errors import Invalid, Missing
from huhang.reading.figures.periods import Window, custom
from huhang.reading.figures.queries import counted, figure_of
from huhang.register.posts.models import Post, Round, Stay
from huhang.register.posts.queries import on, staying

OFFICERS, ROUNDS, VISITS = "officers", "rounds", "visits"
OF_KIND: Mapping[str, str] = {
    "hazards": "hazard",
    "hazards_removed": "hazard",
    "hazards_cleared": "hazard",
    "hazards_left": "hazard",
    "disputes": "dispute",
    "disputes_settled": "dispute",
    "disputes_lasting": "dispute",
    "disputes_unsettled": "dispute",
}
"""Which kind declares a figure."""
COLUMNS = (OFFICERS, ROUNDS, *OF_KIND, VISITS)


@dataclass(frozen=True)
class Span:
    """Days from ``first`` to ``last``, and the same as instants."""

    first: date
    last: date
    window: Window


@dataclass(frozen=True)
class Row:
    """A post and its numbers."""

    post: Post
    counts: Mapping[str, int]


def month(text: str, now: datetime) -> Span:
    """A month as ``2026-11``; the running one when nothing is said, as far as today.

    Raises:
        Invalid: no month, or one to come.
    """
    schedule = catalog.schedule()
    today = schedule.date_of(now)
    said = text or f"{today:%Y-%m}"
    try:
        first = date.fromisoformat(f"{said}-01")
    except ValueError:
        raise Invalid("请按 2026-11 这样填月份。", field="month") from None
    if len(said) != 7 or first > today or first.year < 2000:
        raise Invalid("请按 2026-11 这样填月份。", field="month")
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1, day=1)
    last = min(date.fromordinal(after.toordinal() - 1), today)
    return Span(first, last, custom(first, last).window(now, schedule))


def label(name: str) -> Any:
    """What a column is called."""
    if name in OF_KIND:
        return figure_of(kind_of(OF_KIND[name]), name).label
    return {OFFICERS: _("驻站民警"), ROUNDS: _("巡查"), VISITS: _("走访和联系")}[name]


def standing(posts: QuerySet[Post], span: Span) -> QuerySet[Post]:
    """The posts that were open on some day of the span."""
    return posts.filter(Q(opened_on__lte=span.last) & (Q(closed_on__isnull=True) | Q(closed_on__gte=span.first)))


def sheet(actor: Actor, posts: Sequence[Post], span: Span) -> list[Row]:
    """The numbers of some posts: one statement each for officers, rounds, visits, and each kind."""
    ids, hosts = [one.pk for one in posts], {one.host_id for one in posts}
    officers = dict(
        Stay.objects.filter(staying(span.first, span.last), post_id__in=ids)
        .order_by()
        .values_list("post_id")
        .annotate(n=Count("officer_id", distinct=True))
    )
    rounds = dict(_rounds(ids, span).order_by().values_list("post_id").annotate(n=Count("pk")))
    seen = visible_to(actor, Case.objects.filter(_visited(span), subject_id__in=hosts)).order_by()
    visits = dict(seen.values_list("subject_id").annotate(n=Count("pk")))
    by_kind = {kind: _counts(actor, kind, ids, span) for kind in dict.fromkeys(OF_KIND.values())}
    return [
        Row(
            one,
            {
                OFFICERS: officers.get(one.pk, 0),
                ROUNDS: rounds.get(one.pk, 0),
                **{name: by_kind[kind].get(one.pk, {}).get(name, 0) for name, kind in OF_KIND.items()},
                VISITS: visits.get(one.host_id, 0),
            },
        )
        for one in posts
    ]


def _visited(span: Span) -> Q:
    window = span.window
    return Q(kind="visit", received_at__gte=window.since, received_at__lt=window.until) & ~Q(state="voided")


def _counts(actor: Actor, name: str, ids: Sequence[uuid.UUID], span: Span) -> dict[uuid.UUID, dict[str, int]]:
    kind, column = kind_of(name), f"{name}__post"
    wanted = {one: Count("pk", filter=counts(one, span)) for one, of in OF_KIND.items() if of == name}
    rows = visible_to(actor, Case.objects.filter(kind=kind.name, **{f"{column}__in": list(ids)}))
    return {row[column]: row for row in rows.order_by().values(column).annotate(**wanted)}


def counts(name: str, span: Span) -> Q:
    """What a number of hazards or disputes counts in these days."""
    kind = kind_of(OF_KIND[name])
    return counted(kind, figure_of(kind, name), span.window)


def _rounds(ids: Sequence[uuid.UUID], span: Span) -> QuerySet[Round]:
    return Round.objects.filter(post_id__in=ids, at__gte=span.window.since, at__lt=span.window.until)


def rounds(post: Post, span: Span) -> list[Round]:
    """The rows behind the number of rounds."""
    return list(_rounds([post.pk], span).select_related("officer").order_by("at", "id"))


def stays(post: Post, span: Span) -> list[Stay]:
    """The rows behind the number of officers."""
    rows = Stay.objects.filter(staying(span.first, span.last), post=post).select_related("officer")
    return list(rows.order_by("starts_on", "id"))


def behind(actor: Actor, post: Post, name: str, span: Span) -> QuerySet[Case]:
    """The cases behind a number.

    Raises:
        Missing: no such number.
    """
    if name == VISITS:
        rows = Case.objects.filter(_visited(span), subject_id=post.host_id)
    elif name in OF_KIND:
        kind = OF_KIND[name]
        rows = Case.objects.filter(counts(name, span), kind=kind, **{f"{kind}__post": post})
    else:
        raise Missing("没有这个数字，请从页面上点开。")
    return visible_to(actor, rows).defer("search", "folded", "body").order_by("received_at", "id")


def totals(actor: Actor, posts: QuerySet[Post], span: Span) -> dict[str, int]:
    """Posts open at the end of the span and officers posted in it, each once however many posts they served; and the
    sums of the rest (MISSION B4: 11 posts, 188 officers, 793 hazards, 190 disputes)."""
    shown = list(standing(posts, span).select_related("station", "host"))
    rows = sheet(actor, shown, span)
    there = Stay.objects.filter(staying(span.first, span.last), post__in=[one.pk for one in shown])
    hosts: dict[uuid.UUID, int] = {row.post.host_id: row.counts[VISITS] for row in rows}
    return {
        "posts": posts.filter(on(span.last)).count(),
        OFFICERS: there.values("officer_id").distinct().count(),
        ROUNDS: sum(row.counts[ROUNDS] for row in rows),
        **{name: sum(row.counts[name] for row in rows) for name in OF_KIND},
        VISITS: sum(hosts.values()),
    }
