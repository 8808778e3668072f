"""A leader's instruction at the top of the page until the unit reports back, afterwards in a box of its own."""

from datetime import datetime

from django.utils.translation import gettext as _

from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.doors.desk.case.clocks import language
from huhang.doors.desk.case.sections import Section
from huhang.doors.frame.parts import Event
from huhang.kernel.worktime import remaining, say_remaining
from huhang.kinds.requests.instructions import queries
from huhang.kinds.requests.instructions.models import Instruction
from huhang.register.units.queries import tree


def part(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """Open ones on top; those reported on in one box, counted."""
    known = queries.all_of(case)
    tops = [_top(one, now) for one in known if one.ended_at is None]
    done = [one for one in known if one.ended_at is not None]
    events = sorted((event for one in done for event in _events(one)), key=lambda event: event.at, reverse=True)
    count = _("共 %(n)d 条") % {"n": len(known)}
    return [*tops, *([Section(_("批示与反馈"), count, events=events)] if done else [])]


def _top(one: Instruction, now: datetime) -> Section:
    end = _("%(who)s · 发给%(unit)s") % {"who": one.given_label, "unit": tree().label(one.unit_id)}
    if one.clock is not None and one.clock.due_at is not None:
        left = remaining(now, one.clock.due_at, catalog.calendar(), catalog.schedule())
        end += _(" · 反馈%(left)s") % {"left": say_remaining(left, language())}
    return Section(_("局领导批示，等反馈"), end, one.given_at, one.text, top=True, bad=queries.late(one, now))


def _events(one: Instruction) -> list[Event]:
    assert one.ended_at is not None
    given = Event(_("批示"), one.given_at, who=one.given_label, quote=one.text)
    if one.ended_why != "reported":
        return [given, Event(_("随诉求撤回而终止"), one.ended_at)]
    who = f"{tree().label(one.report_unit_id)} {one.report_label}".strip()
    return [given, Event(_("反馈"), one.ended_at, who=who, quote=one.report)]
