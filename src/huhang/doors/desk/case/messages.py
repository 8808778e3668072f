"""What an officer was told inside the product, and, on a trial installation, what the sandbox provider was given."""

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from huhang.base.access.queries import visible_to
from huhang.base.messages import queries, templates
from huhang.base.messages.actions import mark_read
from huhang.cases.models import Case
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Missing

PAGE = 50
_LINKS = {"card.digest": "/desk/?kind=card", "rounds.digest": "/desk/rounds/"}
"""Where a message about several cases leads."""


@officers()
@require_http_methods(["GET", "HEAD", "POST"])
def messages_page(request: HttpRequest) -> HttpResponseBase:
    """Newest first; a POST marks all as read."""
    actor = actor_of(request)
    assert actor.user is not None
    if request.method == "POST":
        n = mark_read(actor.user, by=actor, now=timezone.now())
        done(request, _("%(n)d 条消息已标为已读。") % {"n": n})
        return redirect("desk:messages")
    number = visible_to(actor, Case.objects.filter(pk=OuterRef("case"))).values("number")[:1]
    rows = queries.of_user(actor.user).annotate(number=Subquery(number))
    before = parse_datetime(request.GET.get("before", "").replace(" ", "+"))
    if before is not None and timezone.is_aware(before):
        rows = rows.filter(created_at__lt=before)
    page = list(rows[: PAGE + 1])
    said = get_language() or ""
    shown = [
        {
            "text": templates.read(m.template, m.text, said),
            "at": m.created_at,
            "new": m.read_at is None,
            "url": reverse("desk:case", kwargs={"number": m.number}) if m.number else _LINKS.get(m.template, ""),
        }
        for m in page[:PAGE]
    ]
    context = {
        "rows": shown,
        "fresh": any(row["new"] for row in shown),
        "older": page[PAGE - 1].created_at.isoformat() if len(page) > PAGE else "",
        "now": timezone.now(),
    }
    return render(request, "desk/case/messages.html", context)


@officers()
@require_GET
def outbox_page(request: HttpRequest) -> HttpResponseBase:
    """What would have gone out by SMS; only where nothing really does.

    Raises:
        Missing: this is no trial installation.
    """
    if not settings.HUHANG_TRIAL:
        raise Missing
    return render(request, "desk/case/outbox.html", {"rows": queries.outbox(), "now": timezone.now()})
