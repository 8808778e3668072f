"""What is counted of lectures, drills and checks (MISSION B5): sessions, people, before and after, 1,000+ drivers."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huhang.cases.figures import Figure
from huhang.kinds.trainings.rules import CHECK, DRILL, LECTURE

HELD = "answered_at"
"""The day it was held."""
TAUGHT = Q(training__form__in=[LECTURE, DRILL])
CHECKED = Q(training__form=CHECK)
_RETURNED = Q(training__returned_at__isnull=False)


def _figure(name: str, label: Any, about: Any, where: Q, **more: Any) -> Figure:
    def holds(now: datetime) -> Q:
        return where

    return Figure(name, label, about, more.pop("instant", HELD), holds, **more)


def _taken(stage: str, label: Any, passed: Any) -> tuple[Figure, Figure]:
    taken, right = f"training__{stage}_taken", f"training__{stage}_passed"
    about = _("讲座、演练里参加测验或考核的人次")
    return (
        _figure(f"taken_{stage}", label, about, TAUGHT, total=taken),
        _figure(
            f"passed_{stage}",
            passed,
            _("参加的人里合格的"),
            Q(),
            of=f"taken_{stage}",
            total=right,
            better="high",
        ),
    )


FIGURES = (
    _figure("lessons", _("讲座演练"), _("期内举办的讲座、培训、演练"), TAUGHT),
    _figure("attended", _("参加的人"), _("讲座、培训、演练到场人次"), TAUGHT, total="training__people"),
    _figure("reached", _("家次"), _("期内举办的面向几家，一场对一家算一次"), Q(), total="training__reached"),
    *_taken("before", _("开始前参加"), _("开始前合格率")),
    *_taken("after", _("结束时参加"), _("结束时合格率")),
    *_taken("return", _("回访时参加"), _("回访时合格率")),
    _figure("batches", _("集中检查"), _("期内做过的集中检查，一批算一次"), CHECKED),
    _figure("checked", _("检查的人"), _("集中检查的人次，只有人数"), CHECKED, total="training__people"),
    _figure(
        "handed_over",
        _("移交率"),
        _("检查的人里，结果需要移交主管单位的"),
        Q(),
        of="checked",
        total="training__adverse",
    ),
    _figure("to_return", _("应回访"), _("期内举办的，按目录要回访的"), Q(training__return_owed=True)),
    _figure("returned", _("回访率"), _("期内举办的，已经回访的"), _RETURNED, of="to_return", better="high"),
    _figure(
        "looked",
        _("回访看过"),
        _("期内回访的"),
        Q(training__kept__isnull=False),
        instant="training__returned_at",
        order="received_at",
    ),
    _figure(
        "kept",
        _("技能保持率"),
        _("期内回访的，合格人数达到目录标准的"),
        Q(training__kept=True),
        instant="training__returned_at",
        order="received_at",
        of="looked",
        better="high",
    ),
    _figure("awaiting", _("待回访"), _("现在已举办、还没有回访的"), Q(state="given"), instant="", better="low"),
    Figure(
        "unreturned",
        _("超期未回访"),
        _("现在回访期限已过、还没有回访的"),
        where=lambda now: Q(state="given", due_at__lte=now),
        better="low",
    ),
    _figure("dropped", _("取消"), _("期内受理、后来取消的"), Q(state="dropped"), instant="received_at", better="low"),
)
"""Every figure of a session; a share follows the figure it is a share of."""
