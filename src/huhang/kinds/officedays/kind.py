"""The office day as a kind of case: announced, booked, held, its problems in the ledger (B6)."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.cases.rules import Kind, State
from huhang.kinds.officedays import queries
from huhang.kinds.officedays.actions.announcing import announce
from huhang.kinds.officedays.figures import FIGURES
from huhang.kinds.officedays.moves import MOVES

STATES = (
    State("announced", _("已公布"), "go", public=_("可以预约")),
    State("day_held", _("已办"), "ok", final=True, public=_("已结束")),
    State("day_off", _("已取消"), "plain", final=True, public=_("已取消")),
    State("day_void", _("作废"), "plain", final=True, public=_("作废")),
)


def _facts(case: Case, actor: Actor) -> list[tuple[Any, Any]]:
    known, local = queries.detail(case), catalog.schedule().local
    rows: list[tuple[Any, Any]] = [
        (gettext("时间"), f"{local(known.starts_at):%Y-%m-%d %H:%M}–{local(known.ends_at):%H:%M}"),
        (gettext("每段"), gettext("%(n)d 分钟") % {"n": known.slot_minutes}),
    ]
    if case.state == "day_held":
        said = {"all": known.received, "came": known.came, "walk_ins": known.walk_ins}
        rows.append((gettext("接待"), gettext("%(all)d 人（预约 %(came)d，临时 %(walk_ins)d）") % said))
    rows.append((gettext("带回问题"), gettext("%(n)d 件") % {"n": known.taken}))
    return rows


OFFICE_DAY = Kind(
    name="officeday",
    label=_("现场办公"),
    prefix="XC",
    states=STATES,
    initial="announced",
    moves=MOVES,
    detail="office_day",
    channels=lambda: (),
    categories=dict,
    category_label=lambda code, version: code,
    opener=announce,
    facts=_facts,
    intake="desk:office_day_new",
    person=False,
    open_perm=Perm.VISIT,
    figures=FIGURES,
)
