"""What can be done with an office day: problems taken, summed up, called off."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Perm
from huhang.cases.fields import Field
from huhang.cases.rules import Move
from huhang.kinds.officedays.actions import effects
from huhang.kinds.officedays.queries import booking_choices, why_not_take, why_not_void
from huhang.kinds.officedays.rules import MOST_WALK_INS

NATURES = (("help", _("求助")), ("advice", _("建议")), ("consult", _("咨询")), ("complaint", _("投诉")))
"""What is brought to an office day; the ledger knows more natures, which come by other ways."""


def _natures() -> Any:
    return NATURES


MOVES = (
    Move(
        "take_problem",
        _("登记问题"),
        ("announced", "day_held"),
        None,
        Perm.VISIT,
        _("登记问题"),
        effects.take_problem,
        fields=(
            Field("body", _("对方说了什么"), "text", most=20_000),
            Field("nature", _("性质"), "choice", choices=_natures),
            Field("booking", _("哪一位预约的"), "pick", required=False, options=booking_choices),
            Field(
                "name",
                _("姓名"),
                "line",
                required=False,
                most=40,
                personal=True,
                help=_("没有预约的才填；不愿意留的可以不填"),
            ),
            Field("phone", _("电话"), "line", required=False, most=30, personal=True),
        ),
        guard=why_not_take,
        public=False,
        primary=True,
        help=_("进入诉求台账，留了电话的当即收到编号"),
    ),
    Move(
        "conclude",
        _("小结"),
        ("announced",),
        "day_held",
        Perm.VISIT,
        _("小结"),
        effects.conclude,
        fields=(
            Field("came", _("预约了、来了的"), "picks", required=False, options=booking_choices),
            Field("walk_ins", _("没预约、直接来的人数"), "number", most=MOST_WALK_INS, help=_("没有就填 0")),
            Field("note", _("小结"), "text", required=False, most=4000),
        ),
        guard=why_not_take,
        public=False,
    ),
    Move(
        "withdraw_day",
        _("取消这一场"),
        ("announced",),
        "day_off",
        Perm.VISIT,
        _("取消这一场"),
        effects.call_off,
        fields=(Field("reason", _("理由"), "text", most=500),),
        public=False,
        danger=True,
        help=_("预约的人会收到短信，可以另选一场"),
    ),
    Move(
        "void_day",
        _("作废"),
        ("day_held",),
        "day_void",
        Perm.ASSIGN,
        _("作废"),
        effects.void_day,
        fields=(Field("reason", _("理由"), "text", most=500),),
        guard=why_not_void,
        public=False,
        danger=True,
        help=_("录错的、重复的才作废；作废后不计入数字，记录仍可查，带回的诉求照常办理"),
    ),
)
