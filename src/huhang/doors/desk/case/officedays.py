"""The boxes of an office day: its slots, who booked (masked), and the problems taken with how they stand (B6)."""

from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.desk.case.section import Section
from huhang.doors.desk.officedays.listing import SOLVED
from huhang.doors.frame.parts import Event
from huhang.kinds.officedays import queries
from huhang.kinds.officedays.models import Booking
from huhang.register.units.queries import tree


def part(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """Seats by slot, and who is expected or came."""
    local, rows = catalog.schedule().local, queries.slots(case)
    taken = sum(one.booked for one in rows)
    lines = [
        _("%(at)s　%(booked)d / %(seats)d 位")
        % {"at": f"{local(s.starts_at):%H:%M}", "booked": s.booked, "seats": s.seats}
        for s in rows
    ]
    shown = [Section(_("时段"), _("已预约 %(n)d 位") % {"n": taken}, quote="\n".join(lines))]
    if case.state == "announced":
        where = reverse("hall:office_day", kwargs={"number": case.number})
        shown[0] = Section(shown[0].title, shown[0].end, quote=shown[0].quote, url=where, label=_("公开页"))
    booked = [_booked(one) for one in queries.bookings(case)]
    return [*shown, Section(_("预约的人"), events=booked)] if booked else shown


def _booked(one: Booking) -> Event:
    at = f"{catalog.schedule().local(one.slot.starts_at):%H:%M}"
    text = " · ".join(filter(None, (at, one.number, one.about)))
    return Event(one.name_masked or _("未留姓名"), one.made_at, text=text, note=str(one.get_state_display()))


def taken(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """Problems taken on the day, as far as the reader sees them; solved is what the ledger calls so."""
    found = queries.problems(case, actor)
    if not found:
        return []
    done = Case.objects.filter(SOLVED, pk__in=[one.pk for one in found]).count()
    events = []
    for one in found:
        link = format_html('<a href="{}">{}</a>', reverse("desk:case", kwargs={"number": one.number}), one.number)
        text = format_html("{} {}", tree().label(one.unit_id), link)
        events.append(Event(one.title, one.received_at, text=text, note=str(kind_of("request").state(one.state).label)))
    end = _("%(n)d 件，解决 %(done)d 件") % {"n": len(found), "done": done}
    return [Section(_("带回的问题"), end, events=events)]
