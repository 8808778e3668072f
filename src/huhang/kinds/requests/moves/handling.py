"""What the owning unit does until it answers: appoint, wait, extend, answer (C3)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.rules import Move
from huhang.kinds.requests import effects, queries
from huhang.kinds.requests.helping import over_open_support
from huhang.kinds.requests.moves.asking import NOTE, REASON
from huhang.kinds.requests.solved import catalogue as solved
from huhang.kinds.requests.solved import queries as rounds


def _extension_pending(case: Case, by: Actor, now: datetime) -> str | None:
    asked = next((e for e in queries.extensions(case) if e.decided_at is None), None)
    if asked is None:
        return "没有等待审批的延期申请。"
    return "延期由别人审批，不能自己批自己。" if asked.asked_by_id == by.user else None


def _may_ask_extension(case: Case, by: Actor, now: datetime) -> str | None:
    if case.due_at is None or now >= case.due_at:
        return "已经到期或没有在计时，不能申请延期；请尽快答复，并向督办说明原因。"
    known = queries.extensions(case)
    if any(e.decided_at is None for e in known):
        return "已有一份延期申请在等审批。"
    return "这件事已经延期过一次，不能再延。" if any(e.granted for e in known) else None


def _may_suspend(case: Case, by: Actor, now: datetime) -> str | None:
    late = case.due_at is not None and now >= case.due_at
    return "已经超期，不能再暂停计时；请尽快答复。" if late else None


MOVES = (
    Move(
        "appoint",
        _("指定承办人"),
        ("dispatched", "handling", "suspended"),
        None,
        Perm.ASSIGN,
        _("承办人"),
        effects.appoint,
        fields=(Field("officer", _("承办人"), "officer"),),
        public=False,
    ),
    Move(
        "answer",
        _("答复诉求人"),
        ("handling",),
        "answered",
        Perm.ANSWER,
        _("答复"),
        effects.answer,
        fields=(
            Field("result", _("办理结果"), "choice", choices=solved.result_choices),
            Field("answer", _("答复内容"), "text", most=4000, help=_("诉求人会原样看到这段话")),
            Field(
                "proof",
                _("佐证"),
                "line",
                required=False,
                most=200,
                help=_("案卷、处警单、整改通知书的编号；“已解决”要有佐证，没有编号就上传材料"),
            ),
            Field(
                "proof_files",
                _("佐证材料"),
                "files",
                required=False,
                most=5,
                help=_("自这一轮办理起上传的附件都算佐证"),
                have=rounds.proof_names,
            ),
            Field("proof_public", _("佐证编号诉求人也可以看"), "flag", required=False),
        ),
        guard=over_open_support,
        primary=True,
    ),
    Move(
        "suspend",
        _("等诉求人补充"),
        ("handling",),
        "suspended",
        Perm.HANDLE,
        _("需要您补充"),
        effects.suspend,
        fields=(Field("reason", _("需要补充什么"), "text", most=500, help=_("诉求人会看到；补充后自动恢复计时")),),
        guard=_may_suspend,
    ),
    Move(
        "resume",
        _("恢复办理"),
        ("suspended",),
        "handling",
        Perm.HANDLE,
        _("恢复办理"),
        effects.resume,
        fields=(NOTE,),
        primary=True,
    ),
    Move(
        "ask_extension",
        _("申请延期"),
        ("handling",),
        None,
        Perm.ASK_EXTENSION,
        _("申请延期"),
        effects.ask_extension,
        fields=(
            Field("amount", _("延长几个工作日"), "days", most=30, help=_("不超过原期限，到期前提出，只有一次")),
            REASON,
        ),
        guard=_may_ask_extension,
        public=False,
    ),
    Move(
        "decide_extension",
        _("审批延期"),
        ("handling", "suspended"),
        None,
        Perm.DECIDE_EXTENSION,
        _("延期审批"),
        effects.decide_extension,
        fields=(
            Field("decision", _("决定"), "choice", choices=lambda: (("grant", _("同意")), ("refuse", _("不同意")))),
            Field("reason", _("理由"), "text", most=500),
        ),
        guard=_extension_pending,
        public=False,
    ),
)
