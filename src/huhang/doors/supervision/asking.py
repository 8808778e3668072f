"""What an address of supervision asks for: whose cases, which period, at which instant; and addresses back again."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language

from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases.registry import kind_of
from huhang.cases.rules import Kind
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Invalid
from huhang.kernel.worktime import Language
from huhang.reading.figures import queries
from huhang.reading.figures.periods import Period, Window, from_query, period
from huhang.reading.figures.scope import Scope, scope_for
from huhang.reading.rules import MAIN

UNCLASSIFIED = "-"
"""How the empty category stands in an address."""


@dataclass(frozen=True)
class Asked:
    """One question.

    ``problem`` says what was wrong with the period asked for, which is then this month; ``page`` is the page that units
    and columns lead to.
    """

    actor: Actor
    kind: Kind
    scope: Scope
    period: Period
    now: datetime
    problem: str = ""
    page: str = "today"

    @property
    def window(self) -> Window:
        return self.period.window(self.now, catalog.schedule())

    def at(self, scope: Scope) -> "Asked":
        """The same question about other units."""
        return replace(self, scope=scope)

    def here(self, name: str = "today", **more: str) -> str:
        """A page of supervision with the same period and unit, and more parameters."""
        query = {**self.period.query, **self.scope.query, **more}
        return reverse(f"supervision:{name}") + "?" + urlencode(query)


PAGES = {"card": "cards"}
"""The page that gathers a kind, where it is not the day's page."""


def asked_of(request: HttpRequest, page: str = "today", *, kind: str = "") -> Asked:
    """What this request asks for; without a kind named here or in the address it is about the ledger's.

    Raises:
        Missing: a unit that is not this actor's to supervise, or no such kind.
    """
    actor, now = actor_of(request), timezone.now()
    scope = scope_for(actor, request.GET.get("unit", ""), request.GET.get("own", ""))
    today = catalog.schedule().date_of(now)
    found = kind_of(kind or request.GET.get("kind", "") or MAIN)
    page = PAGES.get(found.name, page)
    try:
        return Asked(actor, found, scope, from_query(request.GET.dict(), today), now, page=page)
    except Invalid as wrong:
        return Asked(actor, found, scope, period("month", today), now, wrong.text, page)


def rows_url(figure: str, asked_period: Period, scope: Scope, **more: str) -> str:
    """The address of exactly the cases behind a number."""
    query = {"figure": figure, **asked_period.query, **scope.query, **more}
    return reverse("supervision:rows") + "?" + urlencode(query)


def narrowing(values: Any, now: datetime) -> tuple[Q, dict[str, str]]:
    """The further conditions an address gives (category, band of remaining time), and those parameters again.

    Raises:
        Missing: a band that does not exist.
    """
    where, kept = Q(), {}
    if category := values.get("category", ""):
        where &= Q(category="" if category == UNCLASSIFIED else category)
        kept["category"] = category
    if left := values.get("left", ""):
        where &= queries.in_band(left, now)
        kept["left"] = left
    return where, kept


def language() -> Language:
    """The language of the kernel's sentences for this reader."""
    return "en" if (get_language() or "").startswith("en") else "zh"
