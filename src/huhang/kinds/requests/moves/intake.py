"""From first word to the unit that signs: classify, dispatch, sign, give back (C2)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.rules import Move
from huhang.kinds.requests import catalogue, effects, queries
from huhang.kinds.requests.moves.asking import REASON
from huhang.kinds.requests.rules import NATURES, URGENCIES


def _dispatched_before(case: Case, by: Actor, now: datetime) -> str | None:
    return None if queries.detail(case).dispatch_unit_id else "这件事没有经过派单，请直接办理。"


def _may_return(case: Case, by: Actor, now: datetime) -> str | None:
    """Only what was dispatched goes back, and only within its window (C2)."""
    if (why := _dispatched_before(case, by, now)) is not None:
        return why
    until = queries.return_until(case)
    late = until is not None and now > until
    return "退单期限已过，不能再退。请办理，或请派单员改派。" if late else None


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
        fields=(
            Field("unit", _("主办单位"), "unit"),
            Field(
                "note",
                _("说明"),
                "text",
                required=False,
                most=500,
                help=_("再派给退过这件的单位，须写明理由"),
            ),
        ),
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
        fields=(
            Field("reason", _("退单理由"), "text", most=500, help=_("写明为什么不归本单位")),
            Field("belongs", _("应归哪个单位"), "unit", required=False, help=_("知道就选；派单员会看到，由派单员决定")),
        ),
        guard=_may_return,
        public=False,
    ),
)
