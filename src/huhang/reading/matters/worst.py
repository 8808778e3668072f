"""The year's worst, from the ledger and a survey, by a formula that is printed beside the ranking (C6).

Every share is between 0 and 1; the score is their weighted mean in hundredths, the weights being catalogue data. A
share that cannot be had (nobody rated, no survey) is left out together with its weight, never taken for nought.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, Sum

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.kinds.requests.repeats.catalogue import Worst, worst
from huhang.kinds.requests.repeats.models import Survey, SurveyRow
from huhang.kinds.requests.rules import BAD
from huhang.reading.figures.periods import Window
from huhang.register.subjects.models import Subject

TOP = 10
TOPIC = "topic"
GROUPS = {"category": ("category",), "branch": ("category", "branch"), "subject": ("category", "subject")}
"""What a row is: a category; a category in a branch's area; a category at one subject. Never a person (K4)."""


@dataclass(frozen=True)
class Row:
    """One row: what it is, its counts, each share or nothing, and the score."""

    category: str
    other: uuid.UUID | None
    other_label: str
    n: int
    late: int
    rated: int
    bad: int
    redo: int
    votes: int | None
    score: float
    shares: dict[str, float | None]


@dataclass(frozen=True)
class Ranking:
    """The worst ten, how many had too few requests to be ranked, and the survey that was joined."""

    rows: Sequence[Row]
    few: int
    weights: Worst
    survey: Survey | None
    votes: int


def ranking(actor: Actor, window: Window, by: str, where: Q, policy: Worst | None = None) -> Ranking:
    """The ten worst of a period among what this actor sees.

    Args:
        by: a key of `GROUPS`. where: a further condition over cases, such as a scope of units.
    """
    rule = policy or worst()
    survey, votes = _votes(window) if by == "category" else (None, {})
    counted = _counted(actor, window, GROUPS[by], where)
    found = [row for row in counted if row["n"] >= rule.least]
    most, most_votes = max((row["n"] for row in found), default=0), max(votes.values(), default=0)
    labels = _labels(row.get("subject") for row in found) if by == "subject" else {}
    rows = [_row(row, by, most, votes, most_votes, labels, rule) for row in found]
    rows.sort(key=lambda row: (-row.score, -row.n, row.category, str(row.other)))
    return Ranking(rows[:TOP], len(counted) - len(found), rule, survey, sum(votes.values()))


def topics(actor: Actor, window: Window, where: Q, policy: Worst | None = None) -> Ranking:
    """The ten worst things named in the year's survey: how often each was named, joined with how the ledger fares in
    its class. Things named under a class of which nothing stands in the ledger are ranked by how often alone.
    """
    rule = policy or worst()
    survey = Survey.objects.filter(year=_year(window.until), replaced_at=None).first()
    if survey is None:
        return Ranking((), 0, rule, None, 0)
    named = SurveyRow.objects.filter(survey=survey).exclude(opinion="").values("category", "topic")
    found: list[dict[str, Any]] = [dict(one) for one in named.annotate(votes=Sum("votes")).order_by()]
    counted = {row["category"]: row for row in _counted(actor, window, ("category",), where)}
    most = max((counted[one["category"]]["n"] for one in found if one["category"] in counted), default=0)
    most_votes = max((one["votes"] for one in found), default=0)
    rows = [_topic(one, counted.get(one["category"]), most, most_votes, rule) for one in found]
    rows.sort(key=lambda row: (-row.score, -(row.votes or 0), row.category, row.other_label))
    return Ranking(rows[:TOP], 0, rule, survey, sum(one["votes"] for one in found))


def _topic(one: dict[str, Any], held: dict[str, Any] | None, most: int, most_votes: int, rule: Worst) -> Row:
    row = held or {"category": one["category"], "n": 0, "late": 0, "rated": 0, "bad": 0, "redo": 0}
    n = row["n"]
    shares: dict[str, float | None] = {
        "count": n / most if most and n else None,
        "late": row["late"] / n if n else None,
        "bad": row["bad"] / row["rated"] if row["rated"] else None,
        "redo": row["redo"] / n if n else None,
        "survey": one["votes"] / most_votes if most_votes else None,
    }
    counts = (n, row["late"], row["rated"], row["bad"], row["redo"], one["votes"])
    return Row(one["category"], None, one["topic"], *counts, score(shares, rule), shares)


def _counted(actor: Actor, window: Window, group: tuple[str, ...], where: Q) -> list[dict[str, Any]]:
    late = Q(request__in_time=False) | Q(is_open=True, answered_at=None, due_at__lte=window.now)
    rows = visible_to(actor, Case.objects.filter(where, kind="request")).exclude(state__in=("withdrawn", "merged"))
    rows = rows.filter(received_at__gte=window.since, received_at__lt=window.until).exclude(category="")
    if "subject" in group:
        rows = rows.exclude(subject=None)
    return list(
        rows.values(*group)
        .annotate(
            n=Count("pk"),
            late=Count("pk", filter=late),
            rated=Count("pk", filter=Q(request__worst_stars__isnull=False)),
            bad=Count("pk", filter=Q(request__worst_stars__lte=BAD)),
            redo=Count("pk", filter=Q(request__redo_count__gt=0)),
        )
        .order_by()
    )


def _row(
    row: dict[str, Any],
    by: str,
    most: int,
    votes: dict[str, int],
    most_votes: int,
    labels: dict[uuid.UUID, str],
    rule: Worst,
) -> Row:
    n, own = row["n"], votes.get(row["category"], 0)
    shares: dict[str, float | None] = {
        "count": n / most if most else None,
        "late": row["late"] / n,
        "bad": row["bad"] / row["rated"] if row["rated"] else None,
        "redo": row["redo"] / n,
        "survey": own / most_votes if most_votes else None,
    }
    other = row.get("branch") if by == "branch" else row.get("subject")
    return Row(
        row["category"],
        other,
        labels.get(other, "") if other else "",
        n,
        row["late"],
        row["rated"],
        row["bad"],
        row["redo"],
        own if most_votes else None,
        score(shares, rule),
        shares,
    )


def score(shares: dict[str, float | None], rule: Worst) -> float:
    """The weighted mean of the shares there are, in hundredths; 0 when there is none."""
    held = [(value, getattr(rule, name)) for name, value in shares.items() if value is not None]
    whole = sum(weight for _value, weight in held)
    return 100 * sum(value * weight for value, weight in held) / whole if whole else 0.0


def _labels(ids: Any) -> dict[uuid.UUID, str]:
    return dict(Subject.objects.filter(pk__in=[one for one in ids if one]).values_list("pk", "name"))


def _votes(window: Window) -> tuple[Survey | None, dict[str, int]]:
    """The survey of the year in which the period ends, and its votes and opinions by category."""
    survey = Survey.objects.filter(year=_year(window.until), replaced_at=None).first()
    if survey is None:
        return None, {}
    rows = SurveyRow.objects.filter(survey=survey).values("category")
    return survey, dict(rows.annotate(n=Sum("votes")).values_list("category", "n"))


def surveys() -> list[Survey]:
    """Every survey brought in, the newest year first, with its ``categories``, ``votes`` and ``opinions``."""
    rows = Survey.objects.annotate(
        categories=Count("rows__category", distinct=True),
        votes=Sum("rows__votes", default=0),
        opinions=Count("rows", filter=~Q(rows__opinion="")),
    )
    return list(rows.order_by("-year", "-at"))


def _year(until: datetime) -> int:
    return catalog.schedule().date_of(until - timedelta(seconds=1)).year
