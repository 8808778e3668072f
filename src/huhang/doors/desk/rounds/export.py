"""The duties of a filter as a file: exactly what the list shows (A4, B2)."""

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
from huhang.doors.desk.rounds import asking
from huhang.doors.desk.rounds.words import month_words, period_words, rule_words, state_words
from huhang.doors.frame.gates import actor_of, officers
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.reading.exports import Heading, Sheet, filled
from huhang.register.rounds import figures, queries
from huhang.register.rounds.deriving import Duty
from huhang.register.units.queries import tree

MOST, PIECE = 200_000, 2_000


@officers(Perm.EXPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def export_page(request: HttpRequest) -> HttpResponseBase:
    """Says how long the list is and asks for the form; sending it starts the making, a double click one making.

    Raises:
        Invalid: a filter that cannot be used.
    """
    actor, now = actor_of(request), timezone.now()
    shown = asking.read(request.GET.dict(), now)
    query = shown.query or f"month={shown.month:%Y-%m}"
    if request.method == "POST":
        form = request.POST.get("form", "xlsx")

        def work() -> Answer:
            row = downloads.ask(what="rounds", asked=query, form=form, total=None, by=actor, now=now)
            return Answer(303, location=reverse("desk:download", kwargs={"pk": row.pk}))

        key = request.POST.get("idempotency_key", "")[:80] or str(uuid7())
        content = canonical_json({"asked": query, "form": form, "what": "rounds"})
        return redirect(once(key, who=str(actor.id), content=content, now=now, work=work).location)
    count = sum(tally.owed for tally in queries.tallies(shown.wanted, actor, now).values())
    context = {
        "count": count,
        "month": month_words(shown.month),
        "key": str(uuid7()),
        "back_url": shown.link(reverse("desk:rounds_list")),
        "kept": downloads.KEPT.days,
    }
    return render(request, "desk/rounds/export.html", context)


@maker("rounds")
def make_rounds(*, by: Actor, asked: str, form: str, now: datetime, told: Callable[[int], None]) -> Made:
    """The file of a filtered list, piece by piece, as the officer who asked sees it.

    Raises:
        Invalid: a filter that can no longer be used.
    """
    shown = asking.read(dict(parse_qsl(asked)), now)
    local = timezone.localtime(now)
    titles = (
        *((_("职责"), 18), (_("周期"), 18), (_("最后一天"), 12), (_("主体或单位"), 34), (_("责任单位"), 22)),
        *((_("责任人"), 12), (_("状态"), 10), (_("办理时间"), 18), (_("办理人"), 12), (_("走访编号"), 16)),
        *((_("补做时间"), 18), (_("免办理由"), 40), (_("说明免办的人"), 12)),
    )
    about = (
        (_("导出时间"), f"{local:%Y-%m-%d %H:%M}"),
        (_("导出人"), f"{by.label} {by.unit_label}".strip()),
        (_("筛选"), shown.query),
        (_("说明"), str(figures.COVERAGE)),
    )
    sheet = Sheet(_("定期职责"), tuple(Heading(label, width) for label, width in titles), about)
    made = filled(form, sheet, _lines(by, shown, now, told), lambda line: line, most=MOST)  # type: ignore[arg-type]
    name = f"{sheet.title}-{shown.month:%Y%m}-{local:%Y%m%d-%H%M}.{form}"
    return Made(made.file, name, TYPES[form], made.count, made.cut, {"filter": list(shown.said)})


def _lines(by: Actor, shown: asking.Shown, now: datetime, told: Callable[[int], None]) -> Iterator[list[Any]]:
    skip = 0
    while True:
        with acting(by):
            found = queries.duties(shown.wanted, by, now, most=PIECE, skip=skip)
            lines = [cells(one) for one in found]
        yield from lines
        skip += len(lines)
        told(skip)
        if len(found) < PIECE:
            return


def cells(one: Duty) -> list[Any]:
    """A row of the file."""
    node = tree().nodes.get(one.unit_id)
    above = tree().label(node.branch) if node and node.branch not in (None, node.id) else ""
    return [
        rule_words(one.rule, one.version),
        period_words(one),
        one.last,
        one.name,
        f"{above} {tree().label(one.unit_id)}".strip(),
        one.officer or "",
        state_words()[one.state],
        _moment(one.done_at),
        one.done_name or "",
        one.record,
        _moment(one.later) if one.state == "late" else None,
        one.reason,
        one.excused_by,
    ]


def _moment(at: datetime | None) -> datetime | None:
    return timezone.localtime(at).replace(tzinfo=None) if at else None
