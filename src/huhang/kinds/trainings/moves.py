"""What can be done with a session: held, returned to, finished; or moved and called off with a reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.rules import Move
from huhang.kinds.trainings import catalogue
from huhang.kinds.trainings.actions import effects
from huhang.kinds.trainings.queries import a_check, both, no_check, why_not_correct, why_not_hold, why_not_return
from huhang.kinds.trainings.rules import MOST_PEOPLE

REASON = Field("reason", _("理由"), "text", most=500)
NOTE = Field("note", _("说明"), "text", required=False, most=2000, help=_("不要写参加人的姓名、电话、车牌"))


def _results(case: Case, by: Actor, now: datetime) -> Sequence[tuple[str, Any]]:
    return catalogue.result_choices(case.category, case.category_version)


def _count(name: str, label: Any, *, required: bool = False, help: Any = "") -> Field:  # noqa: A002  as Field names it
    return Field(name, label, "number", required=required, most=MOST_PEOPLE, help=help)


PAPER = _("手机上答的自动计入，这里只填纸面测验或现场考核的人数")
PEOPLE = _count("people", _("到场人数"), required=True, help=_("只要人数，不要名单"))
CHECKED = _count("people", _("检查人数"), required=True, help=_("只要人数，不要名单、车牌"))
RESULTS = Field(
    "results", _("各项结果的人数"), "counts", most=MOST_PEOPLE, options=_results, help=_("加起来应当等于检查人数")
)


def _move(name: str, label: Any, from_: tuple[str, ...], to: str | None, do: Any, *fields: Field, **more: Any) -> Move:
    return Move(name, label, from_, to, more.pop("needs", Perm.VISIT), label, do, fields=fields, public=False, **more)


MOVES = (
    _move(
        "hold",
        _("登记已举办"),
        ("arranged",),
        "given",
        effects.hold,
        PEOPLE,
        _count("before_taken", _("开始前参加测验")),
        _count("before_passed", _("开始前合格")),
        _count("after_taken", _("结束时参加测验")),
        _count("after_passed", _("结束时合格"), help=PAPER),
        NOTE,
        guard=both(no_check, why_not_hold),
        primary=True,
    ),
    _move(
        "count",
        _("登记检查结果"),
        ("arranged",),
        "given",
        effects.count,
        CHECKED,
        RESULTS,
        NOTE,
        guard=both(a_check, why_not_hold),
        primary=True,
    ),
    _move(
        "rearrange",
        _("改时间"),
        ("arranged",),
        None,
        effects.rearrange,
        Field("day", _("日期"), "date"),
        Field("time", _("时间"), "line", most=5, help=_("如 14:30")),
        Field("place", _("地点"), "line", required=False, most=200, help=_("不变可以不填")),
        REASON,
        help=_("已通知的联系人会收到改期短信"),
    ),
    _move(
        "recheck",
        _("登记回访"),
        ("given",),
        "rechecked",
        effects.recheck,
        _count("taken", _("参加考核")),
        _count("passed", _("合格"), help=PAPER),
        Field("on", _("回访日期"), "date", required=False, help=_("不填就是今天")),
        NOTE,
        guard=both(no_check, why_not_return),
        primary=True,
    ),
    _move(
        "recount",
        _("登记复查结果"),
        ("given",),
        "rechecked",
        effects.recount,
        CHECKED,
        RESULTS,
        Field("on", _("回访日期"), "date", required=False, help=_("不填就是今天")),
        NOTE,
        guard=both(a_check, why_not_return),
        primary=True,
    ),
    _move(
        "finish",
        _("办结"),
        ("rechecked",),
        "wound_up",
        effects.finish,
        NOTE,
        primary=True,
    ),
    _move(
        "again",
        _("再补一次"),
        ("rechecked",),
        "given",
        effects.again,
        Field("what", _("补什么、什么时候补"), "text", most=1000),
        help=_("没有达标的，补讲、补练后再回访一次，期限重新算"),
    ),
    _move(
        "correct",
        _("更正人数"),
        ("given", "rechecked"),
        None,
        effects.correct,
        _count("people", _("更正后的人数")),
        Field(
            "results",
            _("各项结果的人数"),
            "counts",
            required=False,
            most=MOST_PEOPLE,
            options=_results,
            help=_("集中检查才填"),
        ),
        REASON,
        needs=Perm.ASSIGN,
        guard=why_not_correct,
    ),
    _move(
        "void",
        _("作废"),
        ("given", "rechecked", "wound_up"),
        "dropped",
        effects.void,
        REASON,
        needs=Perm.ASSIGN,
        guard=why_not_correct,
        help=_("录错的、重复的才作废；作废后不计入数字，记录仍可查"),
    ),
    _move("call_off", _("取消"), ("arranged",), "dropped", effects.call_off, REASON, danger=True),
    _move(
        "skip",
        _("不再回访"),
        ("given",),
        "wound_up",
        effects.skip,
        REASON,
        needs=Perm.ASSIGN,
        help=_("确实无法回访的才用，不算作已回访"),
    ),
)
