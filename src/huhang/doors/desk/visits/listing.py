"""Visits made, newest first, under the figures of the quarter; and whom to see next."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.desk.visits.making import due
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Chip
from huhang.reading.figures import queries as figures
from huhang.reading.figures.periods import period
from huhang.reading.figures.queries import Ask
from huhang.reading.figures.scope import Scope, scope_for
from huhang.register.units.queries import tree

PAGE, DUE = 30, 10
SHOWN = ("sessions", "enterprises", "projects", "organisations", "people", "raised")
WHOSE = ("mine", "all")


@officers(Perm.SEE)
@require_safe
def visits(request: HttpRequest) -> HttpResponse:
    """What was visited, as far as this officer sees it."""
    actor, now = actor_of(request), timezone.now()
    whose = request.GET.get("whose", "")
    if whose not in WHOSE:
        whose = "mine" if Perm.VISIT in actor.perms else "all"
    rows = visible_to(actor, Case.objects.filter(kind="visit")).select_related("visit", "officer")
    if whose == "mine":
        rows = rows.filter(officer_id=actor.user)
    page = Paginator(rows.defer("search", "folded", "body").order_by("-received_at", "-id"), PAGE).get_page(
        request.GET.get("page", "1")
    )
    context = {
        "rows": [_row(case) for case in page.object_list],
        "page": page,
        "whose": whose,
        "chips": [
            Chip(_("我走访的"), "?whose=mine", on=whose == "mine"),
            Chip(_("看得见的全部"), "?whose=all", on=whose == "all"),
        ],
        "due": due(actor, now, DUE) if Perm.VISIT in actor.perms else [],
        "figures": _figures(actor, now),
        "may_visit": Perm.VISIT in actor.perms,
        "now": now,
    }
    return render(request, "desk/visits/visits.html", context)


def _row(case: Case) -> dict[str, Any]:
    kind = kind_of("visit")
    return {
        "case": case,
        "state": kind.state(case.state),
        "mode": dict(kind.channels())[case.channel],
        "purpose": kind.category_label(case.category, case.category_version),
        "unit": tree().label(case.unit_id),
    }


def _figures(actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Figures of the quarter over what this officer sees; supervision opens the rows behind each (SAFEGUARDS 20)."""
    kind, day = kind_of("visit"), catalog.schedule().date_of(now)
    of = period("quarter", day)
    window = of.window(now, catalog.schedule())
    asks = {name: Ask(figures.figure_of(kind, name), window) for name in SHOWN}
    opens = Perm.SUPERVISE in actor.perms
    told, _oldest = figures.measure(kind, actor, asks, scope_for(actor) if opens else Scope())
    return [
        {
            "label": value.figure.label,
            "about": value.figure.about,
            "count": value.count,
            "url": f"{reverse('supervision:rows')}?{urlencode({'kind': 'visit', 'figure': name, **of.query})}"
            if opens
            else "",
        }
        for name, value in told.items()
    ]
