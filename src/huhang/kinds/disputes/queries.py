"""What stands beside a dispute, and why a step cannot be taken now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from huhang.base.access.rules import Actor
from huhang.cases.models import Case
from huhang.kinds.disputes.models import Dispute, Letter, Party, Sitting


def detail(case: Case) -> Dispute:
    """The detail row, fetched once for a case object."""
    return case.dispute  # a OneToOne: kept on the object after the first use


def parties(case: Case) -> list[Party]:
    """Who is at odds, in the order told."""
    return list(Party.objects.filter(case=case).order_by("seq"))


def sittings(case: Case) -> list[Sitting]:
    """Each step of the mediation, oldest first."""
    return list(Sitting.objects.filter(case=case).order_by("seq"))


def letters(case: Case) -> list[Letter]:
    """Each letter outside, oldest first."""
    return list(Letter.objects.filter(case=case).select_related("clock", "file").order_by("seq"))


def open_letters(case: Case) -> list[Letter]:
    """Letters nobody answered."""
    return [one for one in letters(case) if one.ended_at is None]


def names(case: Case, ids: Sequence[Any]) -> str:
    """Some parties by their masks."""
    known = {one.pk: one.name_masked for one in parties(case)}
    return "、".join(known[one] for one in ids if one in known)


def pick_parties(case: Case) -> list[tuple[str, str]]:
    """Parties to choose from."""
    return [(str(one.pk), one.name_masked) for one in parties(case)]


def pick_unsigned(case: Case) -> list[tuple[str, str]]:
    """Parties that have not signed the running agreement."""
    return [(str(one.pk), one.name_masked) for one in parties(case) if one.signed_at is None]


def pick_open_letters(case: Case) -> list[tuple[str, str]]:
    """Letters that wait for an answer."""
    return [(str(one.pk), f"{one.name} {one.number}") for one in open_letters(case)]


def has_open_letter(case: Case, by: Actor, now: datetime) -> str | None:
    """Only what was asked can be answered."""
    return None if open_letters(case) else "没有在等函复的公函。"


def no_open_letter(case: Case, by: Actor, now: datetime) -> str | None:
    """C5: what needs another authority is followed until it answers; nothing is settled over an open letter."""
    return "发出的函还没有函复，先等函复，或记下结果。" if open_letters(case) else None


def sat_once(case: Case, by: Actor, now: datetime) -> str | None:
    """An agreement comes of a sitting in this round, over no open letter."""
    since = detail(case).settled_at
    rows = Sitting.objects.filter(case=case)
    if not (rows.filter(at__gt=since) if since else rows).exists():
        return "还没有记过调解，先记一次调解。"
    return no_open_letter(case, by, now)


def by_another(case: Case, by: Actor, now: datetime) -> str | None:
    """B4: whether it holds is asked by somebody who neither mediated nor settled it."""
    if by.user is None:
        return None
    if by.user == detail(case).settled_by_id or Sitting.objects.filter(case=case, by_id=by.user).exists():
        return "回访由没有参加调解的人来做。"
    return None
