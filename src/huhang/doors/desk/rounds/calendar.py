"""A month of one's duties as a grid and as a list that says the same, and the address others subscribe to (B2)."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huhang.base.access.rules import Perm
from huhang.base.catalog import queries as catalog
from huhang.doors.desk.rounds import asking
from huhang.doors.desk.rounds.words import month_words, shown
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.register.rounds import actions, queries
from huhang.register.rounds.deriving import Span
from huhang.register.rounds.rules import first_of, next_of

MOST = 1000


@officers(Perm.SEE)
@require_safe
def calendar_page(request: HttpRequest) -> HttpResponse:
    """The month asked for, this one by default; each duty stands on its last working day.

    Raises:
        Invalid: a month there cannot be.
    """
    return _show(request)


def _show(request: HttpRequest, token: str = "") -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    month = asking.month_of(request.GET.get("month", ""), now)
    end = next_of("month", month)
    first, after = first_of("week", month), first_of("week", end - timedelta(days=1)) + timedelta(days=7)
    found = queries.duties(queries.mine(actor, Span(first, after, ahead=True)), actor, now, most=MOST)
    by_day: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for row in shown(found, actor, now):
        by_day[row["duty"].last].append(row)
    url, (before, later) = reverse("desk:rounds_calendar"), asking.beside(month)
    feed = queries.feed_of(actor.user) if actor.user else None
    context = {
        "month": month_words(month),
        "weekdays": [_("一"), _("二"), _("三"), _("四"), _("五"), _("六"), _("日")],
        "weeks": _weeks(first, after, month, by_day, now),
        "days": [{"day": day, "rows": by_day[day]} for day in sorted(by_day) if month <= day < end],
        "before_url": f"{url}?month={before}",
        "after_url": f"{url}?month={later}",
        "feed": feed,
        "feed_url": request.build_absolute_uri(reverse("hall:calendar", kwargs={"token": token})) if token else "",
        "now": now,
    }
    return render(request, "desk/rounds/calendar.html", context)


def _weeks(
    first: date, after: date, month: date, by_day: dict[date, list[dict[str, Any]]], now: datetime
) -> list[list[dict[str, Any]]]:
    kinds, today = catalog.calendar(), catalog.schedule().date_of(now)
    days = [first + timedelta(days=n) for n in range((after - first).days)]
    cells = [
        {
            "day": day,
            "inside": day.month == month.month,
            "today": day == today,
            "works": kinds.kind_of(day).works,
            "rows": by_day.get(day, []),
        }
        for day in days
    ]
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


@officers(Perm.SEE)
@require_POST
def feed_page(request: HttpRequest) -> HttpResponse:
    """Makes a fresh calendar address, shown this once, or makes the old one good no more."""
    actor, now = actor_of(request), timezone.now()
    if "end" in request.POST:
        actions.close_feed(by=actor, now=now)
        done(request, _("日历地址已停用，订阅的日历不再更新。"))
        return redirect(reverse("desk:rounds_calendar"))
    language = translation.get_language() or "zh-hans"
    return _show(request, actions.open_feed(language=language[:8], by=actor, now=now))
