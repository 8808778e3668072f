"""The list of subjects as a file: exactly what is filtered, in columns that can be imported again (A4)."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huhang.base.access.context import acting
from huhang.base.access.rules import Actor, Perm
from huhang.base.downloads import actions as downloads
from huhang.base.downloads.registry import Made, maker
from huhang.base.replies.actions import Answer, once
from huhang.doors.desk.lists.export import TYPES
from huhang.doors.desk.register import asking
from huhang.doors.frame.gates import actor_of, officers
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.reading.exports import Heading, Sheet, filled
from huhang.register.imports.columns import SUBJECTS
from huhang.register.subjects import catalogue, queries
from huhang.register.subjects.models import Subject
from huhang.register.subjects.searching import Found
from huhang.register.units.queries import tree

MOST = 500_000
PIECE = 2_000
_WIDTHS = {"name": 34, "address": 40, "credit_code": 22, "unit": 18, "flags": 26, "note": 30}


@officers(Perm.EXPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def export_page(request: HttpRequest) -> HttpResponseBase:
    """Says how long the list is and asks for the form; sending it starts the making, a double click one making.

    Raises:
        Invalid: a filter that cannot be used.
    """
    actor, now = actor_of(request), timezone.now()
    shown = asking.read(request.GET.dict(), now)
    if request.method == "POST":
        form = request.POST.get("form", "xlsx")

        def work() -> Answer:
            row = downloads.ask(what="register", asked=shown.query, form=form, total=None, by=actor, now=now)
            return Answer(303, location=reverse("desk:download", kwargs={"pk": row.pk}))

        key = request.POST.get("idempotency_key", "")[:80] or str(uuid7())
        content = canonical_json({"asked": shown.query, "form": form, "what": "register"})
        return redirect(once(key, who=str(actor.id), content=content, now=now, work=work).location)
    count = queries.narrowed(queries.visible(actor), shown.wanted).count()
    context = {
        "count": count,
        "key": str(uuid7()),
        "back_url": shown.link(reverse("desk:register")),
        "kept": downloads.KEPT.days,
        "most": MOST,
    }
    return render(request, "desk/register/export.html", context)


@maker("register")
def make_register(*, by: Actor, asked: str, form: str, now: datetime, told: Callable[[int], None]) -> Made:
    """The file of a filtered list, piece by piece, as the officer who asked sees it.

    Raises:
        Invalid: a filter that can no longer be used.
    """
    shown = asking.read(dict(parse_qsl(asked)), now)
    local = timezone.localtime(now)
    headings = tuple(Heading(one.label, _WIDTHS.get(one.key, 14)) for one in SUBJECTS.things)
    about = (
        (_("导出时间"), f"{local:%Y-%m-%d %H:%M}"),
        (_("导出人"), f"{by.label} {by.unit_label}".strip()),
        (_("筛选"), shown.query or _("没有筛选")),
        (_("说明"), _("这些列可以改好以后原样导入；按主体编号更新。")),
    )
    sheet = Sheet(_("主体库"), (*headings, Heading(_("状态"), 10)), about)
    made = filled(form, sheet, _lines(by, shown, told), lambda line: line, most=MOST)  # type: ignore[arg-type]
    name = f"{sheet.title}-{local:%Y%m%d-%H%M}.{form}"
    noted = {"filter": [name for name in shown.said if name != "q"], "searched": bool(shown.wanted.q)}
    return Made(made.file, name, TYPES[form], made.count, made.cut, noted)


def _lines(by: Actor, shown: asking.Shown, told: Callable[[int], None]) -> Iterator[list[Any]]:
    after, done = None, 0
    while True:
        with acting(by):
            rows = Found(queries.narrowed(queries.visible(by), shown.wanted).select_related("within"))
            found, after = queries.page(rows, size=PIECE, after=after)
            lines = [cells(one) for one in found]
        yield from lines
        done += len(lines)
        told(done)
        if after is None:
            return


def cells(one: Subject) -> list[Any]:
    """A row of the file, column by column as the import reads them, and the state."""
    node = tree().nodes.get(one.unit_id)
    above = tree().label(node.branch) if node and node.branch not in (None, node.id) else ""
    given = one.given_lon is not None
    values = {
        "number": one.number,
        "credit_code": one.credit_code,
        "kind": Subject.Kind(one.kind).label,
        "flags": "、".join(catalogue.class_labels(one.flags)),
        "lon": one.given_lon if given else one.lon,
        "lat": one.given_lat if given else one.lat,
        "crs": one.crs or ("CGCS2000" if one.lon is not None else ""),
        "unit": f"{above} {tree().label(one.unit_id)}".strip(),
        "within": one.within.number if one.within else "",
    }
    row = [values.get(key.key, getattr(one, key.key, "")) for key in SUBJECTS.things]
    return [*("" if value is None else str(value) for value in row), str(Subject.State(one.state).label)]
