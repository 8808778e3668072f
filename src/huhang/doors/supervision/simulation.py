"""The thresholds as they stand, and what others would have issued over a past period; nothing is written (D2)."""

import uuid
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.saying import say, say_problems
from huhang.kernel.errors import Denied, Invalid, Missing
from huhang.kinds.cards import catalogue
from huhang.kinds.cards.rules import LABELS, LEVELS, Band, Ladder
from huhang.kinds.cards.simulating import Simulated, Would, simulate
from huhang.reading.figures.periods import custom, last_quarter
from huhang.register.units.queries import tree

LISTED = 100
"""Matters listed behind one number."""

FIELDS = ("blue", "yellow", "orange", "red", "times")
_LIMITS = {"blue": (-30, 0), "yellow": (-30, 30), "orange": (0, 60), "red": (1, 90), "times": (2, 9)}


def ladder_from(base: Ladder, first: dict[str, int], times: int) -> Ladder:
    """The thresholds in use with other days; each level ends where the next begins.

    Raises:
        Invalid: the levels do not follow one another.
    """
    for low, high in pairwise(LEVELS):
        if first[high] <= first[low]:
            raise Invalid(
                "%(high)s要比%(low)s晚：两级不能同一天，也不能倒过来。",
                field=high,
                params={"high": str(LABELS[high]), "low": str(LABELS[low])},
            )
    ends = {low: first[high] - 1 for low, high in pairwise(LEVELS)}
    bands = tuple(_band(base.band(level), first[level], ends.get(level)) for level in LEVELS)
    return replace(base, bands=bands, times=times)


def _band(band: Band, first: int, last: int | None) -> Band:
    return replace(band, first=first, last=last)


@dataclass(frozen=True)
class Line:
    """A unit: for each level the least and the most, and where the matters behind it are listed."""

    label: str
    unit: str
    cells: tuple[tuple[int, int, str], ...]


@require_safe
@officers()
def simulate_page(request: HttpRequest) -> HttpResponse:
    """Thresholds and a period in the address; how many cards, by level and unit; behind each number its matters.

    Whoever keeps the system sees no cases: for them the numbers are counted and nothing is listed.

    Raises:
        Denied: neither of supervision nor of the system.
        Missing: no thresholds are loaded.
    """
    actor, now = actor_of(request), timezone.now()
    if not {Perm.SUPERVISE, Perm.MANAGE_SYSTEM} & actor.perms:
        raise Denied
    base = catalogue.newest()
    if base is None:
        raise Missing("还没有发卡标准，请先由管理员载入目录。")
    given, problems = _given(request, base, now), {}
    done: Simulated | None = None
    try:
        ladder, span = _read(given, base)
        done = _done(actor, ladder, span, now)
    except Invalid as wrong:
        problems = say_problems(wrong.problems)
        if not problems or wrong.field:
            problems[wrong.field] = say(wrong)
    context = {
        "now": now,
        "given": given,
        "problems": problems,
        "base": base,
        "bands": [(band.level, _from(band.first), band.amount) for band in base.bands],
        "fields": _fields(),
        "source": catalogue.source(),
        "done": done,
        "levels": _levels(done) if done else [],
        "lines": _lines(done, request, listed=Perm.SUPERVISE in actor.perms) if done else [],
        "listed": _listed(done, request) if done and Perm.SUPERVISE in actor.perms else None,
        "supervises": Perm.SUPERVISE in actor.perms,
    }
    return render(request, "supervision/card_simulate.html", context, status=422 if problems else 200)


def _from(first: int) -> str:
    """The day a level begins, in words."""
    if first == 0:
        return _("到期当天")
    return _("到期前 %(n)d 个工作日") % {"n": -first} if first < 0 else _("超期第 %(n)d 个工作日") % {"n": first}


def _fields() -> list[tuple[str, str]]:
    rows = [(level, _("%(card)s从") % {"card": LABELS[level]}) for level in LEVELS]
    return [*rows, ("times", _("几次不满意")), ("first", _("从哪天")), ("last", _("到哪天"))]


def _given(request: HttpRequest, base: Ladder, now: datetime) -> dict[str, str]:
    first, last = last_quarter(catalog.schedule().date_of(now))
    usual = {"first": first.isoformat(), "last": last.isoformat(), "times": str(base.times)}
    usual |= {band.level: str(band.first) for band in base.bands}
    return {name: request.GET.get(name, value)[:20] for name, value in usual.items()}


def _read(given: dict[str, str], base: Ladder) -> tuple[Ladder, tuple[datetime, datetime]]:
    problems: dict[str, str] = {}
    numbers: dict[str, int] = {}
    for name in FIELDS:
        low, high = _LIMITS[name]
        try:
            numbers[name] = int(given[name])
            if not low <= numbers[name] <= high:
                raise ValueError(name)
        except ValueError:
            problems[name] = say(Invalid("请填 %(low)d 到 %(high)d 之间的整数。", params={"low": low, "high": high}))
    days: dict[str, date] = {}
    for name in ("first", "last"):
        try:
            days[name] = date.fromisoformat(given[name])
        except ValueError:
            problems[name] = say(Invalid("请按 2026-11-21 这样填日期。"))
    if problems:
        raise Invalid(problems=problems)
    try:
        span = custom(days["first"], days["last"]).window(timezone.now(), catalog.schedule())
    except Invalid as wrong:
        raise Invalid(wrong.message, field={"from": "first", "to": "last"}.get(wrong.field, "last")) from None
    return ladder_from(base, numbers, numbers["times"]), (span.since, span.until)


def _done(actor: Actor, ladder: Ladder, span: tuple[datetime, datetime], now: datetime) -> Simulated:
    if Perm.SUPERVISE in actor.perms:
        return simulate(ladder, *span, actor=actor, now=now)
    with acting(SYSTEM):
        return simulate(ladder, *span, actor=SYSTEM, now=now)


def _levels(done: Simulated) -> list[tuple[str, int, int]]:
    least, most = done.by_level("least"), done.by_level("most")
    return [(level, least[level], most[level]) for level in LEVELS[::-1]]


def _unit(card: Would) -> str:
    return str(card.branch or "")


def _lines(done: Simulated, request: HttpRequest, *, listed: bool) -> list[Line]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for card in done.cards:
        counts[_unit(card), "least", card.least] += 1
        counts[_unit(card), "most", card.most] += 1
    known, rows = tree(), []
    for unit in sorted({_unit(c) for c in done.cards}, key=lambda u: known[uuid.UUID(u)].code if u else ""):
        label = known.label(uuid.UUID(unit)) if unit else _("%(unit)s本级") % {"unit": known.root.short}
        cells = []
        for level in LEVELS[::-1]:
            query = request.GET.copy()
            query["level"], query["in"] = level, unit or "-"
            least = counts[unit, "least", level]
            url = f"?{query.urlencode()}#listed" if listed and least else ""
            cells.append((least, counts[unit, "most", level], url))
        rows.append(Line(label, unit, tuple(cells)))
    return rows


def _listed(done: Simulated, request: HttpRequest) -> dict[str, Any] | None:
    level, unit = request.GET.get("level", ""), request.GET.get("in", "")
    if level not in LEVELS or not unit:
        return None
    cards = [c for c in done.cards if c.least == level and (_unit(c) or "-") == unit]
    return {"level": level, "total": len(cards), "cards": cards[:LISTED], "cut": len(cards) > LISTED}
