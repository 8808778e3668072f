"""One lead, many supporting units: ask, sign, refuse and talk it out, decide, finish, send back, rate, release (C2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.actions import supporting
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.rules import Effect, Move
from huhang.kinds.requests import helping
from huhang.kinds.requests.moves.asking import REASON
from huhang.register.units.queries import tree

AT_WORK = ("dispatched", "handling", "suspended")
STILL = (*AT_WORK, "answered", "revisited", "appealed")
"""A task over which the lead was let answer goes on until the case ends."""
AFTER = ("handling", "suspended", "answered", "revisited", "appealed", "closed")
KEEP = (("keep", _("由该单位协办")), ("release", _("不由该单位协办")))


def _which(name: str) -> Field:
    """Which part is meant; nothing need be said where there is only one."""

    def options(case: Case, by: Actor, now: datetime) -> Sequence[tuple[str, Any]]:
        rows = supporting.eligible(name, case, by, now)
        return [(str(p.pk), f"{tree().label(p.unit_id)}：{p.task[:40]}") for p in rows]

    return Field("support", _("哪个单位的协办"), "pick", required=False, options=options, help=_("只有一项时可以不选"))


def _step(
    name: str,
    label: Any,
    from_: tuple[str, ...],
    effect: Effect,
    *fields: Field,
    about: Any = "",
    primary: bool = False,
) -> Move:
    return Move(
        name,
        label,
        from_,
        None,
        Perm.COHANDLE,
        label,
        effect,
        fields=(_which(name), *fields),
        guard=helping.only(name),
        public=False,
        primary=primary,
        help=about,
    )


MOVES = (
    Move(
        "support_ask",
        _("请单位协办"),
        ("dispatched", "handling"),
        None,
        Perm.COHANDLE,
        _("请协办"),
        helping.ask,
        fields=(
            Field("unit", _("协办单位"), "unit"),
            Field("task", _("请它办什么"), "text", most=1000, help=_("写清要查什么、交什么")),
            Field(
                "days",
                _("几个工作日内办结"),
                "days",
                required=False,
                most=30,
                help=_("不填按目录约定；总不晚于主办时限，主办暂停时一并暂停，主办延期后按本期限算"),
            ),
        ),
        guard=helping.may_ask,
        public=False,
    ),
    _step("support_sign", _("签收协办"), AT_WORK, supporting.sign, primary=True),
    _step(
        "support_refuse",
        _("不接协办"),
        AT_WORK,
        supporting.refuse,
        Field("reason", _("为什么不归本单位协办"), "text", most=1000),
        about=_("双方负责人都会看到；最多两轮答复，谈不拢由共同上级或派单员裁决"),
    ),
    _step(
        "support_reply",
        _("答复协商"),
        AT_WORK,
        supporting.reply,
        Field("text", _("答复"), "text", most=1000, help=_("每句话都会留下")),
    ),
    _step(
        "support_decide",
        _("裁决协办"),
        AT_WORK,
        supporting.decide,
        Field("decision", _("决定"), "choice", choices=lambda: KEEP),
        REASON,
    ),
    _step(
        "support_finish",
        _("办结协办"),
        STILL,
        supporting.finish,
        Field("result", _("办理结果"), "text", most=4000, help=_("凭据请先作为附件上传，会记在这项协办名下")),
        primary=True,
    ),
    _step("support_return", _("退回补办"), ("handling", "suspended"), supporting.send_back, REASON),
    _step(
        "support_rate",
        _("评价协办"),
        AFTER,
        supporting.rate,
        Field("stars", _("几星（5 星最好）"), "stars"),
        Field("reason", _("理由（一星、两星必填）"), "text", required=False, most=500),
    ),
    _step("support_release", _("解除协办"), STILL, supporting.release, REASON),
    Move(
        "support_waive",
        _("准予先行答复"),
        ("handling",),
        None,
        Perm.ASSIGN,
        _("准予先行答复"),
        supporting.waive,
        fields=(Field("reason", _("理由"), "text", most=1000, help=_("写明为什么不等协办办结；会记入经过")),),
        guard=helping.may_waive,
        public=False,
    ),
)
