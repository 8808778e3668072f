"""The duty as a kind of case: something decided, which unit does it, by when, and whether it was done (L2)."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm, Reach
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.rules import Kind, Move, State
from huhang.kinds.duties import actions
from huhang.register.units.queries import tree

STATES = (
    State("owed", _("待落实"), "go", public=_("待落实")),
    State("reported", _("已报告"), "wait", public=_("已报告，等确认")),
    State("fulfilled", _("已落实"), "ok", final=True, public=_("已落实")),
    State("excused", _("已撤销"), "plain", final=True, public=_("已撤销")),
)
REASON = Field("reason", _("理由"), "text", most=500)


def _asked_for_it(case: Case, by: Actor, now: datetime) -> str | None:
    """Whoever asked for it, or a supervisor over all, says whether it is done; never the one who reported it."""
    known = case.duty  # a OneToOne: kept on the object after the first use
    if by.user is not None and by.user == known.reported_by_id and case.state == "reported":
        return "是否落实由别人确认，不能自己认自己的。"
    mine = [g for g in by.grants if Perm.CONVENE in g.perms]
    if any(g.unit == known.asked_unit_id or g.reach is Reach.ALL for g in mine):
        return None
    return "由作出决定的单位或督办员来办这一步。"


MOVES = (
    Move(
        "report",
        _("报告落实"),
        ("owed",),
        "reported",
        Perm.HANDLE,
        _("报告落实"),
        actions.report,
        fields=(Field("report", _("做了什么"), "text", most=4000, help=_("凭据请先作为附件上传")),),
        public=False,
        primary=True,
    ),
    Move(
        "accept",
        _("确认落实"),
        ("reported",),
        "fulfilled",
        Perm.CONVENE,
        _("确认落实"),
        actions.accept,
        fields=(Field("note", _("说明"), "text", required=False, most=500),),
        guard=_asked_for_it,
        public=False,
        primary=True,
    ),
    Move(
        "send_back",
        _("退回再办"),
        ("reported",),
        "owed",
        Perm.CONVENE,
        _("退回再办"),
        actions.send_back,
        fields=(REASON, Field("days", _("再给几个工作日"), "days", most=30)),
        guard=_asked_for_it,
        public=False,
    ),
    Move(
        "excuse",
        _("撤销"),
        ("owed", "reported"),
        "excused",
        Perm.CONVENE,
        _("撤销"),
        actions.excuse,
        fields=(REASON,),
        guard=_asked_for_it,
        public=False,
        danger=True,
    ),
)


def _facts(case: Case, actor: Actor) -> list[tuple[Any, Any]]:
    known = case.duty
    rows: list[tuple[Any, Any]] = [(gettext("决定单位"), tree().label(known.asked_unit_id))]
    if known.source:
        rows.append((gettext("来源"), known.source))
    return rows


DUTY = Kind(
    name="duty",
    label=_("议定事项"),
    prefix="YD",
    states=STATES,
    initial="owed",
    moves=MOVES,
    detail="duty",
    channels=lambda: (),
    categories=dict,
    category_label=lambda code, version: code,
    opener=actions.give_duty,
    facts=_facts,
    person=False,
    open_perm=Perm.CONVENE,
)
