"""The visit as a kind of case: made, rated by the enterprise, concluded. It serves, and can hold no finding (B3)."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.cases.rules import Kind, State
from huhang.kinds.visits import catalogue, queries
from huhang.kinds.visits.actions.opening import open_visit
from huhang.kinds.visits.figures import FIGURES
from huhang.kinds.visits.moves import MOVES
from huhang.kinds.visits.rules import MODES, ON_SITE

STATES = (
    State("visited", _("已走访"), "ok", final=True, public=_("已走访，可以评价")),
    State("displeased", _("不满意"), "wait", public=_("不满意，负责人会了解情况")),
    State("concluded", _("已评价"), "ok", final=True, public=_("已评价")),
    State("voided", _("已作废"), "plain", final=True, public=_("已作废")),
)


def _facts(case: Case, actor: Actor) -> list[tuple[Any, Any]]:
    known = queries.detail(case)
    rows: list[tuple[Any, Any]] = [
        (gettext("方式"), str(dict(MODES)[case.channel])),
        (gettext("目的"), catalogue.purpose_label(case.category, case.category_version)),
        *([] if known.book else [(gettext("缘由"), _cause(case))]),
        (gettext("见到"), gettext("%(n)d 人") % {"n": known.people}),
    ]
    if known.book:
        rows.append((gettext("导入自"), known.book))
    else:
        rows.append((gettext("同意记录"), gettext("同意") if known.consent else gettext("未同意，只记人数")))
    if case.channel == ON_SITE:
        rows.append((gettext("本季次数"), gettext("计入上限") if known.counted else gettext("不计入上限")))
    if known.device_at is not None:
        rows.append((gettext("手机时间"), f"{catalog.schedule().local(known.device_at):%Y-%m-%d %H:%M}"))
    if known.signed_in:
        rows.append((gettext("签到"), gettext("扫码")))
    if known.stars is not None:
        rows.append((gettext("企业评价"), gettext("%(n)d 星") % {"n": known.stars}))
    return rows


def _cause(case: Case) -> str:
    known = queries.detail(case)
    label = catalogue.label(catalogue.CAUSES, known.cause, known.cause_version)
    return f"{label}：{known.cause_note}" if known.cause_note else label


VISIT = Kind(
    name="visit",
    label=_("走访"),
    prefix="ZF",
    states=STATES,
    initial="visited",
    moves=MOVES,
    detail="visit",
    channels=lambda: MODES,
    categories=catalogue.purposes,
    category_label=catalogue.purpose_label,
    opener=open_visit,
    facts=_facts,
    open_perm=Perm.VISIT,
    figures=FIGURES,
)
