"""The session as a kind of case: planned, held, returned to, closed; counted, and nobody named (B5)."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.cases.rules import Kind, State
from huhang.kinds.trainings import catalogue, queries
from huhang.kinds.trainings.actions.opening import open_training
from huhang.kinds.trainings.figures import FIGURES
from huhang.kinds.trainings.moves import MOVES
from huhang.kinds.trainings.rules import CHECK, FORMS

STATES = (
    State("arranged", _("已安排"), "go", public=_("已安排")),
    State("given", _("已举办，待回访"), "wait", public=_("已举办")),
    State("rechecked", _("已回访"), "go", public=_("已回访")),
    State("wound_up", _("已完成"), "ok", final=True, public=_("已完成")),
    State("dropped", _("已取消"), "plain", final=True, public=_("已取消")),
)


def _facts(case: Case, actor: Actor) -> list[tuple[Any, Any]]:
    known = queries.detail(case)
    local = catalog.schedule().local(known.starts_at)
    rows: list[tuple[Any, Any]] = [
        (gettext("种类"), catalogue.label(case.category, case.category_version)),
        (gettext("举办时间"), f"{local:%Y-%m-%d %H:%M}"),
        (gettext("面向"), gettext("%(n)d 家") % {"n": known.reached}),
    ]
    if known.speaker:
        rows.append((gettext("主讲、带队"), known.speaker))
    if known.people is not None:
        people = gettext("%(n)d 人") % {"n": known.people}
        rows.append((gettext("检查") if known.form == CHECK else gettext("到场"), people))
    if known.scanned:
        rows.append((gettext("扫码计数"), gettext("%(n)d 人") % {"n": known.scanned}))
    if known.kept is not None:
        rows.append((gettext("技能保持"), gettext("达标") if known.kept else gettext("没有达标")))
    return rows


TRAINING = Kind(
    name="training",
    label=_("讲座演练"),
    prefix="PX",
    states=STATES,
    initial="arranged",
    moves=MOVES,
    detail="training",
    channels=lambda: FORMS,
    categories=catalogue.kinds,
    category_label=catalogue.label,
    opener=open_training,
    facts=_facts,
    intake="desk:training_new",
    person=False,
    open_perm=Perm.VISIT,
    figures=FIGURES,
)
