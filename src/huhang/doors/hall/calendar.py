"""An officer's recurring duties as a calendar feed, fetched by programs that cannot sign in: a secret address (B2)."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.context import SYSTEM, acting
from huhang.base.catalog import queries as catalog
from huhang.base.people.queries import actor_for
from huhang.doors.frame.gates import public
from huhang.register.rounds import actions, catalogue, figures, ical, queries
from huhang.register.rounds.deriving import Duty, Span
from huhang.register.rounds.rules import DONE, EXCUSED

MOST = 1000
BACK, AHEAD = timedelta(days=35), timedelta(days=95)


@public
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the address reads it. Names of subjects, no persons; the sensitive without a name.

    A strange, revoked or replaced address, or one whose officer has left, is not found.
    """
    now = timezone.now()
    found = actions.feed_by(token)
    if found is None:
        return HttpResponseNotFound(_("没有这个日历地址，或者已经停用。"), content_type="text/plain; charset=utf-8")
    with acting(SYSTEM):
        actor = actor_for(found.user.username, now=now, door="desk")
        duties = queries.duties(queries.mine(actor, _span(now)), actor, now, most=MOST)
    with translation.override(found.language):
        base = request.build_absolute_uri("/").rstrip("/")
        text = ical.calendar(_("护航：定期职责"), (_event(one, base) for one in duties), now=now)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="rounds.ics"'
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex"
    return response


def _span(now: datetime) -> Span:
    today = catalog.schedule().date_of(now)
    return Span(today - BACK, today + AHEAD, ahead=True)


def _event(duty: Duty, base: str) -> ical.Event:
    rule = catalogue.rule(duty.rule, duty.version)
    name = _("涉密主体") if duty.sensitive else duty.name
    slots = catalog.schedule().slots
    where = reverse("desk:round", kwargs={"rule": duty.rule, "of": duty.of, "day": duty.day.isoformat()})
    what = catalogue.name_of(rule) if rule else duty.rule
    return ical.Event(
        uid=f"{duty.rule}-{duty.of.hex}-{duty.day:%Y%m%d}@huhang",
        day=duty.last,
        start=slots[0][0],
        end=slots[-1][1],
        summary=f"{what}：{name}（{figures.labels()[duty.state]}）",
        description=catalogue.about(rule) if rule else "",
        url=f"{base}{where}",
        done=duty.state in (DONE, EXCUSED),
    )
