"""Every post with its officers, under the figures they add up to; and what a rule proposes (B4)."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.rules import Perm
from huhang.doors.desk.posts import asking
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
def posts(request: HttpRequest) -> HttpResponse:
    """Posts under the address's filter.

    Raises:
        Invalid: a unit that is no id.
    """
    actor, now = actor_of(request), timezone.now()
    wanted, said = asking.read(request.GET.dict(), actor)
    rows = queries.narrowed(queries.visible(actor), wanted)
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
        "may_decide": Perm.PLAN_LIAISON in actor.perms,
        "now": now,
    }
    return render(request, "desk/posts/posts.html", context)


def ground_words(grounds: list[dict[str, Any]]) -> str:
    """What told, in words: ``职工 6,200 人（规则：5,000 人以上）``."""
    told = []
    for one in grounds:
        if one["measure"] == "head_count":
            words = _("职工 %(has)s 人，规则是 %(over)s 人以上")
            told.append(words % {"has": f"{one['has']:,}", "over": f"{one['over']:,}"})
        else:
            told.append(_("投资额 %(has)s，规则是 %(over)s以上") % {"has": yuan(one["has"]), "over": yuan(one["over"])})
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
