"""The year's ten worst: the ranking, its formula and its n (C6)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from huhang.base.access.queries import allows
from huhang.base.access.rules import Perm
from huhang.base.journal import actions as journal
from huhang.doors.frame.gates import officers
from huhang.doors.frame.parts import Chip
from huhang.doors.supervision.asking import Asked, asked_of, rows_url
from huhang.doors.supervision.board import PERIODS
from huhang.doors.supervision.matters import download
from huhang.kernel.errors import Denied
from huhang.kinds.requests.catalogue import category_label
from huhang.reading.exports import Heading, Sheet
from huhang.reading.figures.scope import Scope
from huhang.reading.matters import tables
from huhang.reading.matters.worst import TOPIC, Ranking, Row, ranking, topics
from huhang.register.units.queries import tree

WORDS = {
    "category": gettext_lazy("按类别"),
    "branch": gettext_lazy("按类别和辖区"),
    "subject": gettext_lazy("按类别和主体"),
    TOPIC: gettext_lazy("按问卷里的具体问题"),
}
SHARES = {
    "count": gettext_lazy("件数（与最多的一类相比）"),
    "late": gettext_lazy("超期率"),
    "bad": gettext_lazy("差评率（占有评价的）"),
    "redo": gettext_lazy("重办率"),
    "survey": gettext_lazy("问卷票数（与最多的一类相比）"),
}


def _asked(request: HttpRequest) -> tuple[Asked, str]:
    given = request.GET.copy()
    given.setdefault("period", "year")
    request.GET = given  # type: ignore[assignment]
    by = given.get("by", "category")
    return asked_of(request), by if by in WORDS else "category"


def _ranked(asked: Asked, by: str) -> Ranking:
    if by == TOPIC:
        return topics(asked.actor, asked.window, asked.scope.where)
    return ranking(asked.actor, asked.window, by, asked.scope.where)


def _label(row: Row) -> str:
    if row.other is None:
        return row.other_label
    return row.other_label or tree().label(row.other)


def _share(row: Row, name: str) -> float | None:
    value = row.shares[name]
    return None if value is None else round(value * 100, 1)


def _shown(row: Row, place: int, asked: Asked, by: str) -> dict[str, Any]:
    scope = Scope(row.other) if by == "branch" and row.other else asked.scope
    return {
        "place": place,
        "category": category_label(row.category, 0),
        "other": _label(row),
        "row": row,
        "score": f"{row.score:.1f}",
        "url": rows_url("received", asked.period, scope, category=row.category) if by != "subject" and row.n else "",
        "shares": [(name, value if (value := _share(row, name)) is not None else None) for name in SHARES],
    }


def formula(found: Ranking) -> str:
    """The formula with the weights as they stand, in words."""
    parts = [f"{getattr(found.weights, name)} × {label}" for name, label in SHARES.items()]
    return _("得分 =（%(parts)s）÷ 各权重之和；没有数据的一项连同它的权重不计") % {"parts": " + ".join(parts)}


@require_safe
@officers(Perm.SUPERVISE)
def worst_page(request: HttpRequest) -> HttpResponse:
    """The ten worst of a period."""
    asked, by = _asked(request)
    found = _ranked(asked, by)
    here = reverse("supervision:worst")
    base = {**asked.period.query, **asked.scope.query}
    context = {
        "asked": asked,
        "now": asked.now,
        "found": found,
        "rows": [_shown(row, place, asked, by) for place, row in enumerate(found.rows, 1)],
        "by": by,
        "with_other": by != "category",
        "other_head": {"subject": _("主体"), TOPIC: _("问题")}.get(by, _("辖区")),
        "groups": [
            Chip(str(word), f"{here}?{urlencode({**base, 'by': name})}", on=by == name) for name, word in WORDS.items()
        ],
        "periods": [
            Chip(
                str(word),
                f"{here}?{urlencode({'period': name, 'by': by, **asked.scope.query})}",
                on=asked.period.name == name,
            )
            for name, word in PERIODS.items()
            if name in ("month", "quarter", "year")
        ],
        "heads": [str(label) for label in SHARES.values()],
        "formula": formula(found),
        "export_url": f"{reverse('supervision:worst_export')}?{urlencode({**base, 'by': by})}"
        if allows(asked.actor, Perm.EXPORT)
        else "",
    }
    return render(request, "supervision/worst.html", context, status=422 if asked.problem else 200)


@require_safe
@officers(Perm.SUPERVISE)
def worst_export(request: HttpRequest) -> HttpResponse:
    """The ranking as a file; that it was taken stands in the journal.

    Raises:
        Denied: without the permission to export.
    """
    asked, by = _asked(request)
    if not allows(asked.actor, Perm.EXPORT):
        raise Denied("您没有导出的权限。")
    form = "csv" if request.GET.get("form") == "csv" else "xlsx"
    found = _ranked(asked, by)
    heads = [
        (_("名次"), 6),
        (_("类别"), 30),
        (_("辖区、主体或问题"), 30),
        (_("得分"), 8),
        (_("件数"), 8),
        (_("超期"), 8),
    ]
    heads += [(_("有评价"), 8), (_("差评"), 8), (_("重办"), 8), (_("问卷票数"), 10)]
    rows = [
        (at, category_label(r.category, 0), _label(r), round(r.score, 1), r.n, r.late, r.rated, r.bad, r.redo, r.votes)
        for at, r in enumerate(found.rows, 1)
    ]
    about = ((_("时段"), f"{asked.period.first} – {asked.period.last}"), (_("怎么算"), formula(found)))
    sheet = Sheet(_("十大问题"), tuple(Heading(*head) for head in heads), about)
    data = {"list": "worst", "by": by, "from": asked.period.first, "to": asked.period.last, "form": form}
    journal.write("figures.export", by=asked.actor, now=asked.now, data=data)
    return download(tables.written(form, sheet, rows), f"huhang-worst-{asked.period.last}", form)
