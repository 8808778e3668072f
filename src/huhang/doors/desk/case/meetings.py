"""The boxes of a meeting and of a duty, and the duties that stand beside the case they concern (L2)."""

from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.desk.case.sections import Section
from huhang.doors.desk.lists.table import Words, left_of
from huhang.doors.frame.parts import Event
from huhang.kinds.meetings import queries
from huhang.kinds.meetings.models import AgendaItem, Decision
from huhang.reading.ledger import chosen
from huhang.register.units.queries import tree


def agenda(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """Item by item: the case, why it is talked about, what was said, and what was decided."""
    items = queries.items(case)
    if not items:
        return [Section(_("议程"), _("还没有议题"))]
    seen, decided = queries.seen_cases(case, actor), queries.decisions(case)
    return [_item(n, item, seen, decided.get(item.pk, [])) for n, item in enumerate(items, 1)]


def _item(place: int, item: AgendaItem, seen: dict[UUID, str], decided: list[Decision]) -> Section:
    number = seen.get(item.about_id)
    about = _link(number) if number else _("事项内容您无权查看")
    end = format_html("{} · {}", about, item.why) if item.why else about
    title = _("议题 %(n)d · %(topic)s") % {"n": place, "topic": item.topic}
    return Section(title, end, quote=item.minutes or _("还没有记录"), events=[_decision(row) for row in decided])


def _decision(row: Decision) -> Event:
    text = _("%(unit)s，%(days)d 个工作日内") % {"unit": tree().label(row.unit_id), "days": row.days}
    return Event(_("决定"), row.at, text=format_html("{} {}", text, _link(row.number)), quote=row.what)


def _link(number: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("desk:case", kwargs={"number": number}), number)


def duty(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """What was reported, and earlier reports that did not do."""
    known = case.duty
    shown = [Section(_("落实报告"), at=known.reported_at, quote=known.report)] if known.report else []
    return shown + [Section(_("退回的报告"), quote=text) for text in known.reports]


def duties_beside(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """Duties that were decided about this case, as far as the reader sees them."""
    rows = visible_to(actor, Case.objects.filter(parent=case, kind="duty"))
    lines = chosen(actor, list(rows.values_list("pk", flat=True)[:20]))
    events, words = [], Words(now)
    for line in lines:
        left = left_of(line, words)
        text = format_html("{} {}", tree().label(line.unit_id), _link(line.number))
        state = str(kind_of("duty").state(line.state).label)
        note = _("，").join(one for one in (state, left.text if left else "") if one)
        late = bool(left and left.late)
        events.append(Event(line.title, line.received_at, text=text, note=note, bad=late))
    return [Section(_("议定事项"), events=events)] if events else []
