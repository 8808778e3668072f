"""A slip with the rating link for somebody without a phone: made at a window, given in the hand (C4).

It is the link of an SMS on paper: it rates once, by a second click, from no staff device. Nobody who handled the
request makes one, so that no unit can rate itself.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.journal import actions as journal
from huhang.base.messages.recipients import phone_of
from huhang.cases.actions.moving import locked
from huhang.cases.models import Case
from huhang.kernel.errors import Conflict, Denied
from huhang.kinds.requests import queries
from huhang.kinds.requests.solved import links
from huhang.kinds.requests.solved.models import RatingLink

STATES = ("answered", "revisited", "closed")


@dataclass(frozen=True)
class Slip:
    """What stands on the paper; the address is kept nowhere."""

    case: Case
    address: str
    link: RatingLink


def may_ask(case: Case, by: Actor) -> bool:
    """Whether a page offers a slip; `why_not` looks closer. Asks nothing of the database."""
    units = {g.unit for g in by.grants}
    mine = by.user == case.officer_id or case.unit_id in units
    return case.kind == "request" and case.state in STATES and not mine and allows(by, Perm.COMMENT, case)


def why_not(case: Case, by: Actor, now: datetime) -> str | None:
    """Why no slip can be made now, as a sentence; nothing where one can."""
    if case.kind != "request" or case.state not in STATES:
        return "答复以后才能出评价单。"
    if by.user is None or not allows(by, Perm.COMMENT, case):
        return "您没有出评价单的权限。"
    handled = by.user == case.officer_id or queries.handled_by(case, by.user)
    if handled or {case.unit_id, queries.detail(case).answered_unit_id} & {g.unit for g in by.grants}:
        return "评价单由没有办理过这件事的单位来出。"
    if case.requester_id is not None and _has_phone(case.requester_id):
        return "诉求人留了手机号，评价链接已用短信发送，不用出评价单。"
    return queries.why_not_rate(case, now)


def _has_phone(person: uuid.UUID) -> bool:
    with acting(SYSTEM):  # whoever sees the request need not see the person's row
        reach = phone_of(person)
    return reach is not None and bool(reach.sealed)


@transaction.atomic
def make(*, case_id: uuid.UUID, by: Actor, now: datetime) -> Slip:
    """Makes the link of this round anew; one given before is good no more.

    Raises:
        Missing: no such case for this actor.
        Denied: no officer.
        Conflict: no slip can be made, or the installation does not say where residents reach it; with the reason.
    """
    case = locked(case_id, by)
    if by.user is None:
        raise Denied
    if (why := why_not(case, by, now)) is not None:
        raise Conflict(why)
    if not settings.HUHANG_ADDRESS:
        raise Conflict(
            "没有设置网上大厅的地址，不能出带二维码的评价单。",
            hint="请管理员设置 HUHANG_ADDRESS；诉求人仍可以凭编号和查询码评价。",
        )
    text, made = links.make(case, queries.detail(case).redo_count, now=now)
    data = {"round": made.round, "expires": made.expires_at}
    journal.write("request.rating_slip", by=by, now=now, case=case.pk, data=data)
    return Slip(case, links.address(text), made)
