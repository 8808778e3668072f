"""Sessions day by day under the figures of the quarter, and the same list as a file (B5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.base.journal import actions as journal
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.desk.lists.export import TYPES
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Chip
from huhang.kinds.trainings import catalogue, queries
from huhang.kinds.trainings.rules import CHECK
from huhang.reading.exports import Heading, Sheet, filled
from huhang.reading.figures import queries as figures
from huhang.reading.figures.periods import period
from huhang.reading.figures.queries import Ask
from huhang.reading.figures.scope import Scope, scope_for
from huhang.register.units.queries import tree

PAGE, MOST = 40, 50_000
SHOWN = ("lessons", "attended", "passed_before", "passed_after", "passed_return", "batches", "checked", "awaiting")
SHOWS = ("coming", "awaiting", "held", "all")


@dataclass(frozen=True)
class Asked:
    """What the address asks for: which sessions, of which kind, in which month; anything else is left out."""

    show: str
    sort: str
    month: date | None

    @property
    def query(self) -> dict[str, str]:
        """The same as an address."""
        month = f"{self.month:%Y-%m}" if self.month else ""
        return {k: v for k, v in (("show", self.show), ("sort", self.sort), ("month", month)) if v}

    def link(self, **changes: str) -> str:
        """The list with something else chosen."""
        return "?" + urlencode({k: v for k, v in {**self.query, **changes}.items() if v})


def read(given: Mapping[str, str]) -> Asked:
    """What an address asks for."""
    show, sort = given.get("show", ""), given.get("sort", "")
    try:
        month = date.fromisoformat(f"{given.get('month', '')[:7]}-01")
    except ValueError:
        month = None
    return Asked(show if show in SHOWS else "coming", sort if sort in catalogue.kinds() else "", month)


def narrowed(actor: Actor, asked: Asked) -> QuerySet[Case]:
    """The sessions asked for, as far as this officer sees them: to come the soonest first, else the newest first."""
    rows = queries.of_kind(actor)
    if asked.show == "coming":
        rows = rows.filter(state="arranged")
    elif asked.show == "awaiting":
        rows = rows.filter(state="given")
    elif asked.show == "held":
        rows = rows.filter(answered_at__isnull=False)
    if asked.sort:
        rows = rows.filter(category=asked.sort)
    if asked.month:
        first, end = _first(asked.month), _first(_after(asked.month))
        rows = rows.filter(training__starts_at__gte=first, training__starts_at__lt=end)
    if asked.show == "coming":
        return rows.order_by("training__starts_at", "id")
    return rows.order_by("due_at", "id") if asked.show == "awaiting" else rows.order_by("-training__starts_at", "-id")


def _first(month: date) -> datetime:
    return catalog.schedule().whole(month)[0]


def _after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


@officers(Perm.SEE)
@require_safe
def trainings(request: HttpRequest) -> HttpResponse:
    """What is to come, what waits for a return, what was held."""
    actor, now = actor_of(request), timezone.now()
    asked = read(request.GET)
    page = Paginator(narrowed(actor, asked), PAGE).get_page(request.GET.get("page", "1"))
    month = asked.month or catalog.schedule().date_of(now).replace(day=1)
    context = {
        "days": _days(list(page.object_list)),
        "page": page,
        "asked": asked,
        "chips": [Chip(label, asked.link(show=name), on=asked.show == name) for name, label in _shows()],
        "sorts": [Chip(_("各种"), asked.link(sort=""), on=not asked.sort)]
        + [Chip(label, asked.link(sort=code), on=asked.sort == code) for code, label in catalogue.choices()],
        "month": month,
        "any_month": asked.link(month="") if asked.month else "",
        "earlier": asked.link(month=f"{_before(month):%Y-%m}"),
        "this_month": "" if asked.month else asked.link(month=f"{month:%Y-%m}"),
        "later": asked.link(month=f"{_after(month):%Y-%m}"),
        "figures": figures_of(actor, now, SHOWN),
        "may_plan": Perm.VISIT in actor.perms,
        "export_url": reverse("desk:trainings_export") + asked.link() if Perm.EXPORT in actor.perms else "",
        "now": now,
    }
    return render(request, "desk/trainings/trainings.html", context)


def _shows() -> tuple[tuple[str, Any], ...]:
    return ("coming", _("要办的")), ("awaiting", _("等回访的")), ("held", _("办过的")), ("all", _("全部"))


def _days(rows: list[Case]) -> list[tuple[date, list[dict[str, Any]]]]:
    """Sessions under the day they are held on, in the order of the list."""
    schedule = catalog.schedule()
    days = groupby(rows, key=lambda case: schedule.date_of(case.training.starts_at))
    return [(day, [_row(case) for case in some]) for day, some in days]


def _row(case: Case) -> dict[str, Any]:
    known = queries.detail(case)
    people = known.people
    share = next((s for stage, _t, _p, s in reversed(queries.shares(case)) if s is not None), None)
    return {
        "case": case,
        "known": known,
        "state": kind_of("training").state(case.state),
        "sort": catalogue.label(case.category, case.category_version),
        "unit": tree().label(case.unit_id),
        "people": people,
        "check": known.form == CHECK,
        "share": share,
    }


def figures_of(
    actor: Actor, now: datetime, names: tuple[str, ...], kind_name: str = "training"
) -> list[dict[str, Any]]:
    """Figures of the quarter over what this officer sees; supervision opens the rows behind each (SAFEGUARDS 20)."""
    kind, day = kind_of(kind_name), catalog.schedule().date_of(now)
    of = period("quarter", day)
    window = of.window(now, catalog.schedule())
    asks = {name: Ask(figures.figure_of(kind, name), window) for name in names}
    opens = Perm.SUPERVISE in actor.perms
    told, _oldest = figures.measure(kind, actor, asks, scope_for(actor) if opens else Scope())
    return [
        {
            "label": value.figure.label,
            "about": value.figure.about,
            "count": value.count,
            "of": value.n,
            "url": f"{reverse('supervision:rows')}?{urlencode({'kind': kind_name, 'figure': name, **of.query})}"
            if opens
            else "",
        }
        for name, value in told.items()
    ]


@officers(Perm.EXPORT)
@require_safe
def export_page(request: HttpRequest) -> HttpResponseBase:
    """Exactly what is filtered, as a workbook; numbers only, as everywhere (A4)."""
    actor, now = actor_of(request), timezone.now()
    asked, local = read(request.GET), timezone.localtime(now)
    columns = (_("编号"), 18), (_("种类"), 16), (_("名称"), 34), (_("面向"), 30), (_("时间"), 17), (_("地点"), 24)
    numbers = (
        *(_("单位"), _("主讲、带队"), _("状态"), _("家数"), _("人数"), _("扫码人数"), _("移交人数")),
        *(_("开始前参加"), _("开始前合格"), _("结束时参加"), _("结束时合格")),
        *(_("回访日期"), _("回访时参加"), _("回访时合格")),
    )
    headings = (*(Heading(*one) for one in columns), *(Heading(one, 12) for one in numbers))
    about = (
        (_("导出时间"), f"{local:%Y-%m-%d %H:%M}"),
        (_("导出人"), f"{actor.label} {actor.unit_label}".strip()),
        (_("筛选"), urlencode(asked.query)),
    )
    sheet = Sheet(_("讲座演练"), headings, about)
    rows = narrowed(actor, asked).iterator(chunk_size=2000)
    made = filled("xlsx", sheet, _cells(rows), lambda line: line, most=MOST)
    journal.write("training.export", by=actor, now=now, data={"count": made.count, "cut": made.cut, **asked.query})
    name = f"{sheet.title}-{local:%Y%m%d-%H%M}.xlsx"
    return FileResponse(made.file, as_attachment=True, filename=name, content_type=TYPES["xlsx"])


def _cells(rows: Iterator[Case]) -> Iterator[Any]:
    schedule, kind = catalog.schedule(), kind_of("training")
    for case in rows:
        known = queries.detail(case)
        back = schedule.date_of(known.returned_at) if known.returned_at else None
        numbers = (known.people, known.scanned, known.adverse, known.before_taken, known.before_passed)
        yield [
            case.number,
            catalogue.label(case.category, case.category_version),
            case.title,
            case.from_label,
            schedule.local(known.starts_at).replace(tzinfo=None),
            case.place,
            tree().label(case.unit_id),
            known.speaker,
            str(kind.state(case.state).label),
            *(known.reached, *("" if n is None else n for n in numbers)),
            *(known.after_taken, known.after_passed, back, known.return_taken, known.return_passed),
        ]
