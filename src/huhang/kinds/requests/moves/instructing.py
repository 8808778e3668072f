"""The leader's instruction (批示) and reporting back on it."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.rules import Move
from huhang.kinds.requests.instructions import effects, queries
from huhang.kinds.requests.moves.asking import OPEN

RUNNING = (*OPEN, "answered", "revisited", "appealed")


def _instructed(case: Case, by: Actor, now: datetime) -> str | None:
    return None if queries.open_of(case) else "没有等反馈的批示。"


MOVES = (
    Move(
        "instruct",
        _("批示"),
        RUNNING,
        None,
        Perm.INSTRUCT,
        _("局领导批示"),
        effects.instruct,
        fields=(
            Field("text", _("批示内容"), "text", most=1000, help=_("发给现在的主办单位，反馈前一直显示在页面最上面")),
            Field("days", _("几个工作日内反馈"), "days", required=False, most=60, help=_("不填就不设期限")),
        ),
        public=False,
    ),
    Move(
        "report_instruction",
        _("反馈批示"),
        RUNNING,
        None,
        Perm.HANDLE,
        _("批示反馈"),
        effects.report,
        fields=(
            Field("instruction", _("哪一条批示"), "pick", required=False, pick=queries.open_choices, only=True),
            Field("text", _("办理情况"), "text", most=4000, help=_("作批示的领导会看到")),
        ),
        guard=_instructed,
        public=False,
    ),
)
