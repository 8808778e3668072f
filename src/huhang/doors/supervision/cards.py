"""Cards out by level and unit, and issuing one by hand (D2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huhang.base.access.queries import allows, visible_to
from huhang.base.access.rules import Actor, Perm
from huhang.base.replies.actions import Answer, once
from huhang.cases.actions import open_case
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.parts import Chip, Column, DueGroup, Ledger
from huhang.doors.frame.saying import say, say_problems
from huhang.doors.supervision.asking import Asked, asked_of, rows_url
from huhang.doors.supervision.board import PERIODS
from huhang.doors.supervision.listing import line
from huhang.doors.supervision.pages import crumbs, tops
from huhang.doors.supervision.showing import cell
from huhang.kernel.errors import Conflict, Invalid, Missing
from huhang.kernel.numbering import normalise_number, uuid7
from huhang.kernel.text import canonical_json
from huhang.kinds.cards import catalogue
from huhang.kinds.cards.models import Card
from huhang.kinds.cards.rules import LABELS, LEVELS
from huhang.reading.figures import cards as counting
from huhang.reading.figures import queries

GRAVEST_FIRST = LEVELS[::-1]
FIGURES = ("issued", "answered_in_time", "risen", "appealed", "lifted", "lifted_gone", "lifted_explained", "revoked")


@dataclass(frozen=True)
class Level:
    """One of the four boxes."""

    name: str
    n: int
    unanswered: int
    url: str
    on: bool


def _filters(asked: Asked, given: QueryDict) -> dict[str, str]:
    """Level and state as the address gives them.

    Raises:
        Missing: a level or state there is none of.
    """
    level, state = given.get("level", ""), given.get("state", "")
    if level and level not in LEVELS:
        raise Missing("没有这个数字，请从页面上点开。")
    if state and state not in {s.name for s in asked.kind.states if not s.final}:
        raise Missing("没有这个数字，请从页面上点开。")
    return {name: value for name, value in (("level", level), ("state", state)) if value}


@require_safe
@officers(Perm.SUPERVISE)
def cards_page(request: HttpRequest) -> HttpResponse:
    """The cards out: how many of each level, where, and which; the gravest and oldest first."""
    asked = asked_of(request, "cards", kind="card")
    kept = _filters(asked, request.GET)
    cells = counting.out_by_unit(asked.actor, asked.scope)
    groups, more = [], []
    for level, total, cases in counting.out(asked.actor, asked.scope, **kept):
        lines = [line(asked.kind, case, asked.now) for case in cases]
        groups.append(DueGroup(str(LABELS[level]), lines, total, late=level == "red"))
        if total > len(cases):
            more.append(
                Chip(str(LABELS[level]), rows_url(f"out_{level}", asked.period, asked.scope, kind="card"), count=total)
            )
    values = queries.measure(
        asked.kind,
        asked.actor,
        {name: queries.Ask(queries.figure_of(asked.kind, name), asked.window) for name in FIGURES},
        asked.scope,
    )[0]
    context = {
        "asked": asked,
        "now": asked.now,
        "crumbs": crumbs(asked),
        "tops": tops(asked),
        "levels": _levels(asked, cells, kept),
        "states": _states(asked, kept),
        "units": _units(asked, cells),
        "level_words": [(name, str(LABELS[name])) for name in GRAVEST_FIRST],
        "ledger": Ledger(columns(), groups, _("在督的督办卡")),
        "total": sum(group.count or 0 for group in groups),
        "more": more,
        "periods": [(name, str(label)) for name, label in PERIODS.items() if name != "custom"],
        "figures": [
            (str(value.figure.label), str(value.figure.about), cell(value, asked.period, asked.scope, kind="card"))
            for value in values.values()
        ],
        "clear_url": asked.here("cards") if kept else "",
        "source": catalogue.source(),
        "ladder": catalogue.newest(),
    }
    return render(request, "supervision/cards.html", context)


def columns() -> tuple[Column, ...]:
    """What a line of the list shows."""
    return (
        Column("card", _("级别")),
        Column("title", _("事项")),
        Column("unit", _("主办单位")),
        Column("officer", _("答复人")),
        Column("received", _("发卡")),
        Column("state", _("状态")),
        Column("left", _("书面答复")),
    )


def _link(asked: Asked, kept: dict[str, str], **changes: str) -> str:
    told = {**kept, **changes}
    return asked.here("cards", **{name: value for name, value in told.items() if value})


def _levels(asked: Asked, cells: list[counting.OutCell], kept: dict[str, str]) -> list[Level]:
    shown = []
    for name in GRAVEST_FIRST:
        rows = [one for one in cells if one.level == name]
        on = kept.get("level") == name
        url = _link(asked, kept, level="" if on else name)
        shown.append(Level(name, sum(r.n for r in rows), sum(r.unanswered for r in rows), url, on))
    return shown


def _states(asked: Asked, kept: dict[str, str]) -> list[Chip]:
    chips = [Chip(_("全部"), _link(asked, kept, state=""), on="state" not in kept)]
    for state in asked.kind.states:
        if not state.final:
            chips.append(
                Chip(str(state.label), _link(asked, kept, state=state.name), on=kept.get("state") == state.name)
            )
    return chips


def _units(asked: Asked, cells: list[counting.OutCell]) -> list[tuple[str, str, list[Any]]]:
    """A line a unit: its name, the way into it, and for each level the number with the rows behind it."""
    rows = []
    for label, place, counts in counting.by_unit(asked.scope, cells):
        inside = asked.at(place).here("cards") if place != asked.scope else ""
        numbers = [
            (counts.get(name, 0), rows_url(f"out_{name}", asked.period, place, kind="card")) for name in GRAVEST_FIRST
        ]
        rows.append((label, inside, numbers))
    return rows


@require_http_methods(["GET", "HEAD", "POST"])
@officers(Perm.ISSUE_CARD)
def card_new(request: HttpRequest) -> HttpResponseBase:
    """Issues a card about one matter, by hand; what was typed stays when it is refused.

    Raises:
        Missing: no such matter for this officer.
    """
    actor, now = actor_of(request), timezone.now()
    given = request.POST if request.method == "POST" else request.GET
    matter = _matter(actor, given.get("matter", ""))
    typed = {"level": given.get("level", ""), "reason": given.get("reason", "")}
    if request.method != "POST":
        return _form(request, matter, typed, _already(matter), now)
    try:
        number = _issue(request, matter, typed, actor, now)
    except (Invalid, Conflict) as wrong:
        problems = say_problems(wrong.problems) if isinstance(wrong, Invalid) else {}
        problems.setdefault(wrong.field or "", say(wrong))
        return _form(request, matter, typed, problems, now, status=wrong.status)
    done(request, _("督办卡已发出，会告知被督办的人。"))
    return redirect("desk:case", number=number)


def _already(matter: Case) -> dict[str, str]:
    """Said before anything is typed: a matter has one card at a time."""
    if not Card.objects.filter(matter=matter, lifted_at__isnull=True).exists():
        return {}
    return {"": say(Conflict("这件事已有一张督办卡，一件事同时只有一张。"))}


def _matter(actor: Actor, number: str) -> Case:
    try:
        wanted = normalise_number(number)
    except Invalid:
        raise Missing from None
    found = visible_to(actor, Case.objects.filter(number=wanted)).defer("search", "folded").first()
    if found is None or not allows(actor, Perm.ISSUE_CARD, found):
        raise Missing
    return found


def _issue(request: HttpRequest, matter: Case, typed: dict[str, str], actor: Actor, now: datetime) -> str:
    def work() -> Answer:
        card = open_case("card", by=actor, now=now, matter=matter.pk, **typed)
        return Answer(303, location=card.number)

    key = request.POST.get("idempotency_key", "")[:80] or str(uuid7())
    content = canonical_json({"matter": str(matter.pk), **typed})
    return once(key, who=str(actor.id), content=content, now=now, work=work).location


def _form(
    request: HttpRequest,
    matter: Case,
    typed: dict[str, str],
    problems: dict[str, str],
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    kind = kind_of(matter.kind)
    context = {
        "matter": matter,
        "state": kind.state(matter.state),
        "typed": typed,
        "problems": problems,
        "levels": [(name, str(LABELS[name])) for name in LEVELS],
        "key": request.POST.get("idempotency_key", "")[:80] or str(uuid7()),
        "now": now,
        "back_url": reverse("desk:case", kwargs={"number": matter.number}),
        "action_url": f"{reverse('supervision:card_new')}?{urlencode({'matter': matter.number})}",
    }
    return render(request, "supervision/card_new.html", context, status=status)
