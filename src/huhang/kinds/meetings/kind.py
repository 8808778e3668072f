"""The joint meeting as a kind of case: convened over open cases, minuted, its decisions become duties (L2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.rules import Kind, Move, State
from huhang.kinds.meetings import actions, queries

STATES = (
    State("convened", _("筹备中"), "wait", public=_("筹备中")),
    State("held", _("已召开"), "go", public=_("已召开")),
    State("adopted", _("纪要已定"), "ok", final=True, public=_("纪要已定")),
    State("called_off", _("已取消"), "plain", final=True, public=_("已取消")),
)


def _convener(case: Case, by: Actor, now: datetime) -> str | None:
    """The unit that convened it keeps agenda and minutes; those invited read them."""
    mine = any(g.owns(case) for g in by.grants if Perm.CONVENE in g.perms)
    return None if mine else "议程和纪要由召集单位来办。"


def _with_agenda(case: Case, by: Actor, now: datetime) -> str | None:
    if (why := _convener(case, by, now)) is not None:
        return why
    return None if queries.items(case) else "议程上还没有议题。"


def _all_minuted(case: Case, by: Actor, now: datetime) -> str | None:
    if (why := _convener(case, by, now)) is not None:
        return why
    bare = any(not item.minutes for item in queries.items(case))
    return "还有议题没有记录，请逐项记完再定稿。" if bare else None


def _proposed(case: Case, by: Actor, now: datetime) -> Sequence[tuple[str, Any]]:
    there = {item.about_id for item in queries.items(case)}
    return [(str(p.case), queries.said(p)) for p in queries.proposals(by, now) if p.case not in there]


def _items(case: Case, by: Actor, now: datetime) -> Sequence[tuple[str, Any]]:
    return [(str(item.pk), f"{n}. {item.topic}") for n, item in enumerate(queries.items(case), 1)]


ITEM = Field("item", _("哪一项议题"), "pick", options=_items)
REASON = Field("reason", _("理由"), "text", most=500)
BEFORE = ("convened",)


def _move(
    name: str,
    label: Any,
    from_: tuple[str, ...],
    to: str | None,
    do: Any,
    *fields: Field,
    guard: Any = _convener,
    **more: Any,
) -> Move:
    return Move(name, label, from_, to, Perm.CONVENE, label, do, fields=fields, guard=guard, public=False, **more)


MOVES = (
    _move(
        "put_items",
        _("列入议题"),
        ("convened", "held"),
        None,
        actions.put,
        Field(
            "cases", _("建议的议题"), "picks", required=False, options=_proposed, help=_("多次流转、协办争议、超期等")
        ),
        Field("number", _("或填一个编号"), "case", required=False, most=20),
    ),
    _move(
        "arrange_items",
        _("调整次序"),
        BEFORE,
        None,
        actions.arrange,
        ITEM,
        Field("place", _("排到第几项"), "days", most=50),
        guard=_with_agenda,
    ),
    _move("drop_item", _("撤下议题"), BEFORE, None, actions.drop, ITEM, REASON, guard=_with_agenda),
    _move("invite", _("增加参会单位"), BEFORE, None, actions.invite, Field("units", _("单位"), "units")),
    _move(
        "hold",
        _("开会"),
        BEFORE,
        "held",
        actions.hold,
        Field("present", _("到会的单位和人"), "text", most=1000),
        guard=_with_agenda,
        primary=True,
    ),
    _move(
        "minute",
        _("记录"),
        ("held",),
        None,
        actions.minute,
        ITEM,
        Field("minutes", _("议了什么"), "text", most=4000),
        guard=_with_agenda,
    ),
    _move(
        "resolve",
        _("作出决定"),
        ("held",),
        None,
        actions.resolve,
        ITEM,
        Field("what", _("决定做什么"), "text", most=2000),
        Field("unit", _("由哪个单位落实"), "unit"),
        Field("days", _("几个工作日内"), "days", most=90),
        guard=_with_agenda,
    ),
    _move(
        "adopt",
        _("纪要定稿"),
        ("held",),
        "adopted",
        actions.adopt,
        Field("note", _("说明"), "text", required=False, most=500),
        guard=_all_minuted,
        primary=True,
    ),
    _move("call_off", _("取消会议"), BEFORE, "called_off", actions.call_off, REASON, danger=True),
)


def _facts(case: Case, actor: Actor) -> list[tuple[Any, Any]]:
    known = case.meeting  # a OneToOne: kept on the object after the first use
    rows: list[tuple[Any, Any]] = [(gettext("开会时间"), actions.local(known.meets_at))]
    if known.present:
        rows.append((gettext("到会"), known.present))
    return rows


MEETING = Kind(
    name="meeting",
    label=_("联席会议"),
    prefix="HY",
    states=STATES,
    initial="convened",
    moves=MOVES,
    detail="meeting",
    channels=lambda: (),
    categories=dict,
    category_label=lambda code, version: code,
    opener=actions.convene,
    facts=_facts,
    intake="desk:meeting_new",
    person=False,
    open_perm=Perm.CONVENE,
)
