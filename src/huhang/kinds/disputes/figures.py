"""What is counted of disputes (MISSION B4: 190 disputes)."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huhang.cases.figures import Figure

SETTLED = Q(state__in=("settled", "lasting"))


def _is(condition: Q) -> Callable[[datetime], Q]:
    return lambda now: condition


FIGURES = (
    Figure("disputes", _("受理的纠纷"), _("在期内受理的"), "received_at", _is(Q())),
    Figure(
        "disputes_settled",
        _("化解纠纷"),
        _("在期内化解、现在没有再起的，等着回访的也算"),
        "answered_at",
        _is(SETTLED),
    ),
    Figure("disputes_lasting", _("回访稳定"), _("由没有参加调解的人回访过的"), "closed_at", _is(Q(state="lasting"))),
    Figure("disputes_unsettled", _("调解不成"), _("在期内，已告知其他途径的"), "closed_at", _is(Q(state="unsettled"))),
    Figure(
        "disputes_relapsed",
        _("又起纠纷"),
        _("受理在期内、化解后又起过的"),
        "received_at",
        _is(Q(dispute__relapses__gt=0)),
        better="low",
    ),
)
