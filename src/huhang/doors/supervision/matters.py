"""Hot matters week by week: what grew, the requests behind every number, and what is done about it (C6)."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.base.journal import actions as journal
from huhang.cases.registry import kind_of
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.parts import Column, DueGroup, Event, Ledger
from huhang.doors.frame.saying import say
from huhang.doors.supervision.listing import columns, line, sheet
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kinds.requests.catalogue import category_label
from huhang.kinds.requests.repeats.catalogue import hot
from huhang.kinds.requests.repeats.following import follow, may_follow
from huhang.kinds.requests.repeats.models import Matter
from huhang.reading.exports import Heading, Sheet
from huhang.reading.figures.queries import figure_of
from huhang.reading.matters import queries, tables
from huhang.reading.matters.queries import Line, Week
from huhang.register.units.queries import tree

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_FEW = 3


@dataclass(frozen=True)
class Shown:
    """A matter as a line of the list."""

    url: str
    title: str
    by: str
    n: int
    n_url: str
    usual: str
    usual_url: str
    growth: str
    new: bool
    voices: int
    units: str
    categories: str
    places: str
    unit: str
    closed: bool


def week_of(request: HttpRequest, now: datetime) -> Week:
    """The week an address asks for; the seven days up to today when it asks for none, or for one to come."""
    today = catalog.schedule().date_of(now)
    try:
        last = date.fromisoformat(request.GET.get("last", ""))
    except ValueError:
        return Week(today)
    return Week(min(last, today) if last.year >= 2000 else today)


def _some(words: list[str]) -> str:
    """The first few, and how many there are besides."""
    told = _("、").join(words[:_FEW])
    return _("%(some)s 等 %(n)d 个") % {"some": told, "n": len(words)} if len(words) > _FEW else told


def _title(one: Line) -> str:
    matter = one.matter
    category = category_label(matter.category, 0) if matter.category else ""
    if matter.name:
        return matter.name
    if matter.by == Matter.By.SUBJECT and matter.subject is not None:
        return f"{matter.subject.name} · {category}"
    if matter.by == Matter.By.PLACE:
        return f"{one.places[0] if one.places else _('同一地点')} · {category}"
    return one.title


def _shown(one: Line, asked: Week) -> Shown:
    known, query = tree(), {"last": asked.last.isoformat()}
    where = reverse("supervision:matter", kwargs={"pk": one.matter.pk})
    return Shown(
        f"{where}?{urlencode(query)}",
        _title(one),
        str(one.matter.get_by_display()),
        one.n,
        f"{where}?{urlencode({**query, 'span': 'week'})}#rows",
        f"{one.usual:.1f}",
        f"{where}?{urlencode({**query, 'span': 'before'})}#rows",
        f"{one.growth:+.1f}",
        one.before == 0,
        one.voices,
        _some([known.label(unit) for unit in one.units]),
        _some([category_label(code, 0) for code in one.categories]),
        _some(list(one.places)),
        known.label(one.matter.unit_id) if one.matter.unit_id else "",
        one.matter.closed_at is not None,
    )


def _around(asked: Week, now: datetime) -> dict[str, Any]:
    here, today = reverse("supervision:matters"), catalog.schedule().date_of(now)
    later = asked.last + timedelta(days=7)
    return {
        "week": asked,
        "now": now,
        "earlier_url": f"{here}?last={(asked.last - timedelta(days=7)).isoformat()}",
        "later_url": f"{here}?last={min(later, today).isoformat()}" if asked.last < today else "",
        "rule": hot(),
    }


@require_safe
@officers(Perm.SUPERVISE)
def matters_page(request: HttpRequest) -> HttpResponse:
    """What came up more than usual in a week, the fastest growing first."""
    actor, now = actor_of(request), timezone.now()
    asked = week_of(request, now)
    rows = [_shown(one, asked) for one in queries.week(actor, asked)]
    exports = reverse("supervision:matters_export") + f"?last={asked.last.isoformat()}"
    context = _around(asked, now) | {"rows": rows, "export_url": exports if allows(actor, Perm.EXPORT) else ""}
    return render(request, "supervision/matters.html", context)


@require_safe
@officers(Perm.SUPERVISE)
def matters_export(request: HttpRequest) -> HttpResponse:
    """The list as a file; that it was taken stands in the journal.

    Raises:
        Denied: without the permission to export.
    """
    actor, now = actor_of(request), timezone.now()
    if not allows(actor, Perm.EXPORT):
        raise Denied("您没有导出的权限。")
    asked, form = week_of(request, now), "csv" if request.GET.get("form") == "csv" else "xlsx"
    rule = hot()
    rows = [
        (s.title, s.by, s.n, float(s.usual), float(s.growth), s.voices, s.units, s.categories, s.places, s.unit)
        for s in (_shown(one, asked) for one in queries.week(actor, asked))
    ]
    said = Sheet(_("热点"), _headings(), (*_about(asked), (_("规则版本"), str(rule.version))))
    data = {"list": "matters", "from": asked.first.isoformat(), "to": asked.last.isoformat(), "form": form}
    journal.write("figures.export", by=actor, now=now, data=data)
    return download(tables.written(form, said, rows), f"huhang-matters-{asked.last}", form)


def download(content: bytes, name: str, form: str) -> HttpResponse:
    """A file as an answer."""
    given = f'attachment; filename="{name}.{form}"'
    return HttpResponse(content, content_type=TYPES[form], headers={"Content-Disposition": given})


def _headings() -> tuple[Heading, ...]:
    rows = (
        (_("热点"), 40),
        (_("归在一起是因为"), 14),
        (_("本周件数"), 10),
        (_("前四周每周"), 12),
        (_("增加"), 8),
        (_("不同的人"), 10),
        (_("主办单位"), 30),
        (_("类别"), 30),
        (_("地点"), 40),
        (_("跟进单位"), 20),
    )
    return tuple(Heading(label, width) for label, width in rows)


def _about(asked: Week) -> tuple[tuple[str, str], ...]:
    rule = hot()
    counts = {"least": rule.least, "voices": rule.voices}
    return (
        (_("时段"), f"{asked.first} – {asked.last}"),
        (_("怎么算"), _("增加 = 本周件数 − 前四周件数 ÷ 4；没有留下姓名电话的，每件算一个人")),
        (_("列出条件"), _("本周至少 %(least)d 件、至少 %(voices)d 个不同的人，以免指向个人") % counts),
        (_("范围"), _("只算您看得到的诉求，撤回的不算")),
    )


# ---- one matter


@officers(Perm.SUPERVISE)
@require_http_methods(["GET", "HEAD", "POST"])
def matter_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """A matter: its numbers with the requests behind them, what was done about it, and doing something.

    Raises:
        Missing: no such matter, or this officer sees too little of it.
    """
    actor, now = actor_of(request), timezone.now()
    asked = week_of(request, now)
    told = queries.one(actor, pk, asked)
    if told is None:
        raise Missing
    if request.method != "POST":
        return _matter(request, told, actor, asked, now)
    try:
        follow(by=actor, now=now, matter_id=pk, **_said(request))
    except (Invalid, Conflict) as wrong:
        return _matter(request, told, actor, asked, now, problem=say(wrong), status=wrong.status)
    done(request, _("已记下。"))
    return redirect(reverse("supervision:matter", kwargs={"pk": pk}) + f"?last={asked.last.isoformat()}")


def _said(request: HttpRequest) -> dict[str, Any]:
    version, unit = request.POST.get("version", ""), request.POST.get("unit", "")
    try:
        chosen = uuid.UUID(unit) if unit else None
    except ValueError:
        raise Invalid("没有这个单位，请重新选择。", field="unit") from None
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
    what, text = request.POST.get("what", ""), request.POST.get("text", "")
    return {"what": what, "version": seen, "text": text, "unit": chosen}


def _columns() -> tuple[Column, ...]:
    """What the narrow list beside the numbers has room for."""
    return tuple(c for c in columns() if c.key not in ("officer", "closed"))


def _matter(
    request: HttpRequest,
    told: queries.Told,
    actor: Actor,
    asked: Week,
    now: datetime,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    span = request.GET.get("span", "week")
    span = span if span in queries.SPANS else "week"
    kind = kind_of("request")
    page = sheet(queries.cases(actor, told.line.matter.pk, asked, span), figure_of(kind, "received"), request.GET)
    lines = [line(kind, case, now) for case in page.cases]
    matter = told.line.matter
    here = reverse("supervision:matter", kwargs={"pk": matter.pk}) + f"?last={asked.last.isoformat()}"
    words = {"name": _("改名"), "give": _("交跟进单位"), "close": _("结束"), "reopen": _("重新跟进")}
    context = _around(asked, now) | {
        "matter": matter,
        "one": _shown(told.line, asked),
        "total": told.total,
        "span": span,
        "spans": [
            ("week", _("本周"), told.line.n, f"{here}&span=week#rows"),
            ("before", _("前四周"), told.line.before, f"{here}&span=before#rows"),
            ("all", _("全部"), told.total, f"{here}&span=all#rows"),
        ],
        "ledger": Ledger(_columns(), [DueGroup("", lines)] if lines else [], _("这件事里的诉求")),
        "older_url": page.older,
        "newer_url": page.newer,
        "events": [Event(str(words.get(n.what, n.what)), n.at, who=n.by_label, quote=n.text) for n in told.notes],
        "may_follow": may_follow(actor, matter),
        "units": [(str(n.id), tree().label(n.id)) for n in tree().standing(catalog.schedule().date_of(now))],
        "typed": request.POST.get("text", ""),
        "what": request.POST.get("what", ""),
        "problem": problem,
        "back_url": reverse("supervision:matters") + f"?last={asked.last.isoformat()}",
    }
    return render(request, "supervision/matter.html", context, status=status)
