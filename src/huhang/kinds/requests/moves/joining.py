"""Ending without an answer of its own: joined to another request and parted again, or taken back (C6)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.rules import Move
from huhang.kinds.requests import joining
from huhang.kinds.requests.instructions import queries as instructions
from huhang.kinds.requests.moves.asking import OPEN, REASON


def _instructed(case: Case, by: Actor, now: datetime) -> str | None:
    return instructions.why_not_end(case)


MOVES = (
    Move(
        "merge",
        _("并单"),
        ("registered", "classified", "dispatched", "handling"),
        "merged",
        Perm.MERGE,
        _("并入"),
        joining.merge,
        fields=(Field("into", _("并入哪一件（编号）"), "case", most=20), REASON),
        guard=_instructed,
        danger=True,
        help=_("诉求人照样随那一件得到告知；并错了可以拆出"),
    ),
    Move(
        "part",
        _("拆出"),
        ("merged",),
        None,
        Perm.MERGE,
        _("从并入的那一件拆出"),
        joining.part,
        fields=(Field("reason", _("为什么不是同一件事"), "text", most=500),),
        help=_("恢复单独办理，答复时限从受理之日起算，诉求人会收到告知"),
    ),
    Move(
        "withdraw_for",
        _("代为撤回"),
        OPEN,
        "withdrawn",
        Perm.WITHDRAW,
        _("应诉求人要求撤回"),
        joining.withdraw,
        fields=(Field("reason", _("诉求人怎么说的"), "text", most=500),),
        danger=True,
    ),
)
