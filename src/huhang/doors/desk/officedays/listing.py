"""Office days announced and held, under the figures of the quarter, and the same list as a file (B6)."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.base.journal import actions as journal
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.desk.lists.export import TYPES
from huhang.doors.desk.trainings.listing import figures_of
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Chip
from huhang.kinds.officedays import queries
from huhang.reading.exports import Heading, Sheet, filled
from huhang.register.units.queries import tree

PAGE, MOST = 40, 50_000
SHOWN = ("sittings", "received", "problems", "to_come")
SHOWS = {"coming": Q(state="announced"), "held": Q(state="day_held"), "all": Q()}


def narrowed(actor: Actor, show: str) -> QuerySet[Case]:
    """The days asked for, as far as this officer sees them: to come the soonest first, else the newest first."""
    rows = queries.of_kind(actor).filter(SHOWS[show])
    return (
        rows.order_by("office_day__starts_at", "id")
        if show == "coming"
        else rows.order_by("-office_day__starts_at", "-id")
    )


def _show(request: HttpRequest) -> str:
    show = request.GET.get("show", "")
    return show if show in SHOWS else "coming"


@officers(Perm.SEE)
@require_safe
def office_days(request: HttpRequest) -> HttpResponse:
    """What is announced and how it is booked; what was held and what came of it."""
    actor, now, show = actor_of(request), timezone.now(), _show(request)
    page = Paginator(narrowed(actor, show), PAGE).get_page(request.GET.get("page", "1"))
    labels = {"coming": _("要办的"), "held": _("办过的"), "all": _("全部")}
    rows = list(page.object_list)
    done = solved([one.pk for one in rows])
    context = {
        "rows": [
            {
                "case": one,
                "known": one.office_day,
                "state": kind_of("officeday").state(one.state),
                "unit": tree().label(one.unit_id),
                "solved": done.get(one.pk, 0),
            }
            for one in rows
        ],
        "page": page,
        "show": show,
        "chips": [Chip(label, f"?show={name}", on=show == name) for name, label in labels.items()],
        "figures": figures_of(actor, now, SHOWN, "officeday"),
        "may_announce": Perm.VISIT in actor.perms,
        "export_url": f"{reverse('desk:office_days_export')}?show={show}" if Perm.EXPORT in actor.perms else "",
        "now": now,
    }
    return render(request, "desk/officedays/days.html", context)


SOLVED = Q(state="closed", request__revisit_result="solved") | Q(state="recorded")
"""Solved by its person's word, or by the table it came in by."""


def solved(days: list[Any]) -> dict[Any, int]:
    """How many requests taken on each of these days are solved."""
    rows = Case.objects.filter(SOLVED, parent__in=days, kind="request")
    return dict(rows.order_by().values_list("parent_id").annotate(n=Count("pk")))


@officers(Perm.EXPORT)
@require_safe
def export_page(request: HttpRequest) -> HttpResponseBase:
    """Exactly what is filtered, as a workbook (A4)."""
    actor, now, show = actor_of(request), timezone.now(), _show(request)
    local = timezone.localtime(now)
    wide = ((_("编号"), 18), (_("名称"), 34), (_("在哪家"), 30), (_("地点"), 30), (_("开始"), 17), (_("结束"), 17))
    numbers = (_("单位"), _("状态"), _("座位"), _("已预约"), _("接待人数"), _("临时到场"), _("带回问题"), _("已解决"))
    headings = (*(Heading(*one) for one in wide), *(Heading(one, 12) for one in numbers))
    about = (
        (_("导出时间"), f"{local:%Y-%m-%d %H:%M}"),
        (_("导出人"), f"{actor.label} {actor.unit_label}".strip()),
        (_("筛选"), f"show={show}"),
    )
    sheet = Sheet(_("现场办公"), headings, about)
    rows = list(narrowed(actor, show)[: MOST + 1])
    made = filled("xlsx", sheet, _cells(rows), lambda line: line, most=MOST)
    journal.write("officeday.export", by=actor, now=now, data={"count": made.count, "cut": made.cut, "show": show})
    name = f"{sheet.title}-{local:%Y%m%d-%H%M}.xlsx"
    return FileResponse(made.file, as_attachment=True, filename=name, content_type=TYPES["xlsx"])


def _cells(rows: list[Case]) -> Iterator[Any]:
    local, kind, done = catalog.schedule().local, kind_of("officeday"), solved([one.pk for one in rows])
    for case in rows:
        known = queries.detail(case)
        yield [
            *(case.number, case.title, case.from_label, case.place),
            *(local(at).replace(tzinfo=None) for at in (known.starts_at, known.ends_at)),
            *(tree().label(case.unit_id), str(kind.state(case.state).label)),
            *(case.seats, case.booked),  # type: ignore[attr-defined]
            *(known.received, known.walk_ins, known.taken, done.get(case.pk, 0)),
        ]
