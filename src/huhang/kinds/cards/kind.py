"""The supervision card as a kind of case: its states and everything declared of it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Perm
from huhang.cases.rules import Kind, State
from huhang.kinds.cards import queries
from huhang.kinds.cards.actions import issue_card
from huhang.kinds.cards.figures import FIGURES
from huhang.kinds.cards.moves import MOVES
from huhang.kinds.cards.rules import LABELS, LEVELS

STATES = (
    State("issued", _("待答复"), "wait", public=_("督办中")),
    State("replied", _("已答复，待解除"), "go", public=_("督办中")),
    State("contested", _("督办申诉中"), "wait", public=_("督办中")),
    State("lifting", _("待第二人确认解除"), "wait", public=_("督办中")),
    State("lifted", _("已解除"), "plain", final=True, public=_("督办已解除")),
)

CHANNELS = (("clock", _("按时限")), ("rating", _("按评价")), ("hand", _("督办员")))


def _levels() -> Mapping[str, Mapping[str, Any]]:
    """The level stands as the category on the case row, so that every list shows and filters it for nothing."""
    return {level: {"version": 1} for level in LEVELS}


CARD = Kind(
    name="card",
    label=_("督办卡"),
    prefix="DB",
    states=STATES,
    initial="issued",
    moves=MOVES,
    detail="card",
    channels=lambda: CHANNELS,
    categories=_levels,
    category_label=lambda code, version: str(LABELS.get(code, code)),
    opener=issue_card,
    facts=queries.facts,
    person=False,
    said={"open": _("发卡"), "raise": _("升级"), "readdress": _("改由别人答复")},
    open_perm=Perm.ISSUE_CARD,
    figures=FIGURES,
)
