"""Every post with its officers, under the figures they add up to; and what a rule proposes (B4)."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.rules import Perm
from huhang.doors.desk.lists.export import TYPES
from huhang.doors.desk.posts import asking, export
from huhang.doors.desk.register.lists import yuan
from huhang.doors.frame.gates import actor_of, officers
from huhang.register.posts import catalogue, queries
from huhang.register.posts.models import Proposal, Stay
from huhang.register.units.queries import tree

PAGE = 50


def page_number(request: HttpRequest) -> str:
    """Which page is asked for; nonsense is the first."""
    said = request.GET.get("page", "1")
    return said if said.isascii() and said.isdigit() and len(said) < 7 else "1"


@officers(Perm.SEE)
@require_safe
def posts(request: HttpRequest) -> HttpResponseBase:
    """Posts under the address's filter; ``form`` makes a file of exactly these, ``of=officers`` of who is posted there.

    Raises:
        Invalid: a unit that is no id.
        Denied: a file without the permission to export.
    """
    actor, now = actor_of(request), timezone.now()
    wanted, said = asking.read(request.GET.dict(), actor)
    rows = queries.narrowed(queries.visible(actor), wanted)
    if (form := request.GET.get("form", "")) in TYPES:
        return export.exported(actor, rows, form, of_officers=request.GET.get("of") == "officers", now=now)
    page = Paginator(rows, PAGE).get_page(page_number(request))
    today, shown = timezone.localtime(now).date(), list(page.object_list)
    manned = queries.manned([one.pk for one in shown], today)
    there = Stay.objects.filter(queries.staying(today, today), post__in=rows.order_by().values("pk"))
    context = {
        "rows": [
            {
                "post": one,
                "unit": tree().label(one.station.unit_id),
                "sort": one.host.get_kind_display(),
                "officers": manned.get(one.pk, 0),
            }
            for one in shown
        ],
        "page": page,
        "filters": asking.bar(said, wanted),
        "said": said,
        "wanted": wanted,
        "kept": [(name, value) for name, value in said.items() if name != "q"],
        "officers": there.values("officer_id").distinct().count(),
        "waiting": queries.proposals(actor).count(),
        "may_export": Perm.EXPORT in actor.perms,
        "may_take": Perm.VISIT in actor.perms,
        "may_decide": Perm.PLAN_LIAISON in actor.perms,
        "now": now,
    }
    return render(request, "desk/posts/posts.html", context)


def ground_words(grounds: list[dict[str, Any]]) -> str:
    """What told, in words: ``职工 6,200 人，规则是超过 5,000 人``."""
    told = []
    for one in grounds:
        if one["measure"] == "head_count":
            words = _("职工 %(has)s 人，规则是超过 %(over)s 人")
            told.append(words % {"has": f"{one['has']:,}", "over": f"{one['over']:,}"})
        else:
            told.append(_("投资额 %(has)s，规则是超过 %(over)s") % {"has": yuan(one["has"]), "over": yuan(one["over"])})
    return "；".join(told)


def proposed(one: Proposal) -> dict[str, Any]:
    """A proposal as the pages show it; whether the figures of today still fit is said beside it."""
    return {
        "one": one,
        "rule": catalogue.label(one.rule),
        "grounds": ground_words(one.grounds),
        "fits": bool(queries.grounds(one.host)) and one.host.stands,
        "unit": tree().label(one.host.unit_id),
    }


@officers(Perm.SEE)
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """What waits for somebody's decision, each with its rule and figures."""
    actor, now = actor_of(request), timezone.now()
    page = Paginator(queries.proposals(actor), PAGE).get_page(page_number(request))
    context = {"rows": [proposed(one) for one in page.object_list], "page": page, "now": now}
    return render(request, "desk/posts/proposals.html", context)
