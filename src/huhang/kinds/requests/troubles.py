"""Why a request should be talked about in a joint meeting (L2)."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huhang.cases.models import Assignment
from huhang.cases.rules import Trouble
from huhang.kinds.requests.outside.models import Referral
from huhang.kinds.requests.outside.queries import BESIDE as OUTSIDE
from huhang.kinds.requests.rules import BOUNCED


def _disputed(now: datetime) -> Q:
    return Q(pk__in=Assignment.objects.filter(status=Assignment.Status.DISPUTED, ended_at=None).values("case"))


def _referred(now: datetime) -> Q:
    """Another authority has not answered yet; what stands beside a case stays noted there after it is over."""
    waiting = Referral.objects.filter(ended_at=None).values("case")
    return Q(beside__contains=[OUTSIDE], pk__in=waiting)


TROUBLES = (
    Trouble("bounced", _("多次流转"), lambda now: Q(request__transfers__gte=BOUNCED)),
    Trouble("disputed", _("协办有争议"), _disputed),
    Trouble("late", _("超期"), lambda now: Q(due_at__lte=now)),
    Trouble("referred", _("已转外单位"), _referred),
)
