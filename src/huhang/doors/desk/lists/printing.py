"""A list on paper: the first rows of it, whole lines, black on white."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.doors.desk.lists.bar import said_filters
from huhang.doors.desk.lists.export import cells, headings
from huhang.doors.desk.lists.listing import grouped_totals
from huhang.doors.desk.lists.saved import shown_in
from huhang.doors.frame.gates import actor_of, officers
from huhang.reading.ledger import page

MOST = 500
"""So many rows go on paper; more belong into a file, and the page says so."""


@officers()
@require_safe
def list_print(request: HttpRequest) -> HttpResponse:
    """The rows of a list for the printer, with its filter in words and its totals when it is grouped."""
    actor, now = actor_of(request), timezone.now()
    shown = shown_in(request.GET.dict(), actor)
    found = page(actor, shown.filter, now=now, by_due=shown.page == "inbox", size=MOST)
    context = {
        "title": _("待办") if shown.page == "inbox" else _("诉求台账"),
        "shown": shown,
        "said": said_filters(shown),
        "headings": headings(),
        "rows": [cells(line) for line in found.lines],
        "totals": grouped_totals(shown, now),
        "more": found.after is not None,
        "most": MOST,
        "back_url": shown.link(),
        "now": now,
    }
    return render(request, "desk/lists/print.html", context)
