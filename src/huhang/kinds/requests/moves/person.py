"""What the person does at the public door (C7)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.rules import Move
from huhang.kinds.requests import catalogue, effects, joining, queries
from huhang.kinds.requests.moves.asking import OPEN


def _may_rate(case: Case, by: Actor, now: datetime) -> str | None:
    if case.state != "merged":
        return queries.why_not_rate(case, now)
    lead = queries.lead_of(case)  # C6: who was joined elsewhere was answered there, and has a word of their own on it
    if lead.answered_at is None or lead.state not in joining.RATED:
        return "并入的那一件还没有答复，答复以后就可以评价。"
    if joining.rated_since(case, lead.answered_at):
        return "这一次已经评价过了，谢谢。"
    return "办结已超过 30 天，不能再评价。" if joining.too_late(lead, now) else None


def _may_appeal(case: Case, by: Actor, now: datetime) -> str | None:
    return queries.why_not_appeal(case, now)


MOVES = (
    Move(
        "supply",
        _("补充材料"),
        ("suspended",),
        "handling",
        Perm.SEE,
        _("诉求人补充"),
        effects.supply,
        fields=(Field("text", _("补充内容"), "text", most=4000),),
        by_person=True,
        primary=True,
    ),
    Move(
        "rate",
        _("评价"),
        (*joining.RATED, "merged"),
        None,
        Perm.SEE,
        _("诉求人评价"),
        joining.rate,
        fields=(
            Field("stars", _("几星（5 星最好）"), "stars"),
            Field("reasons", _("原因"), "codes", required=False, choices=catalogue.reason_choices),
            Field("comment", _("还想说的"), "text", required=False, most=1000),
        ),
        guard=_may_rate,
        by_person=True,
    ),
    Move(
        "appeal",
        _("申诉"),
        ("answered", "revisited", "closed"),
        "appealed",
        Perm.SEE,
        _("诉求人申诉"),
        effects.appeal,
        fields=(Field("text", _("不认可的理由"), "text", most=2000),),
        guard=_may_appeal,
        by_person=True,
    ),
    Move(
        "withdraw",
        _("撤回"),
        OPEN,
        "withdrawn",
        Perm.SEE,
        _("诉求人撤回"),
        joining.withdraw,
        fields=(Field("reason", _("为什么撤回"), "text", most=500),),
        by_person=True,
        danger=True,
    ),
)
