"""The codes of a session, shown on the wall: for the door, and for the quiz before, after and at the return (B5)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from huhang.base.access.queries import allows
from huhang.base.access.rules import Perm
from huhang.base.papers.codes import qr
from huhang.doors.desk.case.finding import case_at
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Chip
from huhang.kernel.errors import Denied, Missing
from huhang.kinds.trainings import codes, queries
from huhang.kinds.trainings.actions.counting import OPEN
from huhang.kinds.trainings.rules import CHECK, DOOR, STAGES


@officers(Perm.VISIT)
@require_safe
def codes_page(request: HttpRequest, number: str) -> HttpResponse:
    """The code of the stage that can be counted now, to be shown on the wall.

    Raises:
        Missing: no such session for this officer, or nothing in it is counted by phones.
        Denied: it is another unit's to hold.
    """
    actor, now = actor_of(request), timezone.now()
    case = case_at(number, actor)
    if case.kind != "training" or queries.detail(case).form == CHECK:
        raise Missing
    if not allows(actor, Perm.VISIT, case):
        raise Denied
    known = queries.detail(case)
    names = [name for name, _label in STAGES if case.state in OPEN[name] and (name == DOOR or known.quiz)]
    stage = request.GET.get("stage", "") if request.GET.get("stage", "") in names else next(iter(names), "")
    labels, context = dict(STAGES), {"case": case, "known": known, "now": now, "stage": stage}
    if stage:
        code, until = codes.make(case.pk, stage, now=now)
        where = request.build_absolute_uri(reverse("hall:session", args=[code]))
        context |= {
            "qr": qr(where, str(labels[stage])),
            "where": where,
            "until": until,
            "counted": known.scanned if stage == DOOR else getattr(known, f"{stage}_taken"),
            "label": labels[stage],
            "chips": [Chip(str(labels[name]), f"?stage={name}", on=name == stage) for name in names],
        }
    response = render(request, "desk/trainings/codes.html", context)
    response["Cache-Control"] = "no-store, private"
    return response
