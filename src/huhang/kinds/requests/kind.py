"""The request as a kind of case: its states, and one table of moves from which buttons, API and tests derive."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.rules import Kind, Move, State
from huhang.kinds.requests import catalogue, effects, joining, queries
from huhang.kinds.requests.actions.filing import file_request
from huhang.kinds.requests.figures import FIGURES
from huhang.kinds.requests.rules import CHANNELS, NATURES, RESULTS, URGENCIES

STATES = (
    State("registered", _("待归类"), "wait", public=_("已登记，等待归类")),
    State("classified", _("待派单"), "wait", public=_("已归类，等待交办")),
    State("dispatched", _("待签收"), "wait", public=_("已交办，等待签收")),
    State("handling", _("办理中"), "go", public=_("正在办理")),
    State("suspended", _("等补充"), "wait", public=_("等您补充")),
    State("answered", _("已答复"), "ok", public=_("已答复，等待回访")),
    State("revisited", _("已回访"), "ok", public=_("已回访，等待销号")),
    State("appealed", _("申诉中"), "wait", public=_("申诉已收到，由未办理过的人复核")),
    State("closed", _("已销号"), "plain", final=True, public=_("已办结")),
    State("withdrawn", _("已撤回"), "plain", final=True, public=_("已撤回")),
    State("merged", _("已并单"), "plain", final=True, public=_("已并入同一事项办理")),
)

_OPEN = ("registered", "classified", "dispatched", "handling", "suspended")
_YES_NO = (("yes", _("是")), ("no", _("否")))


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


def _not_the_handler(case: Case, by: Actor, now: datetime) -> str | None:
    """Nobody revisits or closes what they, or a unit they have a post in, handled in any round (C4)."""
    detail = queries.detail(case)
    units = {g.unit for g in by.grants}
    if by.user is not None and (by.user == case.officer_id or queries.handled_by(case, by.user)):
        return "回访和销号由没有办理过这件事的人来做。"
    return "回访和销号由主办单位以外的单位来做。" if units & {case.unit_id, detail.answered_unit_id} else None


def _may_uphold(case: Case, by: Actor, now: datetime) -> str | None:
    """An appeal is no way around the redo that a bad rating asks for."""
    if queries.bad_and_never_redone(case):
        return "诉求人评价不满意，须先重办一次。"
    return _not_the_handler(case, by, now)


def _may_suspend(case: Case, by: Actor, now: datetime) -> str | None:
    late = case.due_at is not None and now >= case.due_at
    return "已经超期，不能再暂停计时；请尽快答复。" if late else None


def _answered(case: Case, by: Actor, now: datetime) -> str | None:
    """Nothing closes without an answer to the person (C3), nor over a bad rating without a redo."""
    if not queries.detail(case).answer:
        return "还没有答复诉求人，不能销号。"
    if queries.bad_and_never_redone(case):
        return "诉求人评价不满意，须先重办一次，再谈销号。"
    return _not_the_handler(case, by, now)


def _dispatched_before(case: Case, by: Actor, now: datetime) -> str | None:
    return None if queries.detail(case).dispatch_unit_id else "这件事没有经过派单，请直接办理。"


def _may_rate(case: Case, by: Actor, now: datetime) -> str | None:
    return queries.why_not_rate(case, now)


def _may_appeal(case: Case, by: Actor, now: datetime) -> str | None:
    return queries.why_not_appeal(case, now)


_REASON = Field("reason", _("理由"), "text", most=500)
_NOTE = Field("note", _("说明"), "text", required=False, most=500)

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
        fields=(Field("unit", _("主办单位"), "unit"), _NOTE),
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
        fields=(Field("unit", _("主办单位"), "unit"), _REASON),
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
            Field("result", _("办理结果"), "choice", choices=lambda: RESULTS),
            Field("answer", _("答复内容"), "text", most=4000, help=_("诉求人会原样看到这段话")),
        ),
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
        fields=(_NOTE,),
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
            _REASON,
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
    Move(
        "revisit",
        _("回访"),
        ("answered",),
        "revisited",
        Perm.REVISIT,
        _("回访"),
        effects.revisit,
        fields=(
            Field("reached", _("联系上了吗"), "choice", choices=lambda: _YES_NO),
            Field("responded", _("办理单位联系过您吗"), "choice", choices=lambda: _YES_NO, required=False),
            Field("solved", _("问题解决了吗"), "choice", choices=lambda: _YES_NO, required=False),
            Field("stars", _("诉求人评几星（5 星最好，没有说就不填）"), "stars", required=False),
            _NOTE,
        ),
        guard=_not_the_handler,
        public=False,
        primary=True,
    ),
    Move(
        "close",
        _("销号"),
        ("revisited",),
        "closed",
        Perm.CLOSE,
        _("办结销号"),
        effects.close,
        fields=(Field("reason", _("理由（不满意或未解决时必填）"), "text", required=False, most=500),),
        guard=_answered,
        primary=True,
    ),
    Move(
        "redo",
        _("发回重办"),
        ("answered", "revisited", "appealed"),
        "handling",
        Perm.CLOSE,
        _("发回重办"),
        effects.redo,
        fields=(_REASON,),
        guard=_not_the_handler,
    ),
    Move(
        "uphold",
        _("维持并答复申诉"),
        ("appealed",),
        "closed",
        Perm.CLOSE,
        _("申诉答复"),
        effects.uphold,
        fields=(Field("reason", _("答复申诉的理由"), "text", most=2000, help=_("诉求人会原样看到")),),
        guard=_may_uphold,
        primary=True,
    ),
    Move(
        "merge",
        _("并单"),
        ("registered", "classified", "dispatched", "handling"),
        "merged",
        Perm.MERGE,
        _("并入"),
        joining.merge,
        fields=(Field("into", _("并入哪一件（编号）"), "case", most=20), _REASON),
        danger=True,
    ),
    Move(
        "withdraw_for",
        _("代为撤回"),
        _OPEN,
        "withdrawn",
        Perm.WITHDRAW,
        _("应诉求人要求撤回"),
        joining.withdraw,
        fields=(Field("reason", _("诉求人怎么说的"), "text", most=500),),
        danger=True,
    ),
    Move(
        "supply",
        _("补充材料"),
        ("suspended",),
        "handling",
        Perm.SEE,
        _("诉求人补充"),
        effects.supply,
        fields=(Field("text", _("补充内容"), "text", most=4000),),
        by_person=True,
        primary=True,
    ),
    Move(
        "rate",
        _("评价"),
        ("answered", "revisited", "closed"),
        None,
        Perm.SEE,
        _("诉求人评价"),
        effects.rate,
        fields=(
            Field("stars", _("几星（5 星最好）"), "stars"),
            Field("reasons", _("原因"), "line", required=False, most=100),
            Field("comment", _("还想说的"), "text", required=False, most=1000),
        ),
        guard=_may_rate,
        by_person=True,
    ),
    Move(
        "appeal",
        _("申诉"),
        ("answered", "revisited", "closed"),
        "appealed",
        Perm.SEE,
        _("诉求人申诉"),
        effects.appeal,
        fields=(Field("text", _("不认可的理由"), "text", most=2000),),
        guard=_may_appeal,
        by_person=True,
    ),
    Move(
        "withdraw",
        _("撤回"),
        _OPEN,
        "withdrawn",
        Perm.SEE,
        _("诉求人撤回"),
        joining.withdraw,
        fields=(Field("reason", _("为什么撤回"), "text", most=500),),
        by_person=True,
        danger=True,
    ),
)

REQUEST = Kind(
    name="request",
    label=_("诉求"),
    prefix="HS",
    states=STATES,
    initial="registered",
    moves=MOVES,
    detail="request",
    channels=lambda: CHANNELS,
    categories=catalogue.categories,
    category_label=catalogue.category_label,
    opener=lambda **kw: file_request(**kw).case,
    facts=queries.facts,
    intake="requests:new",
    figures=FIGURES,
)
