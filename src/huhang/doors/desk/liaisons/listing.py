"""Who answers for whom, line by line, who is missing, and whom an officer answers for."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.rules import Actor, Perm
from huhang.doors.desk.liaisons.words import chief_words, line_label, line_words, tier_words, why_words
from huhang.doors.frame.gates import actor_of, officers
from huhang.register.liaisons import queries
from huhang.register.liaisons.catalogue import newest
from huhang.register.liaisons.models import Liaison
from huhang.register.subjects.queries import visible
from huhang.register.units.models import Unit
from huhang.register.units.queries import tree

PAGE = 50
SHOWS = ("all", "vacant", "missing")


@dataclass(frozen=True)
class Asked:
    """What the address asks for; what it asks wrongly is left out."""

    show: str
    line: str
    branch: uuid.UUID | None
    page: int


def _asked(request: HttpRequest) -> Asked:
    said = request.GET
    line = said.get("line", "")
    try:
        branch = uuid.UUID(said.get("branch", ""))
    except ValueError:
        branch = None
    if branch not in tree().nodes:
        branch = None
    show = said.get("show", "")
    return Asked(
        show if show in SHOWS else "all",
        line if line in newest().lines else "",
        branch,
        int(said.get("page", "1")) if said.get("page", "1").isdecimal() and len(said.get("page", "1")) < 7 else 1,
    )


def branches() -> list[tuple[str, str]]:
    """The branches to choose from."""
    today = timezone.localdate()
    return [(str(n.id), n.short) for n in tree().standing(today) if n.level == Unit.Level.BRANCH]


@officers(Perm.SEE)
@require_safe
def liaisons(request: HttpRequest) -> HttpResponse:
    """Coverage of every line, and the rows behind each number."""
    actor, now, asked = actor_of(request), timezone.now(), _asked(request)
    if asked.show == "missing":
        page = Paginator(_missing(asked, actor), PAGE).get_page(asked.page)
        rows = [_gap(subject, asked.line) for subject in page.object_list]
    else:
        page = Paginator(queries.seen_by(actor, _standing(asked, now)), PAGE).get_page(asked.page)
        rows = [_row(one) for one in page.object_list]
    context = {
        "coverage": [
            {**one, "name": line_words(one["line"]), "tier": tier_words(one["line"].tier)}
            for one in queries.coverage(now, asked.branch)
        ],
        "rows": rows,
        "page": page,
        "asked": asked,
        "line_name": line_label(asked.line) if asked.line else "",
        "lines": [(code, line_words(line)) for code, line in newest().lines.items()],
        "shows": [("all", _("现任")), ("vacant", _("责任人已不在岗")), ("missing", _("还没有责任人"))],
        "branches": branches(),
        "may_plan": Perm.PLAN_LIAISON in actor.perms,
        "now": now,
    }
    return render(request, "desk/liaisons/liaisons.html", context)


def _standing(asked: Asked, now: datetime) -> Any:
    rows = queries.vacant(now) if asked.show == "vacant" else queries.standing()
    if asked.line:
        rows = rows.filter(line=asked.line)
    if asked.branch:
        rows = rows.filter(subject__unit__branch=asked.branch)
    return rows.select_related("subject", "officer").order_by("subject__name", "line", "id")


def _missing(asked: Asked, actor: Actor) -> Any:
    lines = [asked.line] if asked.line else list(newest().lines)
    found = queries.without(lines[0])
    for line in lines[1:]:
        found = found | queries.without(line)
    if asked.branch:
        found = found.filter(unit__branch=asked.branch)
    return found.filter(pk__in=visible(actor)).order_by("name", "id")


def _gap(subject: Any, line: str) -> dict[str, Any]:
    return {"subject": subject, "unit": tree().label(subject.unit_id), "line": line_label(line) if line else ""}


def _row(one: Liaison) -> dict[str, Any]:
    line = newest().lines.get(one.line)
    return {
        "subject": one.subject,
        "unit": tree().label(one.subject.unit_id),
        "line": line_label(one.line),
        "chief": chief_words(line.chief) if line else "",
        "officer": one.officer.name,
        "number": one.officer.username,
        "since": one.starts_at,
        "why": why_words(one.why),
    }


@officers(Perm.SEE)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Whom this officer answers for."""
    actor, now = actor_of(request), timezone.now()
    rows = queries.seen_by(actor, queries.standing()).filter(officer_id=actor.user).select_related("subject", "officer")
    page = Paginator(rows.order_by("subject__name", "line", "id"), PAGE).get_page(_asked(request).page)
    context = {"rows": [_row(one) for one in page.object_list], "page": page, "now": now}
    return render(request, "desk/liaisons/mine.html", context)
