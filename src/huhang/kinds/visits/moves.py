"""What can be done with a visit after it was made."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Perm
from huhang.cases.fields import Field
from huhang.cases.rules import Move
from huhang.kinds.visits import catalogue, queries
from huhang.kinds.visits.actions import effects

NATURES = (("help", _("求助")), ("advice", _("建议")), ("consult", _("咨询")), ("complaint", _("投诉")))
"""What is spoken on a visit; the ledger knows more natures, which come by other ways."""


def _natures() -> Any:
    return NATURES


def _breaches() -> Any:
    return catalogue.conduct(catalogue.DONT)


MOVES = (
    Move(
        "add_request",
        _("转为诉求"),
        ("visited", "displeased"),
        None,
        Perm.VISIT,
        _("转为诉求"),
        effects.add_request,
        fields=(
            Field("body", _("对方说了什么"), "text", most=20_000),
            Field("nature", _("性质"), "choice", choices=_natures),
        ),
        public=False,
        help=_("走访时说过、当时没有记的；登记后立即短信告知对方编号"),
    ),
    Move(
        "rate",
        _("评价"),
        ("visited",),
        "displeased",
        Perm.SEE,
        _("企业评价"),
        effects.rate,
        fields=(
            Field("stars", _("几星（5 星最好）"), "stars"),
            Field("breaches", _("有没有下列情况"), "codes", required=False, choices=_breaches),
            Field("comment", _("还想说的"), "text", required=False, most=1000),
        ),
        guard=queries.why_not_rate,
        by_person=True,
        primary=True,
    ),
    Move(
        "hear",
        _("记下了解情况"),
        ("displeased",),
        "concluded",
        Perm.ASSIGN,
        _("负责人了解情况"),
        effects.hear,
        fields=(Field("word", _("了解到什么、怎么改"), "text", most=2000),),
        public=False,
        primary=True,
    ),
    Move(
        "void",
        _("作废"),
        ("visited",),
        "voided",
        Perm.ASSIGN,
        _("作废"),
        effects.void,
        fields=(Field("reason", _("理由"), "text", most=500),),
        guard=queries.why_not_void,
        public=False,
        danger=True,
        help=_("录错的、重复的才作废；作废后不计入次数和数字，记录仍可查"),
    ),
)
