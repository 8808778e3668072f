"""Results of referrals, and when to remind; no database."""

import re
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from huhang.kernel.worktime import Calendar, Schedule, remaining

RESULTS = (
    ("solved", _("已解决")),
    ("partly", _("部分解决")),
    ("planned", _("已列入计划，有日期")),
    ("explained", _("已书面说明")),
    ("declined", _("称不属其职责")),
)

ENDED = {
    "answered": _("已函复"),
    "called_off": _("已撤回函询"),
    "closed": _("诉求已办结，没有等到函复"),
    "withdrawn": _("诉求已撤回"),
    "merged": _("诉求已并单"),
}

_NUMBERS = re.compile(r"(?<!\d)(?:1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|\d{17}[\dXx])(?!\d)")


def names_a_person(text: str) -> bool:
    """Whether a text to be sent outside holds a mobile or an ID number (PIPL §23: nothing goes out that need not)."""
    return _NUMBERS.search(text) is not None


def due_soon(now: datetime, due_at: datetime, days: int, calendar: Calendar, schedule: Schedule) -> bool:
    """Whether fewer than so many whole working days are left; false once it is late."""
    left = remaining(now, due_at, calendar, schedule)
    return not left.late and left.working_days < days


def urge_again(
    now: datetime, due_at: datetime, last: datetime | None, every: int, calendar: Calendar, schedule: Schedule
) -> bool:
    """Whether a letter of reminder is due: at once when late, then again after every so many working days."""
    if now < due_at:
        return False
    return last is None or remaining(last, now, calendar, schedule).working_days >= every
