"""The catalogue as it stands, with every version; the calendar of a year; bringing in a new holiday notice."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import yaml
from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import dates, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from huhang.base.access.rules import Perm
from huhang.base.catalog import queries
from huhang.base.catalog.actions import add_year
from huhang.base.catalog.models import Entry
from huhang.cases.actions.clocks import recount
from huhang.doors.desk.case.clocks import language
from huhang.doors.desk.case.told import Told
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Invalid, Missing
from huhang.kernel.worktime import Calendar, Year, read_holiday_cn, read_notice, validate
from huhang.kernel.worktime.trace import FESTIVALS_EN, WEEKDAYS

KINDS = {
    "calendars": gettext_lazy("节假日"),
    "schedules": gettext_lazy("办公时间"),
    "request_categories": gettext_lazy("诉求类别"),
    "request_natures": gettext_lazy("诉求性质与时限"),
    "rating_reasons": gettext_lazy("评价原因"),
    "routing_rules": gettext_lazy("分派规则"),
    "card_thresholds": gettext_lazy("督办卡发卡标准"),
    "outside_authorities": gettext_lazy("外单位"),
    "message_templates": gettext_lazy("消息用语"),
    "quiet_hours": gettext_lazy("免打扰时段"),
}


class NoticeForm(Told):
    """The notice as published, or the file the holiday-cn project makes of it."""

    text = forms.CharField(
        label=gettext_lazy("通知正文，或 holiday-cn 的 JSON"),
        max_length=40_000,
        help_text=gettext_lazy("从国务院办公厅通知里整篇复制；读不懂的一行会指出来，不会跳过"),
        widget=forms.Textarea(attrs={"rows": 14}),
    )


@dataclass(frozen=True)
class Square:
    """A day of the calendar."""

    date: date
    kind: str
    name: str
    open: bool


@dataclass(frozen=True)
class Month:
    """A month in weeks from Monday; an empty place is none."""

    name: str
    weeks: list[list[Square | None]]


def months(known: Calendar, year: int) -> list[Month]:
    """The twelve months of a year as the calendar knows them."""
    english = language() == "en"
    return [
        Month(str(dates.MONTHS[n]) if english else f"{n} 月", list(_weeks(known, year, n)))  # not 一月
        for n in range(1, 13)
    ]


def _weeks(known: Calendar, year: int, month: int) -> Iterator[list[Square | None]]:
    day = date(year, month, 1)
    week: list[Square | None] = [None] * day.weekday()
    while day.month == month:
        week.append(_square(known, day))
        if len(week) == 7:
            yield week
            week = []
        day += timedelta(days=1)
    if week:
        yield week + [None] * (7 - len(week))


def _square(known: Calendar, day: date) -> Square:
    said = known.kind_of(day)
    name = said.name
    if name and language() == "en":
        name = "/".join(FESTIVALS_EN.get(n, n) for n in name.split("、"))
    return Square(day, said.kind, name, said.provisional)


@officers(Perm.MANAGE_SYSTEM)
@require_GET
def catalog(request: HttpRequest) -> HttpResponseBase:
    """What is in force, kind by kind, with its version."""
    rows = Entry.objects.order_by("kind", "code", "-version").values(
        "kind", "code", "version", "body", "loaded_at", "withdrawn_at"
    )
    newest: dict[str, dict[str, dict[str, object]]] = {}
    for row in rows:
        name = row["body"].get("name_en" if language() == "en" else "name") or row["body"].get("source", "")
        newest.setdefault(row["kind"], {}).setdefault(row["code"], {**row, "name": name})
    groups = [(kind, str(KINDS.get(kind, kind)), list(found.values())) for kind, found in newest.items()]
    years = [year.year for year in queries.calendar().years]
    return render(request, "desk/admin/catalog.html", {"groups": groups, "years": years, "now": timezone.now()})


@officers(Perm.MANAGE_SYSTEM)
@require_GET
def entry(request: HttpRequest, kind: str, code: str) -> HttpResponseBase:
    """Every version of one entry, as loaded."""
    if "\0" in kind + code:  # nothing the database could even be asked for
        raise Missing
    rows = list(Entry.objects.filter(kind=kind, code=code).order_by("-version"))
    if not rows:
        raise Missing
    shown = [(row, yaml.safe_dump(row.body, allow_unicode=True, sort_keys=False)) for row in rows]
    label = KINDS.get(kind, kind)
    context = {"kind": label, "code": code, "versions": shown, "now": timezone.now()}
    return render(request, "desk/admin/entry.html", context)


@officers(Perm.MANAGE_SYSTEM)
@require_GET
def calendar(request: HttpRequest, year: int) -> HttpResponseBase:
    """The year as a grid, with make-up days."""
    if not 2000 <= year <= 2100:
        raise Missing
    known = queries.calendar()
    table = next((y for y in known.years if y.year == year), None)
    context = {"year": year, "table": table, "months": months(known, year), "weekdays": WEEKDAYS[language()]}
    return render(request, "desk/admin/calendar.html", context)


def _read(text: str) -> Year:
    if not text.strip():
        raise Invalid("请粘贴通知正文或 JSON。", field="text")
    try:
        if text.lstrip().startswith("{"):
            return read_holiday_cn(json.loads(text))
        return read_notice(text)
    except json.JSONDecodeError as wrong:
        raise Invalid("不是合格的 JSON：第 %(line)d 行。", field="text", params={"line": wrong.lineno}) from None
    except Invalid as wrong:
        raise Invalid(wrong.message, field="text", params=wrong.params) from None


@officers(Perm.MANAGE_SYSTEM)
@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest) -> HttpResponseBase:
    """Paste, look at what was read, save as a new version; clocks with a provisional date are counted anew."""
    form = NoticeForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form}
    status = 200
    if request.method == "POST":
        try:
            year = _read(request.POST.get("text", ""))
            problems = validate(year)
            if request.POST.get("save") and not problems:
                return _save(request, year)
        except Invalid as wrong:
            queries.forget()  # what was read in an undone transaction is not kept
            form.tell(wrong)
            status = wrong.status
        else:
            known = Calendar((*[y for y in queries.calendar().years if y.year != year.year], year))
            context |= {"year": year, "problems": problems, "months": months(known, year.year)}
            context |= {"weekdays": WEEKDAYS[language()], "off": len(year.off), "work": len(year.work)}
    return render(request, "desk/admin/notice.html", context, status=status)


def _save(request: HttpRequest, year: Year) -> HttpResponseBase:
    actor, now = actor_of(request), timezone.now()
    try:
        made = add_year(year, by=actor, now=now)
        moved = recount(by=actor, now=now)
    except BaseException:
        queries.forget()
        raise
    done(request, _("%(tag)s 已启用，%(n)d 个暂定期限重新计算后有变化。") % {"tag": made.tag, "n": moved})
    return redirect("desk:calendar", year=made.year)
