"""Cases as lines of the ledger, and keyset pages through the rows behind a number."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Subquery
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from huhang.base.catalog import queries as catalog
from huhang.cases.figures import Figure
from huhang.cases.models import Case
from huhang.cases.rules import Kind
from huhang.doors.frame.parts import Column, Left, Row
from huhang.doors.frame.templatetags.frame import short_day
from huhang.doors.supervision.asking import language
from huhang.kernel.worktime import remaining, say_remaining, used_fraction
from huhang.reading.figures.queries import LISTED
from huhang.register.units.queries import tree

PAGE = 50
_SOON = 1


def columns(*, card: bool = False) -> tuple[Column, ...]:
    """What a line shows; ``card`` where the lines are supervision cards."""
    return (
        *((Column("card", _("级别")),) if card else ()),
        Column("title", _("事项")),
        Column("unit", _("主办单位")),
        Column("officer", _("承办人")),
        Column("received", _("受理")),
        Column("closed", _("办结")),
        Column("state", _("状态")),
        Column("left", _("剩余时间")),
    )


def line(kind: Kind, case: Case, now: datetime) -> Row:
    """A case as a line."""
    state = kind.state(case.state)
    category = kind.category_label(case.category, case.category_version) if case.category else _("未归类")
    level = case.category if case.kind == "card" else ""
    channel = dict(kind.channels()).get(case.channel, case.channel)
    return Row(
        id=str(case.pk),
        url=reverse("desk:case", args=[case.number]),
        title=case.title,
        facts=tuple(str(fact) for fact in (case.number, case.from_label, "" if level else category, channel) if fact),
        state=str(state.label),
        tone=state.tone,
        left=left_of(case, now),
        card=level,
        cells={
            "unit": tree().label(case.unit_id),
            "officer": case.officer.name if case.officer else "",
            "received": short_day(case.received_at, now),
            "closed": short_day(case.closed_at, now) if case.closed_at else "",
        },
    )


def left_of(case: Case, now: datetime) -> Left | None:
    """Remaining working time of an open case; nothing for one that ended or waits."""
    if not case.is_open:
        return None
    if case.due_at is None:
        return Left(_("时限暂停")) if case.waiting else None
    calendar, schedule = catalog.calendar(), catalog.schedule()
    left = remaining(now, case.due_at, calendar, schedule)
    used = used_fraction(case.due_from or case.received_at, case.due_at, now, calendar, schedule)
    return Left(
        say_remaining(left, language()),
        case.due_at,
        used,
        late=left.late,
        soon=not left.late and left.working_days < _SOON,
        provisional=case.due_provisional,
        why_url=reverse("desk:clock", args=[case.number]),
    )


@dataclass(frozen=True)
class Sheet:
    """One page of rows, how many there are in all, and the queries of the pages around it."""

    cases: Sequence[Case]
    total: int
    older: str
    newer: str


def sheet(rows: QuerySet[Case], figure: Figure, query: QueryDict) -> Sheet:
    """The page after or before the place in the address; what ended or came in last comes first, else the oldest."""
    column, falling, every = figure.listed_by, bool(figure.instant), rows
    back = "before" in query
    mark = _mark(query.get("before" if back else "after", ""))
    down = falling != back
    if mark is not None:
        way = "lt" if down else "gt"
        at, pk = mark
        rows = rows.filter(Q(**{f"{column}__{way}": at}) | Q(**{column: at, f"pk__{way}": pk}))
    sign = "-" if down else ""
    number = every.order_by().values("kind").annotate(n=Count("pk")).values("n")
    found = list(
        rows.annotate(total=Subquery(number))  # counted once, in the statement that fetches the rows
        .select_related("officer")
        .only(*LISTED, "officer__name")
        .order_by(f"{sign}{column}", f"{sign}pk")[: PAGE + 1]
    )
    told: Any = found[0] if found else None
    total = told.total if told else 0 if mark is None else every.count()
    more, found = len(found) > PAGE, found[:PAGE]
    if back:
        found.reverse()
    older = _place(query, "after", found[-1], column) if found and (more or back) else ""
    newer = _place(query, "before", found[0], column) if found and (mark is not None and (more or not back)) else ""
    return Sheet(found, total, older, newer)


def _place(query: QueryDict, name: str, case: Case, column: str) -> str:
    kept = query.copy()
    for cursor in ("after", "before"):
        kept.pop(cursor, None)
    kept[name] = f"{getattr(case, column).isoformat()}~{case.pk.hex}"
    return "?" + kept.urlencode()


def _mark(text: str) -> tuple[datetime, uuid.UUID] | None:
    at, _sep, pk = text.partition("~")
    try:
        told = datetime.fromisoformat(at)
        return (told, uuid.UUID(pk)) if told.tzinfo else None
    except ValueError:
        return None
