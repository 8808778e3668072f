"""A bad rating put right, and a rating said to be mistaken: by whom, and never by the same hands (C4)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.rules import Move
from huhang.kinds.requests.moves.asking import REASON, YES_NO
from huhang.kinds.requests.moves.closing import not_the_handler
from huhang.kinds.requests.rectifying import effects
from huhang.kinds.requests.rectifying import queries as rectifying
from huhang.kinds.requests.rectifying.models import CONTACT, RECTIFY, REVISIT
from huhang.kinds.requests.solved import disputes
from huhang.kinds.requests.solved import queries as solved

ANYWHERE = (
    *("registered", "classified", "dispatched", "handling", "suspended"),
    *("answered", "revisited", "appealed", "closed", "withdrawn", "merged"),
)
"""It stands beside the case wherever that has got to: a redo sent it back, or a rating came after closing."""


def _contact_due(case: Case, by: Actor, now: datetime) -> str | None:
    one = rectifying.current(case)
    return None if one is not None and one.stage == CONTACT else "没有等着联系诉求人的差评整改。"


def _rectify_due(case: Case, by: Actor, now: datetime) -> str | None:
    one = rectifying.current(case)
    return None if one is not None and one.stage in (CONTACT, RECTIFY) else "没有正在办理的差评整改。"


def _may_ask(case: Case, by: Actor, now: datetime) -> str | None:
    if (why := _rectify_due(case, by, now)) is not None:
        return why
    clock = rectifying.clock_of(case, RECTIFY)
    if clock is None or clock.due_at is None or now >= clock.due_at:
        return "整改期限已到，不能再申请延期；请尽快整改，并说明原因。"
    return "整改只能延期一次。" if rectifying.extended(case) else None


def _may_decide(case: Case, by: Actor, now: datetime) -> str | None:
    asked = rectifying.extension_asked(case) if rectifying.current(case) is not None else None
    if asked is None:
        return "没有等待审批的整改延期申请。"
    return "延期由别人审批，不能自己批自己。" if asked.asked_by_id == by.user else None


def _revisit_due(case: Case, by: Actor, now: datetime) -> str | None:
    one = rectifying.current(case)
    if one is None or one.stage != REVISIT:
        return "没有等着回访的差评整改。"
    if by.user is not None and by.user in (one.contacted_by_id, one.rectified_by_id):
        return "整改回访由没有经手整改的人来做。"
    return not_the_handler(case, by, now)


def _may_dispute(case: Case, by: Actor, now: datetime) -> str | None:
    return disputes.why_not_ask(case)


def _may_judge(case: Case, by: Actor, now: datetime) -> str | None:
    return disputes.why_not_decide(case, by) or not_the_handler(case, by, now)


def _papers(case: Case) -> list[tuple[str, str]]:
    one = rectifying.current(case)
    return solved.named(solved.papers(case, since=one.begun_at)) if one is not None else []


_PROOF = Field("proof", _("佐证"), "line", required=False, most=200, help=_("记录编号；没有编号就上传材料"))
_PAPERS = Field(
    "proof_files",
    _("佐证材料"),
    "files",
    required=False,
    most=5,
    help=_("收到差评后上传的附件都算佐证"),
    have=_papers,
)

MOVES = (
    Move(
        "rectify_contact",
        _("差评整改：联系诉求人"),
        ANYWHERE,
        None,
        Perm.HANDLE,
        _("就差评联系诉求人"),
        effects.contact,
        fields=(
            Field("reached", _("联系上了吗"), "choice", choices=lambda: YES_NO),
            Field("said", _("诉求人怎么说，哪里不满意"), "text", most=1000),
        ),
        guard=_contact_due,
        public=False,
    ),
    Move(
        "rectify",
        _("差评整改：完成整改"),
        ANYWHERE,
        None,
        Perm.HANDLE,
        _("差评整改完成"),
        effects.rectify,
        fields=(
            Field("measures", _("做了哪些整改"), "text", most=2000, help=_("诉求人会原样看到这段话")),
            _PROOF,
            _PAPERS,
        ),
        guard=_rectify_due,
    ),
    Move(
        "rectify_extend",
        _("差评整改：申请延期"),
        ANYWHERE,
        None,
        Perm.ASK_EXTENSION,
        _("申请整改延期"),
        effects.ask_extension,
        fields=(
            Field(
                "amount", _("延长几个工作日"), "days", most=30, help=_("到期前提出，只有一次，合计不超过 15 个工作日")
            ),
            REASON,
        ),
        guard=_may_ask,
        public=False,
    ),
    Move(
        "rectify_decide",
        _("差评整改：审批延期"),
        ANYWHERE,
        None,
        Perm.DECIDE_EXTENSION,
        _("整改延期审批"),
        effects.decide_extension,
        fields=(
            Field("decision", _("决定"), "choice", choices=lambda: (("grant", _("同意")), ("refuse", _("不同意")))),
            REASON,
        ),
        guard=_may_decide,
        public=False,
    ),
    Move(
        "rectify_revisit",
        _("差评整改：回访"),
        ANYWHERE,
        None,
        Perm.REVISIT,
        _("差评整改回访"),
        effects.revisit,
        fields=(
            Field("reached", _("联系上了吗"), "choice", choices=lambda: YES_NO),
            Field("content", _("诉求人认可整改吗"), "choice", choices=lambda: YES_NO, required=False),
            Field("word", _("诉求人的原话"), "text", required=False, most=1000),
        ),
        guard=_revisit_due,
        public=False,
        beside=lambda case: solved.script_of(case, "rectify"),
    ),
    Move(
        "dispute_rating",
        _("申请认定误评"),
        ANYWHERE,
        None,
        Perm.ANSWER,
        _("申请认定误评"),
        disputes.ask,
        fields=(
            Field(
                "why",
                _("为什么是误评"),
                "text",
                most=1000,
                help=_("由别的单位的人决定；评价本身不删除，写明后一直看得到"),
            ),
        ),
        guard=_may_dispute,
        public=False,
    ),
    Move(
        "decide_dispute",
        _("决定是否误评"),
        ANYWHERE,
        None,
        Perm.CLOSE,
        _("误评认定"),
        disputes.decide,
        fields=(
            Field(
                "decision",
                _("决定"),
                "choice",
                choices=lambda: (("exclude", _("是误评，不计入")), ("keep", _("不是误评，照常计入"))),
            ),
            REASON,
        ),
        guard=_may_judge,
        public=False,
    ),
)
