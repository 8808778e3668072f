"""The hazard as a kind of case: noticed by a post, told, put right, looked at again. It is no finding (ADR 36)."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.models import Case
from huhang.cases.rules import Kind, State
from huhang.kinds.hazards import catalogue
from huhang.kinds.hazards.actions import open_hazard
from huhang.kinds.hazards.figures import FIGURES
from huhang.kinds.hazards.moves import MOVES
from huhang.kinds.hazards.rules import WAYS

STATES = (
    State("noticed", _("已发现"), "go", public=_("已发现")),
    State("alerted", _("已告知"), "go", public=_("请消除")),
    State("removed", _("已消除"), "wait", public=_("已消除，警务站会来复看")),
    State("cleared", _("已复看"), "ok", final=True, public=_("已复看，确已消除")),
    State("left", _("未消除"), "plain", final=True, public=_("未消除，已书面提醒")),
    State("mistaken", _("已作废"), "plain", final=True, public=_("已作废")),
)


def _facts(case: Case, actor: Actor) -> list[tuple[Any, Any]]:
    known = case.hazard
    rows: list[tuple[Any, Any]] = [
        (gettext("警务站"), known.post.station.name),
        (gettext("隐患种类"), catalogue.label(case.category, case.category_version)),
    ]
    if known.told_at is not None:
        way = str(dict(WAYS).get(known.told_way, known.told_way))
        rows += [(gettext("告知了谁"), f"{known.told_masked}（{way}）"), (gettext("由谁消除"), known.fixer)]
    if known.again:
        rows.append((gettext("复看没有通过"), gettext("%(n)d 次") % {"n": known.again}))
    rows.append((gettext("性质"), gettext("警务站的服务记录，告知企业自己消除，不是检查发现，不作处罚依据")))
    return rows


HAZARD = Kind(
    name="hazard",
    label=_("隐患"),
    prefix="YH",
    states=STATES,
    initial="noticed",
    moves=MOVES,
    detail="hazard",
    channels=lambda: (),
    categories=catalogue.kinds,
    category_label=catalogue.label,
    opener=open_hazard,
    facts=_facts,
    open_perm=Perm.VISIT,
    figures=FIGURES,
)
"""Without a watch: what an enterprise leaves undone raises no card against anybody (ADR 36)."""
