"""What supervision goes by in a request: the answer clock, and being dissatisfied again after a redo (D2)."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from huhang.cases.models import Case
from huhang.cases.rules import Watch
from huhang.kinds.requests.models import Rating
from huhang.kinds.requests.promises import ANSWER
from huhang.kinds.requests.rules import BAD, RATE_DAYS


def _where() -> Q:
    """Until the answer is given the date on the case row is the answer clock's; then the revisiting unit's begins."""
    return Q(is_open=True, answered_at=None)


def _holds(row: Any) -> bool:
    return row.is_open and row.answered_at is None


def _counted() -> QuerySet[Rating]:
    """Bad ratings that count: one found mistaken by somebody of another unit is no cause for a card (C4)."""
    return Rating.objects.filter(stars__lte=BAD).exclude(dispute__excluded=True, dispute__overtaken=False)


def _bad(ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, list[datetime]]:
    found: dict[uuid.UUID, list[datetime]] = {}
    rows = _counted().filter(case__in=ids).order_by("at", "id")
    for case, at in rows.values_list("case", "at"):
        found.setdefault(case, []).append(at)
    return found


def _often_bad(times: int, now: datetime) -> Q:
    """Each round is rated once at most, so dissatisfied twice takes a redo: few rows are asked for their count."""
    of_case = _counted().filter(case=OuterRef("pk")).order_by().values("case")
    many = Case.objects.annotate(bad_times=Subquery(of_case.annotate(n=Count("pk")).values("n")))
    fresh = Q(is_open=True) | Q(closed_at__gte=now - timedelta(days=RATE_DAYS))
    redone = fresh & Q(kind="request", request__redo_count__gte=times - 1, request__worst_stars__lte=BAD)
    return Q(pk__in=many.filter(redone, bad_times__gte=times).values("pk"))


WATCH = Watch(ANSWER, _where, _holds, _bad, _often_bad)
