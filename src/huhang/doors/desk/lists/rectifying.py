"""Bad ratings being put right that wait for this officer's unit: a page, and the same as a box of the inbox (C4)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.rules import Perm
from huhang.base.catalog import queries as catalog
from huhang.doors.desk.case.clocks import language
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Left
from huhang.kernel.worktime import Unit, remaining, say_remaining, used_fraction
from huhang.kinds.requests.rectifying.queries import open_for
from huhang.register.units.queries import tree

MOST, FEW = 200, 8
"""Rows of the page, and of the box in the inbox."""


@dataclass(frozen=True)
class Row:
    """One line."""

    number: str
    title: str
    unit: str
    stars: int
    stage: str
    left: Left
    asked: bool


def _left(one: Any, now: datetime) -> Left:
    if one.due is None:
        return Left("—")
    known, slots, unit = catalog.calendar(), catalog.schedule(), Unit.WORKING_DAYS
    told = remaining(now, one.due, known, slots, unit)
    share = used_fraction(one.since, one.due, now, known, slots, unit=unit, pauses=[])
    text = say_remaining(told, language())
    return Left(text, one.due, share, late=told.late, soon=not told.late and share >= 0.8, provisional=one.provisional)


def rows_of(request: HttpRequest, most: int, now: datetime) -> tuple[list[Row], bool]:
    """So many lines, the most urgent first, and whether there are more: one statement."""
    found = list(open_for(actor_of(request))[: most + 1])
    rows = [
        Row(
            one.case.number,
            one.case.title,
            tree().label(one.case.unit_id),
            one.rating.stars,
            str(one.get_stage_display()),
            _left(one, now),
            one.asked is not None,  # type: ignore[attr-defined]  # an annotation of `open_for`
        )
        for one in found[:most]
    ]
    return rows, len(found) > most


@officers(Perm.SEE)
@require_safe
def rectifications(request: HttpRequest) -> HttpResponse:
    """The page; asked for by the inbox, only its box, and nothing at all when nothing waits."""
    now, box = timezone.now(), request.headers.get("HX-Request") == "true"
    rows, more = rows_of(request, FEW if box else MOST, now)
    if box and not rows:
        return HttpResponse("")
    context = {"rows": rows, "more": more, "now": now, "title": _("差评整改")}
    name = "_rectifications" if box else "rectifications"
    return render(request, f"desk/lists/{name}.html", context)
