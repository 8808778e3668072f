"""Who may answer, appeal, judge, lift and confirm; each a sentence why not, or nothing."""

from datetime import datetime

from huhang.base.access.rules import Actor, Perm
from huhang.cases.models import Case
from huhang.kinds.cards import queries


def addressed(case: Case, by: Actor, now: datetime) -> str | None:
    """The addressee answers, or a chief above whose unit it is: never a colleague for somebody else."""
    if by.user is not None and by.user == case.officer_id:
        return None
    chief = any(Perm.ASSIGN in g.perms and g.owns(case) for g in by.grants)
    return None if chief and case.card.level != "red" else "督办卡由被督办的人答复。"


def may_appeal(case: Case, by: Actor, now: datetime) -> str | None:
    """Once a level, by whoever has to answer."""
    if case.card.judged_at is not None:
        return "这一级督办已经申诉过，裁定见经过。"
    return addressed(case, by, now)


def judge(case: Case, by: Actor, now: datetime) -> str | None:
    """Somebody else than the issuer, the one who appealed, and the one addressed."""
    known = queries.detail(case)
    if by.user in (known.issued_by_id, known.appealed_by_id, case.officer_id):
        return "申诉由发卡人和被督办人以外的人裁定。"
    return None


def issuer(case: Case, by: Actor, now: datetime) -> str | None:
    """Only the issuer lifts; of an automatic card, or when the issuer left, the supervision office does."""
    known = queries.detail(case).issued_by_id
    if known is None or known == by.user or not queries.in_office(known, now):
        return None
    return "督办卡由发卡人解除。"


def second(case: Case, by: Actor, now: datetime) -> str | None:
    """A red card is lifted by two: the second is not the first, nor the one it is addressed to."""
    known = queries.detail(case)
    if by.user == known.lifted_by_id:
        return "红卡由两个人解除，不能自己确认自己。"
    return "被督办的人不能确认解除自己的红卡。" if by.user == case.officer_id else None
