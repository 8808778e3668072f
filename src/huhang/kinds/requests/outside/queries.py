"""What was referred outside and where it stands."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huhang.base.access.context import SYSTEM, acting
from huhang.cases.models import Case
from huhang.kinds.requests.outside import catalogue
from huhang.kinds.requests.outside.models import Referral
from huhang.kinds.requests.outside.rules import ENDED, RESULTS

BESIDE = "outside"


def open_of(case: Case) -> list[Referral]:
    """Referrals nobody has answered yet; a case that has none beside it costs no statement."""
    if BESIDE not in case.beside:
        return []
    known: list[Referral] | None = case.__dict__.get("_open_referrals")
    if known is None:
        rows = Referral.objects.filter(case=case, ended_at__isnull=True).select_related("clock")
        known = case.__dict__["_open_referrals"] = list(rows.order_by("seq"))
    return known


def forget(case: Case) -> None:
    """Looks again at the next use; called after a change."""
    case.__dict__.pop("_open_referrals", None)


def all_of(case: Case) -> list[Referral]:
    """Every referral, the first sent first, with its letters: two statements, none where there are none."""
    if BESIDE not in case.beside:
        return []
    rows = Referral.objects.filter(case=case).select_related("clock", "letter", "answer_file")
    return list(rows.prefetch_related("urgings").order_by("seq"))


def open_choices(case: Case) -> list[tuple[str, str]]:
    """Open referrals to choose from."""
    return [(str(r.pk), f"{label(r)} {r.number}") for r in open_of(case)]


def file_choices(case: Case) -> list[tuple[str, str]]:
    """Files of the case to choose from, newest first."""
    rows = case.attachments.filter(file__removed_at__isnull=True).order_by("-at", "-id").values_list("pk", "label")
    return [(str(pk), name) for pk, name in rows[:50]]


def label(referral: Referral) -> str:
    """The authority's name in the reader's language."""
    return catalogue.name_of(referral.authority, referral.authority_version, referral.name)


def due_of(referral: Referral) -> datetime:
    """Until when the authority is to answer."""
    assert referral.clock.due_at is not None  # this clock is never paused
    return referral.clock.due_at


@dataclass(frozen=True)
class Way:
    """A referral as its person may see it: nothing of letters, officers, or what colleagues wrote."""

    id: uuid.UUID
    to: str
    sent_at: datetime
    due_at: datetime
    urged: int
    urged_at: datetime | None
    ended_at: datetime | None
    ended: Any
    answered: bool
    result: Any
    said: str
    late: bool


def way_of(case: Case, now: datetime) -> list[Way]:
    """The way it goes outside, for the person, who does not see the rows themselves (C5, C7)."""
    if BESIDE not in case.beside:
        return []
    with acting(SYSTEM):
        known = all_of(case)
    return [
        Way(
            id=r.pk,
            to=label(r),
            sent_at=r.sent_at,
            due_at=due_of(r),
            urged=r.urged,
            urged_at=r.urged_at,
            ended_at=r.ended_at,
            ended=ENDED.get(r.ended_why, ""),
            answered=r.ended_why == "answered",
            result=dict(RESULTS).get(r.result, ""),
            said=r.said,
            late=r.ended_at is None and now >= due_of(r),
        )
        for r in known
    ]
