"""The dispute as a kind of case: taken, mediated, agreed, settled, looked at again (B4)."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.models import Case
from huhang.cases.rules import Kind, State, Watch
from huhang.kinds.disputes import catalogue
from huhang.kinds.disputes.actions import SETTLE, open_dispute
from huhang.kinds.disputes.figures import FIGURES
from huhang.kinds.disputes.moves import MOVES
from huhang.kinds.disputes.rules import WAYS

STATES = (
    State("brought", _("已受理"), "go", public=_("已受理")),
    State("mediating", _("调解中"), "go", public=_("调解中")),
    State("agreed", _("待签协议"), "go", public=_("达成协议，等各方签")),
    State("settled", _("已化解"), "wait", public=_("已化解，之后会回访")),
    State("lasting", _("回访稳定"), "ok", final=True, public=_("回访过，没有反复")),
    State("unsettled", _("调解不成"), "plain", final=True, public=_("调解不成")),
    State("abandoned", _("当事人撤回"), "plain", final=True, public=_("已撤回")),
)


def _facts(case: Case, actor: Actor) -> list[tuple[Any, Any]]:
    known = case.dispute
    rows: list[tuple[Any, Any]] = [(gettext("什么事"), catalogue.label(case.category, case.category_version))]
    if known.post is not None:
        rows.append((gettext("警务站"), known.post.station.name))
    if known.terms:
        rows.append((gettext("协议"), gettext("口头协议") if known.spoken else gettext("书面协议")))
    if known.relapses:
        rows.append((gettext("又起纠纷"), gettext("%(n)d 次") % {"n": known.relapses}))
    if known.ways:
        names = dict(WAYS)
        rows.append((gettext("告知的途径"), "、".join(str(names.get(one, one)) for one in known.ways)))
    return rows


def _watched() -> Q:
    """Until it is settled the date on the row is the unit's promise; then the look of somebody else begins."""
    return Q(is_open=True, answered_at=None)


def _holds(row: Any) -> bool:
    return row.is_open and row.answered_at is None


def _nobody_rated(ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, list[datetime]]:
    return {}


def _none(times: int, now: datetime) -> Q:
    return Q(pk__in=[])


DISPUTE = Kind(
    name="dispute",
    label=_("纠纷"),
    prefix="JF",
    states=STATES,
    initial="brought",
    moves=MOVES,
    detail="dispute",
    channels=lambda: (),
    categories=catalogue.topics,
    category_label=catalogue.label,
    opener=open_dispute,
    facts=_facts,
    person=False,
    open_perm=Perm.VISIT,
    figures=FIGURES,
    watch=Watch(SETTLE, _watched, _holds, _nobody_rated, _none),
)
