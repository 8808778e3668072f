"""What this officer owes: late, this week, later; one press leads to the visit form (B2)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.rules import Perm
from huhang.base.catalog import queries as catalog
from huhang.doors.desk.rounds.words import rules_said, shown
from huhang.doors.frame.gates import actor_of, officers
from huhang.register.rounds import queries
from huhang.register.rounds.deriving import Span
from huhang.register.rounds.rules import DONE, DUE, EXCUSED, LATE, first_of, next_of

MOST = 500


@officers(Perm.SEE)
@require_safe
def mine_page(request: HttpRequest) -> HttpResponse:
    """Everything open, the late first, and what was done this month."""
    actor, now = actor_of(request), timezone.now()
    today = catalog.schedule().date_of(now)
    week_ends = next_of("week", first_of("week", today))
    open_now = shown(
        queries.duties(queries.mine(actor, queries.now_open(now), open_=True), actor, now, most=MOST), actor, now
    )
    month = queries.month_of(today)
    span = Span(month.first, max(month.end, week_ends))
    seen = queries.duties(queries.mine(actor, span), actor, now, most=MOST)
    finished = shown([one for one in seen if one.state in (DONE, EXCUSED)], actor, now)
    finished.sort(key=lambda row: row["duty"].done_at or row["duty"].deadline, reverse=True)
    may_chief = queries.may_excuse_some(actor) or Perm.SUPERVISE in actor.perms
    if may_chief and not open_now and not finished:
        return redirect("desk:rounds_units")  # whoever owes nothing themself is here for their units
    late = [row for row in open_now if row["duty"].state == LATE]
    due = [row for row in open_now if row["duty"].state == DUE]
    soon = [row for row in due if row["duty"].last < week_ends]
    context = {
        "sections": [
            {"name": _("已经迟了"), "rows": late, "tone": "late", "about": _("尽快补做；办不了的请负责人说明免办")},
            {"name": _("本周内要做"), "rows": soon, "tone": "", "about": ""},
            {
                "name": _("以后要做"),
                "rows": [row for row in due if row["duty"].last >= week_ends],
                "tone": "",
                "about": "",
            },
        ],
        "finished": finished[:60],
        "nothing": not open_now and not finished,
        "clear": not open_now,
        "rules": rules_said(),
        "may_chief": may_chief,
        "now": now,
    }
    return render(request, "desk/rounds/mine.html", context)
