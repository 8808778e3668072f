"""Beginning, replacing and lifting a rectification; called by the moves that rate, inside their transaction."""

from datetime import datetime

from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.base.messages import actions as messages
from huhang.cases.actions import clocks
from huhang.cases.actions.moving import note_beside
from huhang.cases.models import Case
from huhang.cases.rules import Doing
from huhang.kinds.requests.models import Rating, Request
from huhang.kinds.requests.rectifying import rules_of_time
from huhang.kinds.requests.rectifying.models import (
    CONTACT,
    DONE,
    LIFTED,
    OPEN,
    RECTIFY,
    REVISIT,
    SUPERSEDED,
    Rectification,
)
from huhang.kinds.requests.rectifying.queries import BESIDE

OUTCOMES = {CONTACT: "open", RECTIFY: "open", REVISIT: "rectified", DONE: "revisited", LIFTED: "", SUPERSEDED: "open"}
"""How a stage stands in the column of the request that figures count."""


def begin(doing: Doing, rating: Rating, *, answered: Request | None = None) -> Rectification:
    """A bad rating came: the unit that answered has to put it right, on clocks of its own (C4).

    ``answered`` is the request whose answer was rated, where the rated one was joined to another.
    """
    case, now = doing.case, doing.now
    for older in Rectification.objects.filter(case=case, stage__in=OPEN):
        end(case, older, SUPERSEDED, at=now)
    detail = answered or Request.objects.get(case=case)
    contact = rules_of_time.promise("contact")
    made = Rectification.objects.create(
        case=case, rating=rating, unit_id=detail.answered_unit_id or case.unit_id, rule=contact.rule, begun_at=now
    )
    clocks.start(case, CONTACT, contact, at=now, shown=False)
    clocks.start(case, RECTIFY, rules_of_time.promise("rectify"), at=now, shown=False)
    note_beside(case, BESIDE)
    settle(case)
    data = {"rectification": str(made.pk), "stars": rating.stars, "rule": contact.rule}
    journal.write("rectify.begin", by=doing.by, now=now, case=case.pk, data=data)
    if detail.answered_by_id is not None:
        tell(case, detail, by=doing.by, now=now)
    return made


def tell(case: Case, detail: Request, *, by: Actor, now: datetime) -> None:
    """Tells whoever answered that it was rated badly and by when the person has to be contacted."""
    assert detail.answered_by_id is not None
    messages.tell_user(
        detail.answered_by_id,
        template="request.rectify",
        params={"number": case.number},
        case=case.pk,
        by=by,
        now=now,
    )


def end(case: Case, one: Rectification, stage: str, *, at: datetime) -> None:
    """Ends one and its clocks."""
    if one.stage in OPEN:
        for name in OPEN:
            clocks.stop(case, name, at=at, shown=False)
    one.stage, one.ended_at = stage, at
    one.save()
    settle(case)


def lift(doing: Doing, rating: Rating, why: str) -> None:
    """The rating is no bad word any more (excluded, or the person rated anew): nothing is left to put right."""
    one = Rectification.objects.filter(rating=rating).exclude(stage=LIFTED).first()
    if one is None:
        return
    end(doing.case, one, LIFTED, at=doing.now)
    journal.write(
        "rectify.lift",
        by=doing.by,
        now=doing.now,
        case=doing.case.pk,
        about=why,
        data={"rectification": str(one.pk)},
    )


def settle(case: Case) -> None:
    """Writes how far the newest one is into the columns figures count; `outcomes` does the same for loaded rows."""
    case.__dict__.pop("_rectifications", None)
    newest = Rectification.objects.filter(case=case).order_by("-begun_at", "-id")[0]
    lifted = newest.stage == LIFTED
    Request.objects.filter(case=case).update(
        rectify=OUTCOMES[newest.stage], rectify_in_time=None if lifted else newest.rectified_in_time
    )
