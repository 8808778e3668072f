"""The inbox and the ledger: what must I do now, and all I may see."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.base.people.queries import names as officer_names
from huhang.doors.desk.lists import table
from huhang.doors.desk.lists.bar import Shown, filter_bar, said
from huhang.doors.desk.lists.bulk import bulk_choices
from huhang.doors.desk.lists.look import Look, choices, groupings
from huhang.doors.frame.context import keep_tallies, menu_asked
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Chip, DueGroup, Ledger, Pager
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Invalid
from huhang.reading import search
from huhang.reading.groups import Groups, count_by, narrowed_to
from huhang.reading.ledger import Page, page, with_own_tasks
from huhang.reading.rules import LEDGER, SCOPES, Filter, Place, inbox, scopes_for
from huhang.reading.tallies import Asked, Tallies, take

BULK_FORM = "bulk"
GROUPS_SHOWN = 40
"""So many groups are listed above the rows; the print and the file hold them all."""


@officers()
@require_safe
def inbox_page(request: HttpRequest) -> HttpResponse:
    """What must I do now, most urgent first, under the day it is due."""
    actor = actor_of(request)
    return _list(request, "inbox", actor, inbox(actor))


@officers()
@require_safe
def ledger_page(request: HttpRequest) -> HttpResponse:
    """All I may see, open and closed, newest first; also where the search box of every page leads."""
    return _list(request, "ledger", actor_of(request), LEDGER)


def base_of(name: str, actor: Actor) -> Filter:
    """The filter a page opens with."""
    return inbox(actor) if name == "inbox" else LEDGER


def _list(request: HttpRequest, name: str, actor: Actor, base: Filter) -> HttpResponse:
    now = timezone.now()
    if "col" in request.GET:  # ticked on the page without a script: one address for one look
        return redirect(_ticked(request, name))
    given = request.GET.dict()
    shown = Shown(name, actor, Filter.parse(given, base), base, Look.parse(name, given))
    if shown.filter.q and (number := search.by_number(actor, shown.filter.q)):
        return redirect("desk:case", number=number)
    words = shown.filter.q
    shown, trouble = _searchable(shown)
    place = _place(request)
    found = page(actor, shown.filter, place, now=now, by_due=name == "inbox")
    tallies = take(actor, _asked(shown, now) | menu_asked(actor), page=name)
    keep_tallies(request, tallies)
    return render(request, "desk/lists/list.html", _context(shown, found, tallies, now, trouble, words))


def _ticked(request: HttpRequest, name: str) -> str:
    kept = [pair for pair in request.GET.items() if pair[0] not in ("col", "cols") and pair[1]]
    pairs = [*kept, ("cols", ".".join(request.GET.getlist("col")))]
    return f"{reverse(f'desk:{name}')}?{urlencode(pairs)}"


def _searchable(shown: Shown) -> tuple[Shown, str]:
    """The list as asked, or without the words that cannot be searched and the sentence that says why."""
    if not shown.filter.q:
        return shown, ""
    try:
        search.words(shown.filter.q)
    except Invalid as problem:
        return replace(shown, filter=replace(shown.filter, q="")), say(problem)
    return shown, ""


def _place(request: HttpRequest) -> Place | None:
    if token := request.GET.get("before", ""):
        return Place.read(token, back=True)
    return Place.read(token) if (token := request.GET.get("after", "")) else None


def _asked(shown: Shown, now: datetime) -> dict[str, Asked]:
    """Everything the page counts: this list, its pressing part, and in the inbox every scope under the same filter."""
    asked = {"here": Asked(shown.filter, now)}
    if shown.page == "inbox":
        midnight = catalog.schedule().whole(catalog.schedule().date_of(now))[1]
        asked["late"] = Asked(replace(shown.filter, late=True), now)
        asked["pressing"] = Asked(replace(shown.filter, late=True), midnight)
        asked |= {f"scope_{s}": Asked(replace(shown.filter, scope=s), now) for s in scopes_for(shown.actor)}
    return asked


def _context(shown: Shown, found: Page, tallies: Tallies, now: datetime, trouble: str, words: str) -> dict[str, Any]:
    moves = bulk_choices(shown.actor)
    known = _counted(shown, now)
    found = replace(found, lines=with_own_tasks(shown.actor, found.lines))
    return {
        "now": now,
        "shown": shown,
        "sees": Perm.SEE in shown.actor.perms,
        "title": _("待办") if shown.page == "inbox" else _("诉求台账"),
        "summary": _summary(shown, tallies) if Perm.SEE in shown.actor.perms else "",
        "filters": filter_bar(shown, tallies),
        "more_kept": [p for p in shown.pairs if p[0] not in ("since", "until", "q")],
        "look_kept": [p for p in shown.pairs if p[0] not in ("cols", "group")],
        "columns": choices(shown.look),
        "groupings": groupings(shown.look),
        "totals": _totals(shown, known),
        "totals_over": known.over,
        "trouble": trouble,
        "asked_words": words,
        "ledger": Ledger(
            shown.look.shown(),
            _grouped(shown, found, known, now),
            _("诉求列表"),
            form=BULK_FORM if moves and found.lines else "",
        ),
        "rows": bool(found.lines),
        "moves": moves,
        "pager": _pager(shown, found, tallies),
        "empty": _empty(shown),
        "export_urls": _export_urls(shown) if allows(shown.actor, Perm.EXPORT) and found.lines else None,
        "export_later": shown.linked(reverse("desk:download_new")) if tallies.of("here").over else "",
        "print_url": shown.linked(reverse("desk:list_print")) if found.lines else "",
        "may_register": allows(shown.actor, Perm.REGISTER),
    }


def _counted(shown: Shown, now: datetime) -> Groups:
    """Totals by the column the list is grouped by; one more statement, and only when somebody groups."""
    return count_by(shown.actor, shown.filter, shown.look.group, now=now) if shown.look.group else Groups()


def _grouped(shown: Shown, found: Page, known: Groups, now: datetime) -> list[DueGroup]:
    cells = shown.look.cells()
    if shown.look.group:
        return table.value_groups(found.lines, now, cells, shown.look.group, known)
    if shown.page == "inbox" and not shown.filter.q:
        return table.due_groups(found.lines, now, cells, found.before, found.after)
    return table.plain_group(found.lines, now, cells)


def _totals(shown: Shown, known: Groups) -> list[Chip]:
    """Each group of the whole list with its number, leading to exactly its rows where the filter can say it."""
    column = shown.look.group
    names = officer_names([value for value, _n in known.counts if value]) if column == "officer" else {}
    made = []
    for value, count in known.counts[:GROUPS_SHOWN]:
        narrower = narrowed_to(shown.filter, column, value)
        label = names.get(value) or table.value_label(column, value)
        url = replace(shown, filter=narrower, look=replace(shown.look, group="")).link() if narrower else ""
        made.append(Chip(label, url, count=count))
    return made


def grouped_totals(shown: Shown, now: datetime) -> list[Chip]:
    """The totals of a grouped list, for the page and for paper."""
    return _totals(shown, _counted(shown, now))


def _summary(shown: Shown, tallies: Tallies) -> str:
    words = {"scope": SCOPES[shown.filter.scope], "n": said(tallies.of("here"))}
    text = _("%(scope)s %(n)s 件") % words
    if shown.page != "inbox":
        return text
    late, pressing = tallies.of("late"), tallies.of("pressing")
    if late.count:
        text += _("，已超期 %(n)s 件") % {"n": said(late)}
    if pressing.count > late.count and not pressing.over:
        text += _("，今天到期 %(n)s 件") % {"n": pressing.count - late.count}
    return text


def _pager(shown: Shown, found: Page, tallies: Tallies) -> Pager:
    here = tallies.of("here")
    joint = "&" if shown.query else ""

    def at(name: str, place: Place | None) -> str:
        return f"{shown.url}?{shown.query}{joint}{urlencode({name: place.token()})}" if place else ""

    return Pager(
        first=found.first,
        last=found.last,
        total=here.count,
        exact=not here.over,
        over=here.over,
        next_url=at("after", found.after),
        prev_url=at("before", found.before) if found.first > 1 else "",
    )


def _export_urls(shown: Shown) -> dict[str, str]:
    return {form: shown.linked(reverse("desk:export", kwargs={"form": form})) for form in ("xlsx", "csv")}


def _empty(shown: Shown) -> dict[str, str]:
    """What to say and to do when nothing is listed."""
    if Perm.SEE not in shown.actor.perms:
        return {"title": _("您的岗位不经手诉求"), "text": _("请从左边的菜单进入您的工作。"), "url": "", "label": ""}
    if shown.filter.q:
        text = _("换个说法，或只写其中两个字再找；只找得到您有权看的。")
        return {"title": _("没有找到"), "text": text, "url": shown.link(q=""), "label": _("不搜索，看全部")}
    if shown.query:
        text = _("没有符合这些筛选条件的诉求。")
        return {"title": _("这里没有"), "text": text, "url": shown.url, "label": _("清除筛选")}
    if shown.page == "inbox":
        text = _("现在没有要您办的。可以看看台账里的全部诉求。")
        return {"title": _("都办完了"), "text": text, "url": reverse("desk:ledger"), "label": _("看诉求台账")}
    if allows(shown.actor, Perm.REGISTER):
        text = _("登记第一件诉求，或从表格导入已有的台账。")
        return {"title": _("台账还是空的"), "text": text, "url": reverse("desk:request_new"), "label": _("登记诉求")}
    return {"title": _("台账还是空的"), "text": _("有诉求登记后会出现在这里。"), "url": "", "label": ""}
