"""What is counted of office days (MISSION B6): 12 sessions, 18 problems; solved is a figure of the ledger."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huhang.cases.figures import Figure


def _figure(name: str, label: Any, about: Any, **more: Any) -> Figure:
    return Figure(name, label, about, "answered_at", **more)


FIGURES = (
    _figure("sittings", _("现场办公"), _("期内办过的场次")),
    _figure("received", _("接待的人"), _("预约到场和临时到场的人次"), total="office_day__received"),
    _figure("walk_ins", _("临时到场"), _("其中没有预约、直接来的"), total="office_day__walk_ins", of="received"),
    _figure("problems", _("带回问题"), _("现场听到、登记为诉求的件数"), total="office_day__taken"),
    Figure("to_come", _("已公布"), _("现在已公布、还没有办的"), where=lambda now: Q(state="announced")),
    Figure(
        "called_off",
        _("取消"),
        _("期内公布、后来取消的"),
        "received_at",
        lambda now: Q(state="day_off"),
        better="low",
    ),
)
"""Every figure of an office day; a share follows the figure it is a share of."""
