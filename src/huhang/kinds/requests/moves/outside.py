"""Referring outside and following until solved (C5)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.rules import Move
from huhang.kinds.requests.moves.asking import REASON
from huhang.kinds.requests.outside import catalogue, effects, queries
from huhang.kinds.requests.outside.rules import RESULTS

WAITING = ("dispatched", "handling", "suspended", "answered", "revisited", "appealed")
"""States in which an answer from outside may still come."""
WHICH = Field("referral", _("哪一件函"), "pick", required=False, pick=queries.open_choices, only=True)


def _waits_outside(case: Case, by: Actor, now: datetime) -> str | None:
    return None if queries.open_of(case) else "现在没有在等外单位函复。"


MOVES = (
    Move(
        "refer_outside",
        _("转请外单位协助"),
        ("handling",),
        None,
        Perm.HANDLE,
        _("转请外单位"),
        effects.refer,
        fields=(
            Field("authority", _("转请哪个单位（工作日数为答复期限）"), "choice", choices=catalogue.choices),
            Field(
                "asked",
                _("请它办什么"),
                "text",
                most=2000,
                help=_("原样写进公函；不写诉求人的姓名、电话。本单位的答复期限照计"),
            ),
        ),
        help=_("生成公函和编号，起算对方的答复期限；到期前后自动提醒和催办"),
    ),
    Move(
        "urge_outside",
        _("催办外单位"),
        WAITING,
        None,
        Perm.HANDLE,
        _("催办外单位"),
        effects.urge,
        fields=(WHICH,),
        guard=_waits_outside,
    ),
    Move(
        "interim_answer",
        _("先告知进展"),
        ("handling",),
        None,
        Perm.ANSWER,
        _("进展告知"),
        effects.interim,
        fields=(Field("text", _("进展"), "text", most=2000, help=_("诉求人会原样看到；不停表，最终答复另行作出")),),
        guard=_waits_outside,
    ),
    Move(
        "answer_from_outside",
        _("登记外单位函复"),
        WAITING,
        None,
        Perm.HANDLE,
        _("外单位函复"),
        effects.answered,
        fields=(
            WHICH,
            Field("result", _("函复结果"), "choice", choices=lambda: RESULTS),
            Field("text", _("函复内容"), "text", most=4000, help=_("同事看得到，诉求人看不到")),
            Field("said", _("告诉诉求人的话"), "text", required=False, most=2000, help=_("诉求人会原样看到")),
            Field(
                "file",
                _("函复文件"),
                "pick",
                required=False,
                pick=queries.file_choices,
                help=_("先在诉求页的“备注与附件”上传，再到这里选"),
            ),
        ),
        guard=_waits_outside,
    ),
    Move(
        "call_off_outside",
        _("撤回函询"),
        WAITING,
        None,
        Perm.HANDLE,
        _("撤回函询"),
        effects.call_off,
        fields=(WHICH, REASON),
        guard=_waits_outside,
    ),
)
