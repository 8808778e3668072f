"""A rating said to be mistaken: the unit asks with its reasons, another person of another unit decides.

The rating is never changed or deleted. Excluded, it stays shown with reason and names, and figures are told with and
without it (STANDARDS §3, SAFEGUARDS 20).
"""

from huhang.base.access.rules import Actor
from huhang.base.messages import actions as messages
from huhang.cases.actions.moving import note_beside
from huhang.cases.models import Case
from huhang.cases.rules import Doing, Outcome
from huhang.kernel.errors import Denied
from huhang.kinds.requests import queries
from huhang.kinds.requests.models import Rating, Request
from huhang.kinds.requests.rectifying import actions as rectifying
from huhang.kinds.requests.rules import BAD
from huhang.kinds.requests.solved.models import Dispute

BESIDE = "dispute"


def _newest_bad(case: Case) -> Rating | None:
    """The newest bad rating nobody called mistaken yet; nothing is asked where the request was never rated badly."""
    worst = case.request.worst_stars
    if worst is None or worst > BAD:
        return None
    return Rating.objects.filter(case=case, stars__lte=BAD, dispute=None).order_by("-at", "-id").first()


def pending(case: Case) -> Dispute | None:
    """The one that waits for a decision; asked only where the case notes one."""
    if BESIDE not in case.beside:
        return None
    return Dispute.objects.filter(case=case, decided_at=None, overtaken=False).select_related("rating").first()


def why_not_ask(case: Case) -> str | None:
    """Why no rating can be called mistaken now, or nothing."""
    if pending(case) is not None:
        return "已有一份误评申请在等决定。"
    return None if _newest_bad(case) is not None else "没有可以申请认定误评的差评。"


def why_not_decide(case: Case, by: Actor) -> str | None:
    """Why this actor cannot decide, or nothing: never who asked, nor anybody with a post in the unit that asked."""
    one = pending(case)
    if one is None:
        return "没有等待决定的误评申请。"
    if by.user == one.asked_by_id or by.unit is None or one.asked_unit_id in {g.unit for g in by.grants}:
        return "误评由别的单位的人决定，不能自己定自己的。"
    return None


def ask(doing: Doing) -> Outcome:
    """The unit states why."""
    case, by = doing.case, doing.by
    rating = _newest_bad(case)
    assert rating is not None  # the guard saw it
    if by.user is None or by.unit is None:
        raise Denied
    Dispute.objects.create(
        rating=rating,
        case=case,
        why=doing.values["why"],
        asked_at=doing.now,
        asked_by_id=by.user,
        asked_label=by.label,
        asked_unit_id=by.unit,
    )
    note_beside(case, BESIDE)
    return Outcome(note=doing.values["why"], data={"round": rating.round, "stars": rating.stars})


def decide(doing: Doing) -> Outcome:
    """Somebody of another unit decides; excluded, nothing is left to put right."""
    case, by, excluded = doing.case, doing.by, doing.values["decision"] == "exclude"
    one = pending(case)
    assert one is not None  # the guard saw it
    one.decided_at, one.decided_by_id, one.decided_label, one.decided_unit_id = doing.now, by.user, by.label, by.unit
    one.excluded, one.decision = excluded, doing.values["reason"]
    one.save()
    word = queries.last_word(case)
    if excluded and word is not None and word.pk == one.rating_id:
        Request.objects.filter(case=case).update(excluded=True)
    if excluded:
        rectifying.lift(doing, one.rating, "excluded")
    messages.tell_user(
        one.asked_by_id,
        template="request.dispute_granted" if excluded else "request.dispute_refused",
        params={"number": case.number},
        case=case.pk,
        by=by,
        now=doing.now,
    )
    return Outcome(note=doing.values["reason"], data={"excluded": excluded, "round": one.rating.round})


def overtake(doing: Doing, rating: Rating) -> None:
    """The person's own word took the place of the one that was called mistaken: it counts, whatever was decided."""
    Dispute.objects.filter(rating=rating, overtaken=False).update(overtaken=True)
    Request.objects.filter(case=doing.case).update(excluded=False)
