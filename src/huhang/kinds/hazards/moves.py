"""What can be done with a hazard, and by whom."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.rules import Move
from huhang.kinds.hazards import actions
from huhang.kinds.hazards.rules import WAYS
from huhang.register.subjects.catalogue import role_label
from huhang.register.subjects.models import Contact


def _contacts(case: Case) -> Sequence[tuple[str, Any]]:
    rows = Contact.objects.filter(subject=case.subject_id, ended_at__isnull=True).order_by("-main", "since", "id")
    return [(str(one.pk), f"{one.name_masked} {role_label(one.role)}") for one in rows]


def _ways() -> Any:
    return WAYS


def _has_contact(case: Case, by: Actor, now: datetime) -> str | None:
    if case.state == "noticed" and not _contacts(case):
        return "主体库里还没有这家的联系人，请先登记联系人，才知道告知谁。"
    return None


def _by_another(case: Case, by: Actor, now: datetime) -> str | None:
    """B4: what was put right is looked at by somebody else than whoever said so."""
    if by.user is not None and by.user == case.hazard.removed_by_id:
        return "消除了没有由别人复看，不能看自己记的。"
    return None


def _after_its_day(case: Case, by: Actor, now: datetime) -> str | None:
    if case.due_at is not None and now < case.due_at:
        return "还没有到请企业消除的日期。"
    return None


TEXT = Field("text", _("怎么消除的"), "text", most=2000)

MOVES = (
    Move(
        "alert",
        _("告知企业"),
        ("noticed",),
        "alerted",
        Perm.VISIT,
        _("已告知企业"),
        actions.alert,
        fields=(
            Field("contact", _("告知谁"), "pick", pick=_contacts, help=_("编号和查询码会短信发给对方")),
            Field("way", _("怎么告知的"), "choice", choices=_ways),
            Field("fixer", _("由企业里谁来消除"), "line", most=60, help=_("写部门或岗位，不写姓名")),
        ),
        guard=_has_contact,
        primary=True,
    ),
    Move(
        "remove",
        _("记下已消除"),
        ("alerted",),
        "removed",
        Perm.VISIT,
        _("已消除"),
        actions.removed,
        fields=(TEXT,),
        primary=True,
    ),
    Move(
        "say_removed",
        _("我们已经消除"),
        ("alerted",),
        "removed",
        Perm.SEE,
        _("企业说已消除"),
        actions.removed,
        fields=(TEXT,),
        by_person=True,
    ),
    Move(
        "clear",
        _("复看：已消除"),
        ("removed",),
        "cleared",
        Perm.VISIT,
        _("复看，确已消除"),
        actions.cleared,
        fields=(Field("text", _("看到的情况"), "text", required=False, most=2000),),
        guard=_by_another,
        primary=True,
    ),
    Move(
        "not_yet",
        _("复看：还没有消除"),
        ("removed",),
        "alerted",
        Perm.VISIT,
        _("复看，还没有消除"),
        actions.not_yet,
        fields=(Field("text", _("还差什么"), "text", most=2000),),
        guard=_by_another,
    ),
    Move(
        "leave",
        _("未消除，书面提醒后结束"),
        ("alerted",),
        "left",
        Perm.ASSIGN,
        _("未消除，已书面提醒"),
        actions.left,
        fields=(Field("text", _("怎么提醒的"), "text", most=2000),),
        guard=_after_its_day,
        help=_("警务站是服务：到期没有消除，只再提醒企业，不处罚，也不能作为处罚依据"),
    ),
    Move(
        "mistake",
        _("作废"),
        ("noticed", "alerted"),
        "mistaken",
        Perm.ASSIGN,
        _("作废"),
        actions.mistaken,
        fields=(Field("reason", _("理由"), "text", most=500),),
        public=False,
        danger=True,
        help=_("看错的、重复的才作废；作废后不计入数字，记录仍可查"),
    ),
)
