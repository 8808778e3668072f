"""The shape of a figure: what is counted, over which instant, out of how many (HOUSE §2.7).

Kinds declare figures; `reading.figures` composes them. One condition gives both the number and the rows behind it, so
the two cannot differ (SAFEGUARDS 20).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

Where = Callable[[datetime], Q]


def _every_case(now: datetime) -> Q:
    return Q()


@dataclass(frozen=True)
class Figure:
    """One number about the cases of a kind.

    Args:
        instant: the column of the case whose time falls into the period; empty for what holds now, whatever the period.
        where: the further condition, given the present instant.
        of: the figure this one is a share of; the share counts only cases that are in the other one too.
        span: two columns; the figure is then the median working time between them, over the cases of ``of``.
        better: ``high`` or ``low`` when more is better or worse, empty when neither.
        order: the column its rows are listed by; the instant, or the day of receipt.
        each: a column; the figure then counts its different values among the cases (569 enterprises), not the cases.
        total: a column; the figure is then its sum over the cases (9,553 people met).
    """

    name: str
    label: Any
    about: Any
    instant: str = ""
    where: Where = _every_case
    of: str = ""
    span: tuple[str, str] | None = None
    better: str = ""
    order: str = ""
    each: str = ""
    total: str = ""

    @property
    def listed_by(self) -> str:
        """The column rows are listed by: never empty in any row counted."""
        return self.order or self.instant or "received_at"
