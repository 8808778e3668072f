"""Rating an answer: choose, then confirm. Opening a page rates nothing, no star is preset (SAFEGUARDS 20)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huhang.cases.actions import move as take
from huhang.cases.actions.moving import Overtaken, refused
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.frame import notices
from huhang.doors.frame.gates import actor_of
from huhang.doors.hall.forms import STARS, OpinionForm, StarsForm, blame
from huhang.doors.hall.moves import key_of, overtaken, submit
from huhang.doors.hall.requests import own
from huhang.doors.hall.showing import show
from huhang.kernel.errors import Invalid
from huhang.kernel.numbering import uuid7
from huhang.kinds.requests import catalogue, queries

MOVE = "rate"


def _answer(case: Case) -> str:
    """What is rated: the answer, which for a joined request stands with the one it was joined to."""
    lead = queries.lead_of(case)
    return queries.detail(lead).answer if lead.answered_at else ""


def _show(
    request: HttpRequest, case: Case, form: Any, *, stars: int = 0, since: Any = (), status: int = 200
) -> HttpResponse:
    context = {
        "case": case,
        "form": form,
        "stars": f"{'★' * stars}{'☆' * (5 - stars)}" if stars else "",
        "words": dict(STARS).get(stars, ""),
        "keep": key_of(case, f"rate{stars}"),
        "since": since,
        "answer": _answer(case),
        "back": reverse("hall:request", args=[case.number]),
        "again": reverse("hall:rate", args=[case.number]),
        "now": timezone.now(),
    }
    return show(request, "rate", context, status=status)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, case: Case) -> HttpResponse:
    """First the stars, then the confirmation; only the posted confirmation rates."""
    if request.method == "POST" and "confirm" in request.POST:
        return _confirm(request, case)
    kind = kind_of(case.kind)
    found = kind.move(MOVE)
    assert found is not None  # every installation's request can be rated
    if (problem := refused(kind, found, case, actor_of(request), timezone.now())) is not None:
        raise problem
    if request.method != "POST":
        return _show(request, case, StarsForm())
    form = StarsForm(request.POST)
    if not form.is_valid():
        return _show(request, case, form, status=422)
    stars = form.cleaned_data["stars"]
    initial = {"stars": stars, "version": case.version, "idempotency_key": str(uuid7())}
    return _show(request, case, OpinionForm(initial=initial, reasons=catalogue.reason_choices(stars)), stars=stars)


def _confirm(request: HttpRequest, case: Case) -> HttpResponse:
    given = request.POST.get("stars", "")
    if given not in {str(n) for n, _words in STARS}:
        return redirect("hall:rate", number=case.number)
    stars, now, actor = int(given), timezone.now(), actor_of(request)
    form = OpinionForm(request.POST, reasons=catalogue.reason_choices(stars))
    if not form.is_valid():
        return _show(request, case, form, stars=stars, status=422)
    said = form.cleaned_data
    values = {"stars": stars, "reasons": said["reasons"], "comment": said["comment"]}

    def work() -> None:
        take(case_id=case.pk, name=MOVE, values=values, version=said["version"], by=actor, now=now)

    try:
        submit(request, form, work, now=now)
    except Invalid as refusal:
        blame(form, refusal)
        return _show(request, case, form, stars=stars, status=422)
    except Overtaken as refusal:
        return _show(request, case, form, stars=stars, since=overtaken(form, case, refusal), status=409)
    notices.done(request, _("评价已收到，谢谢。"), keep=key_of(case, f"rate{stars}"))
    return redirect("hall:request", number=case.number)
