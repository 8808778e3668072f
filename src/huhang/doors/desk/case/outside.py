"""The box of what was referred outside: letters, until when, how often urged, what came back (C5)."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.doors.desk.case.clocks import language
from huhang.doors.desk.case.sections import Section
from huhang.doors.frame.parts import Event
from huhang.doors.frame.rules import short_day_words
from huhang.kernel.worktime import remaining, say_remaining
from huhang.kinds.requests.outside import queries
from huhang.kinds.requests.outside.models import Referral
from huhang.kinds.requests.outside.rules import ENDED, RESULTS


def part(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """One box for all referrals, the newest event first; the head says what is still waited for."""
    known = queries.all_of(case)
    events = [event for referral in known for event in _events(case, referral, now)]
    open_ones = [r for r in known if r.ended_at is None]
    end = _("等 %(n)d 件函复") % {"n": len(open_ones)} if open_ones else _("都有了结果")
    if open_ones and all(r.interim_at is None for r in open_ones):
        end += _("，还没有告知诉求人进展")
    return [Section(_("外单位协助"), end, events=sorted(events, key=lambda event: event.at, reverse=True))]


def _link(case: Case, attachment: Any, text: str) -> Any:
    url = reverse("desk:file", kwargs={"number": case.number, "pk": attachment})
    return format_html('<a href="{}">{}</a>', url, text)


def _events(case: Case, referral: Referral, now: datetime) -> list[Event]:
    name, due = queries.label(referral), queries.due_of(referral)
    late = referral.ended_at is None and now >= due
    left = remaining(now, due, catalog.calendar(), catalog.schedule())
    until = _("请在 %(day)s前函复") % {"day": short_day_words(_day(due), language(), this_year=_day(now).year)}
    if referral.ended_at is None:
        until += f" · {say_remaining(left, language())}"
    events = [
        Event(
            _("已发函 %(name)s") % {"name": name},
            referral.sent_at,
            text=_link(case, referral.letter_id, referral.number),
            who=referral.sent_by,
            note=until,
            quote=referral.asked,
            bad=late,
        )
    ]
    events += [
        Event(
            _("已催办 %(name)s") % {"name": name}, one.at, text=_link(case, one.letter_id, one.number), who=one.by_label
        )
        for one in referral.urgings.all()
    ]
    if referral.ended_at is not None:
        events.append(_ended(case, referral, name))
    return events


def _ended(case: Case, referral: Referral, name: str) -> Event:
    assert referral.ended_at is not None
    if referral.ended_why != "answered":
        return Event(str(ENDED[referral.ended_why]), referral.ended_at, text=name)
    file = _link(case, referral.answer_file_id, _("函复文件")) if referral.answer_file_id else ""
    result = str(dict(RESULTS).get(referral.result, referral.result))
    return Event(
        _("%(name)s已函复") % {"name": name},
        referral.ended_at,
        text=format_html("{} {}", result, file) if file else result,
        quote=referral.answer,
        bad=referral.result == "declined",
    )


def _day(moment: datetime) -> Any:
    return catalog.schedule().date_of(moment)
