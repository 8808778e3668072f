"""The sign-in code of a subject at the desk: on the screen for minutes, or printed for the gate (B3)."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.rules import Perm
from huhang.base.papers.codes import qr
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Chip
from huhang.kinds.visits import gate
from huhang.register.subjects import queries as register


@officers(Perm.VISIT)
@require_safe
def gate_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The code to scan; ``?print=1`` gives the one for the gate.

    Raises:
        Missing: no such subject for this officer.
    """
    actor, now = actor_of(request), timezone.now()
    subject = register.subject_of(actor, pk)
    printed = request.GET.get("print") == "1"
    code, until = gate.make(subject.pk, now=now, printed=printed)
    where = request.build_absolute_uri(reverse("desk:visit_phone") + "?" + urlencode({"code": code}))
    context = {
        "subject": subject,
        "qr": qr(where, _("走访签到码")),
        "code": code,
        "until": until,
        "printed": printed,
        "chips": [Chip(_("屏幕出示"), "?", on=not printed), Chip(_("打印张贴"), "?print=1", on=printed)],
        "now": now,
    }
    response = render(request, "desk/visits/gate.html", context)
    response["Cache-Control"] = "no-store, private"
    return response
