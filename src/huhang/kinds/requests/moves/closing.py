"""Closed means solved: revisit, close, redo, uphold, by somebody who did not handle it (C4)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.rules import Move
from huhang.kinds.requests import catalogue, effects, queries
from huhang.kinds.requests.helping import over_open_support
from huhang.kinds.requests.instructions import queries as instructions
from huhang.kinds.requests.moves.asking import NOTE, REASON, YES_NO
from huhang.kinds.requests.rectifying import queries as rectifying
from huhang.kinds.requests.solved import queries as solved


def not_the_handler(case: Case, by: Actor, now: datetime) -> str | None:
    """Nobody revisits or closes what they, or a unit they have a post in, handled in any round (C4)."""
    detail = queries.detail(case)
    units = {g.unit for g in by.grants}
    if by.user is not None and (by.user == case.officer_id or queries.handled_by(case, by.user)):
        return "回访和销号由没有办理过这件事的人来做。"
    return "回访和销号由主办单位以外的单位来做。" if units & {case.unit_id, detail.answered_unit_id} else None


def _instructed(case: Case, by: Actor, now: datetime) -> str | None:
    return instructions.why_not_end(case) or not_the_handler(case, by, now)


def _may_uphold(case: Case, by: Actor, now: datetime) -> str | None:
    """An appeal is no way around the redo that a bad rating asks for."""
    if queries.bad_and_never_redone(case):
        return "诉求人评价不满意，须先重办一次。"
    if (why := rectifying.why_not_end(case)) is not None:
        return why
    return over_open_support(case, by, now) or _instructed(case, by, now)


def _answered(case: Case, by: Actor, now: datetime) -> str | None:
    """Nothing closes without an answer to the person (C3), nor over a bad rating without a redo."""
    if not queries.detail(case).answer:
        return "还没有答复诉求人，不能销号。"
    if queries.bad_and_never_redone(case):
        return "诉求人评价不满意，须先重办一次，再谈销号。"
    if (why := rectifying.why_not_end(case)) is not None:
        return why
    return over_open_support(case, by, now) or _instructed(case, by, now)


def _undrawn(case: Case, by: Actor, now: datetime) -> str | None:
    """What was not drawn, and nothing else, closes without a revisit; never by who handled it (C4)."""
    if solved.must_be_revisited(case, queries.detail(case).redo_count):
        return "这件事要回访，回访后才能销号。"
    return _answered(case, by, now)


MOVES = (
    Move(
        "revisit",
        _("回访"),
        ("answered",),
        "revisited",
        Perm.REVISIT,
        _("回访"),
        effects.revisit,
        fields=(
            Field("reached", _("联系上了吗"), "choice", choices=lambda: YES_NO),
            Field("responded", _("办理单位联系过您吗"), "choice", choices=lambda: YES_NO, required=False),
            Field("solved", _("问题解决了吗"), "choice", choices=lambda: YES_NO, required=False),
            Field("stars", _("诉求人评几星（5 星最好，没有说就不填）"), "stars", required=False),
            Field(
                "reasons",
                _("因为什么"),
                "codes",
                required=False,
                choices=catalogue.reason_choices,
                by_stars=catalogue.reason_choices,
            ),
            NOTE,
        ),
        guard=not_the_handler,
        public=False,
        primary=True,
        beside=solved.script_of,
    ),
    Move(
        "close_undrawn",
        _("未抽中，销号"),
        ("answered",),
        "closed",
        Perm.CLOSE,
        _("未抽中回访，办结销号"),
        effects.close_undrawn,
        fields=(Field("reason", _("理由（外单位还没有函复时必填）"), "text", required=False, most=500),),
        guard=_undrawn,
        help=_("抽样规则和票号记在经过里，可以复算"),
    ),
    Move(
        "close",
        _("销号"),
        ("revisited",),
        "closed",
        Perm.CLOSE,
        _("办结销号"),
        effects.close,
        fields=(Field("reason", _("理由（不满意、未解决或外单位没有函复时必填）"), "text", required=False, most=500),),
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
        fields=(REASON,),
        guard=not_the_handler,
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
)
