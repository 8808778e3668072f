"""The slip by which somebody without a phone rates: asked for at a window, printed, shown on this one answer (C4)."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huhang.base.papers.codes import qr
from huhang.doors.desk.case.finding import case_at
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.saying import say, say_hint
from huhang.kernel.errors import Conflict
from huhang.kinds.requests.solved import catalogue, slips
from huhang.register.units.queries import tree


@officers()
@require_http_methods(["GET", "HEAD", "POST"])
def slip_page(request: HttpRequest, number: str) -> HttpResponseBase:
    """Says whether a slip can be made; a POST makes it. The link stands on the paper and nowhere else."""
    actor, now = actor_of(request), timezone.now()
    case = case_at(number, actor)
    back = reverse("desk:case", kwargs={"number": case.number})
    told = {"case": case, "back_url": back, "now": now, "days": catalogue.links().days}
    if request.method != "POST":
        why = slips.why_not(case, actor, now)
        return render(request, "desk/case/slip.html", {**told, "why": say(Conflict(why)) if why else ""})
    try:
        made = slips.make(case_id=case.pk, by=actor, now=now)
    except Conflict as refusal:
        said = f"{say(refusal)} {say_hint(refusal)}".strip()
        return render(request, "desk/case/slip.html", {**told, "why": said}, status=refusal.status)
    unit = tree().label(case.request.answered_unit_id or case.unit_id)
    shown = {
        **told,
        "code": qr(made.address, _("评价链接的二维码")),
        "address": made.address,
        "until": made.link.expires_at,
        "unit": unit,
    }
    response = render(request, "desk/case/slip_print.html", shown)
    response["Cache-Control"] = "no-store, private"
    return response
