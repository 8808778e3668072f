"""From first word to the unit that signs: classify, dispatch, sign, give back (C2)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.rules import Move
from huhang.kinds.requests import catalogue, effects, queries
from huhang.kinds.requests.moves.asking import NOTE, REASON
from huhang.kinds.requests.rules import NATURES, URGENCIES


def _dispatched_before(case: Case, by: Actor, now: datetime) -> str | None:
    return None if queries.detail(case).dispatch_unit_id else "这件事没有经过派单，请直接办理。"


MOVES = (
    Move(
        "classify",
        _("归类"),
        ("registered", "classified"),
        "classified",
        Perm.CLASSIFY,
        _("归类"),
        effects.classify,
        fields=(
            Field("category", _("类别"), "category", choices=catalogue.category_choices, most=40),
            Field("nature", _("性质"), "choice", choices=lambda: NATURES),
            Field("urgency", _("紧急程度"), "choice", choices=lambda: URGENCIES),
            Field("sensitive", _("涉敏"), "flag", required=False, help=_("只有承办人、首问人和有权限的人看得到")),
        ),
        public=False,
        primary=True,
    ),
    Move(
        "dispatch",
        _("派单"),
        ("classified",),
        "dispatched",
        Perm.DISPATCH,
        _("交办至"),
        effects.dispatch,
        fields=(Field("unit", _("主办单位"), "unit"), NOTE),
        primary=True,
        bulk=True,
    ),
    Move(
        "reassign",
        _("改派"),
        ("dispatched", "handling"),
        "dispatched",
        Perm.DISPATCH,
        _("改由"),
        effects.dispatch,
        fields=(Field("unit", _("主办单位"), "unit"), REASON),
        bulk=True,
    ),
    Move("sign", _("签收"), ("dispatched",), "handling", Perm.SIGN, _("签收"), effects.sign, primary=True, bulk=True),
    Move(
        "give_back",
        _("退单"),
        ("dispatched", "handling"),
        "classified",
        Perm.RETURN,
        _("退回重派"),
        effects.give_back,
        fields=(Field("reason", _("退单理由"), "text", most=500, help=_("写明为什么不归本单位，应归谁")),),
        guard=_dispatched_before,
        public=False,
    ),
)
