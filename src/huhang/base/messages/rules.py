"""Quiet hours and the shape of templates; no database."""

import re
from datetime import datetime, time, timedelta

from huhang.kernel.worktime import Schedule

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_PLACE = re.compile(r"%\((\w+)\)s")


def clock(text: str) -> time | None:
    """``21:00`` as a time of day; none when it is not written so."""
    found = _CLOCK.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found else None


def held_until(now: datetime, start: time, end: time) -> datetime | None:
    """Until when an SMS is held at this instant; none outside the quiet hours, which may span midnight.

    The hours begin with ``start`` and are over at ``end``, both in Shanghai.
    """
    local = Schedule().local(now)
    at = local.time()
    within = start <= at < end if start <= end else at >= start or at < end
    if not within:
        return None
    day = local.date() + (timedelta(days=1) if start > end and at >= start else timedelta())
    return datetime.combine(day, end, tzinfo=local.tzinfo).astimezone(now.tzinfo)


def places(text: str) -> frozenset[str]:
    """The named places of a template."""
    return frozenset(_PLACE.findall(text))


def misshapen(text: str, wanted: frozenset[str]) -> list[str]:
    """What is wrong with a template that must have exactly these places."""
    says = []
    if "%" in _PLACE.sub("", text):
        says.append("百分号只用在 %(名称)s 这样的位置上")
    if strange := places(text) - wanted:
        says.append(f"没有 {'、'.join(sorted(strange))} 这个位置")
    if left_out := wanted - places(text):
        says.append(f"少了 {'、'.join(sorted(left_out))} 这个位置")
    if not 1 <= len(text) <= 500:
        says.append("应当有 1 到 500 个字")
    return says
