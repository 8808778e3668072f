"""A joint meeting held this morning, its decisions under way, one to come; and a programme that is told of it all.

By the real actions, so that the pages show what the engine wrote.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from huhang.base.access.context import acting
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.base.exchange import providers
from huhang.base.exchange.actions import subscribe
from huhang.base.people.models import User
from huhang.base.people.queries import actor_for
from huhang.cases.actions import move, open_case
from huhang.cases.models import Case
from huhang.kinds.meetings.queries import items, proposals

CONVENER, LISTENER = "100002", "100007"
PLACE = "诉求中心三楼会议室"
SAID = (
    ("几家单位都去看过，症结在分工不清；由主办单位统一答复，别的单位配合取证。", "牵头核实并统一答复诉求人", 3),
    ("现有期限不够，但不能让人一直等；先给阶段性答复，再定完成日期。", "先作阶段性答复，并报完成日期", 2),
)
PROGRAMME, RECEIVER = "市热线平台同步", "https://hotline.wanghai.example/huhang/events"


def meet(now: datetime) -> int:
    """Holds one meeting over what went nowhere and calls the next. Returns how many meetings there are then."""
    try:
        convener, listener = (actor_for(name, now=now, door="desk") for name in (CONVENER, LISTENER))
    except User.DoesNotExist:
        return 0
    if providers.is_sandbox():
        with acting(listener):
            subscribe(name=PROGRAMME, url=RECEIVER, kinds=("request",), by=listener, now=now - timedelta(hours=3))
    with acting(convener):
        wanted = [one.case for one in proposals(convener, now)]
        quiet = Case.objects.filter(pk__in=wanted, kind="request").exclude(steps__at__gt=now - timedelta(hours=3))
        found = {case.pk: case for case in quiet.defer("search", "folded")}
        cases = [found[pk] for pk in wanted if pk in found][:4]
        if len(cases) < len(SAID):
            return 0
        _held(cases[: len(SAID)], convener, now)
        if not cases[len(SAID) :]:
            return 1
        _convene("超期诉求协调会", cases[len(SAID) :], convener, _next_morning(now), now - timedelta(minutes=40))
    return 2


def _convene(title: str, cases: list[Case], by: Actor, meets_at: datetime, at: datetime) -> Case:
    units, about = list(dict.fromkeys(c.unit_id for c in cases)), [c.pk for c in cases]
    return open_case("meeting", title=title, place=PLACE, meets_at=meets_at, units=units, about=about, by=by, now=at)


def _held(cases: list[Case], by: Actor, now: datetime) -> None:
    meeting = _convene("多次流转诉求联席会议", cases, by, now - timedelta(minutes=100), now - timedelta(minutes=150))

    def go(ago: int, name: str, **values: Any) -> None:
        move(case_id=meeting.pk, name=name, values=values, by=by, now=now - timedelta(minutes=ago))

    go(95, "hold", present="各参会单位负责人和承办民警均到会。")
    units = {case.pk: case.unit_id for case in cases}
    rows = items(Case.objects.defer("search", "folded").get(pk=meeting.pk))
    for n, (item, (minutes, what, days)) in enumerate(zip(rows, SAID, strict=True)):
        go(90 - 10 * n, "minute", item=str(item.pk), minutes=minutes)
        go(85 - 10 * n, "resolve", item=str(item.pk), what=what, unit=units[item.about_id], days=str(days))
    go(60, "adopt")


def _next_morning(now: datetime) -> datetime:
    """Half past nine of the next working day but one."""
    at, left = timezone.localtime(now).replace(hour=9, minute=30, second=0), 2
    while left:
        at += timedelta(days=1)
        left -= catalog.calendar().kind_of(at.date()).works
    return at
