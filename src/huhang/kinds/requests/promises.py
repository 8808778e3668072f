"""What every move of a request uses: its detail row, the time it is promised, and telling everybody concerned."""

import uuid
from datetime import datetime

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.messages import actions as messages
from huhang.base.statements import rows
from huhang.cases.models import Case
from huhang.cases.rules import Doing, Promise
from huhang.kinds.requests import catalogue
from huhang.kinds.requests.models import Request

ANSWER, SIGN, REVISIT = "answer", "sign", "revisit"


def detail_of(doing: Doing) -> Request:
    """The detail row of the case at hand."""
    found = rows.one(Request, case_id=doing.case.pk)
    if found is None:
        raise Request.DoesNotExist
    return found


def tell(doing: Doing, template: str, **params: str) -> None:
    """Tells the person, and everybody whose repeat was merged into this one, each by their own number."""
    tell_them(doing.case, template, by=doing.by, now=doing.now, **params)


def tell_them(case: Case, template: str, *, by: Actor, now: datetime, **params: str) -> None:
    """The same outside a move. An emergency is told at night too."""
    for pk, number, person in ((case.pk, case.number, case.requester_id), *merged_into(case)):
        if person is not None:
            messages.tell_person(
                person,
                template=template,
                params={"number": number, **params},
                case=pk,
                urgent=case.urgency == Case.Urgency.EMERGENCY,
                by=by,
                now=now,
            )


def merged_into(case: Case) -> list[tuple[uuid.UUID, str, uuid.UUID | None]]:
    """Repeats joined to this case; looked up as the system, because the unit at work may not see them."""
    with acting(SYSTEM):
        return list(Case.objects.filter(merged_into=case).values_list("pk", "number", "requester"))


def promise_of(doing: Doing, detail: Request, name: str) -> Promise:
    """The time a clock of this name gets by the case's category, nature and urgency."""
    case = doing.case
    return catalogue.promise(
        name, nature=detail.nature, category=case.category, version=case.category_version, urgency=case.urgency
    )
