"""What is counted of hazards (MISSION B4: 793 hazards)."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huhang.cases.figures import Figure

REAL = ~Q(state="mistaken")


def _is(condition: Q) -> Callable[[datetime], Q]:
    return lambda now: condition


FIGURES = (
    Figure("hazards", _("发现隐患"), _("警务站在期内发现的，作废的不算"), "received_at", _is(REAL)),
    Figure(
        "hazards_removed",
        _("消除隐患"),
        _("在期内消除的，等着复看的也算"),
        "answered_at",
        _is(REAL & Q(hazard__removed_at__isnull=False)),
    ),
    Figure("hazards_cleared", _("复看确已消除"), _("在期内由别人复看过的"), "closed_at", _is(Q(state="cleared"))),
    Figure(
        "hazards_left", _("到期未消除"), _("书面提醒后结束的，在期内"), "closed_at", _is(Q(state="left")), better="low"
    ),
    Figure(
        "hazards_late",
        _("超期未消除"),
        _("现在已过请企业消除的日期的"),
        where=lambda now: Q(state="alerted", due_at__lte=now),
        better="low",
        order="due_at",
    ),
)
