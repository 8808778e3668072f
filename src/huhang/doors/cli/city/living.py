"""A few requests of the demo city lived on through the real actions: referred outside, instructed on, talked about."""

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from huhang.base.access.context import acting
from huhang.base.access.rules import Actor
from huhang.base.people.models import User
from huhang.base.people.queries import actor_for
from huhang.cases.actions import move
from huhang.cases.models import Case
from huhang.kinds.requests.talk.actions import mark_read, say

HANDLER, LEADER = "100003", "100008"
ASKED = "园区三号门外排水涵洞淤塞，雨后积水漫到路面，车辆绕行，多次发生争执。\n请清淤疏通，并告知预计完成的日期。"
WORD = "请承办单位盯住，三个工作日内书面反馈办理情况。"


def live_on(now: datetime) -> int:
    """Takes up to three requests the handler of the cast has in hand a step further. Returns how many there were."""
    try:
        handler, leader = (actor_for(name, now=now, door="desk") for name in (HANDLER, LEADER))
    except User.DoesNotExist:
        return 0
    with acting(handler):
        mine = Case.objects.filter(officer=handler.user, state="handling", due_at__gt=now, requester__isnull=False)
        mine = mine.exclude(steps__at__gt=now - timedelta(hours=1))  # what is added here comes after all that was
        cases = list(mine.defer("search", "folded").order_by("-due_at", "id")[:3])
    for case, live in zip(cases, (_referred, _talked, _asking), strict=False):
        live(case, handler, leader, now)
    return len(cases)


def _go(case: Case, by: Actor, name: str, now: datetime, **values: Any) -> None:
    with acting(by):
        move(case_id=case.pk, name=name, values=values, by=by, now=now)


def _says(case: Case, by: Actor, text: str, now: datetime, **more: Any) -> None:
    with acting(by):
        say(case_id=case.pk, text=text, by=by, now=now, **more)


def _person(case: Case) -> Actor:
    return Actor(kind="person", id=case.requester_id, label=case.from_label[:40], person=case.requester_id)


def _moments(now: datetime, *minutes: int) -> Iterator[datetime]:
    """Instants shortly before the city's present, the earliest first."""
    return (now - timedelta(minutes=m) for m in minutes)


def _referred(case: Case, handler: Actor, leader: Actor, now: datetime) -> None:
    sent, urged, told = _moments(now, 30, 20, 10)
    _go(case, handler, "refer_outside", sent, authority="town_harbour", asked=ASKED)
    _go(case, leader, "instruct", urged, text=WORD, days="3")
    _go(case, handler, "interim_answer", told, text="已发函请镇政府清淤，有结果会马上告诉您。")


def _talked(case: Case, handler: Actor, leader: Actor, now: datetime) -> None:
    first, read, back, seen = _moments(now, 45, 40, 35, 15)
    photo = [("现场说明.txt", io.BytesIO("晚上十点到两点车最多。".encode()))]
    _says(case, _person(case), "补充一点：晚上十点到两点最厉害，说明见附件。", first, files=photo)
    with acting(handler):
        mark_read(Case.objects.defer("search", "folded").get(pk=case.pk), by=handler, now=read)
    _says(case, handler, "收到，今晚安排巡逻，明早回您。", back)
    with acting(_person(case)):
        mark_read(Case.objects.defer("search", "folded").get(pk=case.pk), by=_person(case), now=seen)


def _asking(case: Case, handler: Actor, leader: Actor, now: datetime) -> None:
    (asked,) = _moments(now, 5)
    _says(case, _person(case), "请问现在办到哪一步了？", asked)
