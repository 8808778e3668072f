"""What is printed of a survey: the poster with its code, and links for those asked on paper (C6)."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huhang.base.access.rules import Perm
from huhang.base.papers.codes import qr
from huhang.doors.desk.surveys.pages import shown_page
from huhang.doors.frame.gates import actor_of, officers
from huhang.kernel.errors import Conflict, Missing
from huhang.kinds.requests.surveying import actions, catalogue, queries
from huhang.kinds.requests.surveying.actions.inviting import PRINTED
from huhang.kinds.requests.surveying.models import Round
from huhang.register.units.queries import tree


@officers(Perm.SEE)
@require_safe
def poster_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A sheet with the code of an open survey, to be hung up.

    Raises:
        Missing: none that this officer sees. Conflict: it is not open to all, or no public address is set.
    """
    row = queries.round_of(actor_of(request), pk)
    address = queries.address(row)
    if row.audience != Round.Audience.OPEN:
        raise Conflict("这次调查不向所有人开放，没有二维码。")
    if not address:
        raise Conflict("还没有设置网上大厅地址，做不了链接。", hint="请系统管理员设置 HUHANG_ADDRESS。")
    context = {
        "round": row,
        "purpose": catalogue.say(catalogue.sheet(row.questionnaire, row.version), "purpose"),
        "unit": tree().label(row.unit_id),
        "code": qr(address, _("问卷的二维码"), scale=8),
        "address": address,
        "back_url": reverse("desk:survey", args=[pk]),
    }
    return render(request, "desk/surveys/poster.html", context)


@officers(Perm.NOTIFY)
@require_http_methods(["GET", "HEAD", "POST"])
def links_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Says what printing does; a POST makes the links, which stand on the paper and nowhere else."""
    actor, now = actor_of(request), timezone.now()
    row = queries.round_of(actor, pk)
    back = reverse("desk:survey", args=[pk])
    if request.method != "POST":
        context = {"round": row, "back_url": back, "progress": queries.progress(row), "most": PRINTED}
        return render(request, "desk/surveys/links.html", context)
    try:
        made = actions.print_links(round_id=pk, by=actor, now=now)
    except (Conflict, Missing) as refusal:
        return shown_page(request, row, refusal)
    slips = [
        {"subject": one.subject, "address": one.address, "code": qr(one.address, _("问卷的二维码"))} for one in made
    ]
    context = {"round": row, "slips": slips, "unit": tree().label(row.unit_id), "back_url": back, "now": now}
    response = render(request, "desk/surveys/links_print.html", context)
    response["Cache-Control"] = "no-store, private"
    return response
