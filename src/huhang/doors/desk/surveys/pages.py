"""Surveys at the desk: the list, the results of one with every number leading to its rows, and files (C6)."""

import uuid
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.base.journal import actions as journal
from huhang.base.papers.codes import qr
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Chip, Fact
from huhang.doors.frame.saying import say, say_hint
from huhang.kernel.errors import Missing, Refusal
from huhang.kinds.requests.catalogue import category_label
from huhang.kinds.requests.surveying import catalogue, queries, rules
from huhang.kinds.requests.surveying.models import Round, Topic
from huhang.reading.matters import tables as written
from huhang.reading.surveys import tables
from huhang.reading.surveys.results import (
    Pair,
    Results,
    Told,
    closed_questions,
    compared,
    in_words,
    opinions_of,
    results,
    sheets_of,
)
from huhang.register.units.queries import tree

PAGE, MOST = 30, 500
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
TONES = {queries.PLANNED: "wait", queries.OPEN: "go", queries.OVER: "ok"}


def state_label(state: str) -> str:
    """The state in words."""
    return {queries.PLANNED: _("未开始"), queries.OPEN: _("进行中"), queries.OVER: _("已结束")}[state]


@officers(Perm.SEE)
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """Surveys this officer sees, newest first."""
    actor, now = actor_of(request), timezone.now()
    page = Paginator(queries.visible(actor).order_by("-starts_at", "-id"), PAGE).get_page(request.GET.get("page", "1"))
    rows = [
        {
            "round": one,
            "state": state_label(queries.state(one, now)),
            "tone": TONES[queries.state(one, now)],
            "unit": tree().label(one.unit_id),
            "audience": Round.Audience(one.audience).label,
        }
        for one in page.object_list
    ]
    context = {"rows": rows, "page": page, "may_make": allows(actor, Perm.NOTIFY), "now": now}
    return render(request, "desk/surveys/surveys.html", context)


@officers(Perm.SEE)
@require_safe
def survey_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The results of one survey, beside those of another round of the same questionnaire if asked for.

    Raises:
        Missing: none that this officer sees.
    """
    return shown_page(request, queries.round_of(actor_of(request), pk), None)


def shown_page(request: HttpRequest, row: Round, refusal: Refusal | None) -> HttpResponse:
    """The page, with what a refused step says above it."""
    actor, now = actor_of(request), timezone.now()
    found, state = results(row), queries.state(row, now)
    holds, other = queries.may_hold(actor, row), _other(actor, row, request.GET.get("compare", ""))
    far = queries.progress(row)
    wide = actor.everything and {Perm.SUPERVISE, Perm.COMMENT} <= actor.perms
    address = queries.address(row) if row.audience == Round.Audience.OPEN else ""
    context = {
        "round": row,
        "state": state_label(state),
        "tone": TONES[state],
        "refused": f"{say(refusal)} {say_hint(refusal)}".strip() if refusal else "",
        "facts": _facts(row),
        "progress": far,
        "found": found,
        "questions": [_question(row, told) for told in found.questions],
        "qr": qr(address, _("问卷的二维码")) if address and state != queries.OVER else "",
        "address": address,
        "may_remind": holds and queries.may_remind(row, now) and far.unanswered > 0,
        "may_close": holds and state != queries.OVER,
        "may_print": holds and state != queries.OVER and row.audience != Round.Audience.OPEN,
        "may_count": wide and state == queries.OVER and row.counted_id is None and _has_class(row) and found.shown,
        "may_arrange": holds and row.counted_id is None,
        "may_export": allows(actor, Perm.EXPORT) and found.shown,
        "twice": 2 * found.policy.least,
        "year": catalog.schedule().date_of(row.ends_at).year,
        "others": _others(actor, row, other),
        "pairs": _pairs(other, found),
        "other": other,
        "now": now,
    }
    return render(request, "desk/surveys/survey.html", context, status=refusal.status if refusal else 200)


def _has_class(row: Round) -> bool:
    return any(one["kind"] == rules.CLASS for one in closed_questions(row))


def _facts(row: Round) -> list[Fact]:
    body = catalogue.sheet(row.questionnaire, row.version)
    who = str(Round.Audience(row.audience).label)
    facts = [
        Fact(_("问卷"), catalogue.say(body), note=_("第 %(n)d 版") % {"n": row.version}),
        Fact(_("目的"), catalogue.say(body, "purpose")),
        Fact(_("组织单位"), tree().label(row.unit_id), note=row.by_label),
        Fact(_("问谁"), who, note=row.narrowed),
        Fact(_("起止"), f"{timezone.localtime(row.starts_at):%Y-%m-%d %H:%M} – {_end(row):%Y-%m-%d %H:%M}"),
    ]
    if row.reminded_at is not None:
        facts.append(Fact(_("提醒过"), f"{timezone.localtime(row.reminded_at):%Y-%m-%d %H:%M}"))
    if row.counted_id is not None and row.counted is not None:
        facts.append(Fact(_("已计入"), _("%(year)d 年十大问题") % {"year": row.counted.year}, url=_worst(row)))
    return facts


def _end(row: Round) -> datetime:
    return timezone.localtime(row.closed_at or row.ends_at)


def _worst(row: Round) -> str:
    year = row.counted.year if row.counted else 0
    query = {"by": "topic", "period": "custom", "from": f"{year}-01-01", "to": f"{year}-12-31"}
    return f"{reverse('supervision:worst')}?{urlencode(query)}"


def _question(row: Round, told: Told) -> dict[str, Any]:
    here = reverse("desk:survey_rows", args=[row.pk])
    return {
        "told": told,
        "text": told.kind == rules.TEXT,
        "rank": told.kind == rules.RANK,
        "many": told.kind == rules.MANY,
        "parts": [
            {"part": p, "url": f"{here}?{urlencode({'question': told.code, 'part': p.code})}" if p.opens else ""}
            for p in told.parts
        ],
        "groups": [
            {
                "group": g,
                "category": category_label(g.category, 0) if g.category else "",
                "url": f"{here}?{urlencode({'topic': str(g.topic.pk)})}" if g.topic else "",
            }
            for g in told.groups
        ],
    }


def _other(actor: Actor, row: Round, text: str) -> Round | None:
    try:
        pk = uuid.UUID(text)
    except ValueError:
        return None
    return queries.visible(actor).filter(pk=pk, questionnaire=row.questionnaire).exclude(pk=row.pk).first()


def _others(actor: Actor, row: Round, chosen: Round | None) -> list[Chip]:
    rows = queries.visible(actor).filter(questionnaire=row.questionnaire).exclude(pk=row.pk).order_by("-starts_at")
    return [
        Chip(f"{one.title} {one.starts_at:%Y-%m}", f"?compare={one.pk}#compare", on=one == chosen) for one in rows[:6]
    ]


def _pairs(other: Round | None, found: Results) -> list[dict[str, Any]]:
    if other is None:
        return []
    return [_pair(one) for one in compared(results(other), found)]


def _pair(one: Pair) -> dict[str, Any]:
    def told(value: float | None) -> str:
        if value is None:
            return "—"
        return f"{value:.2f}" if one.mean else f"{100 * value:.1f} %"

    change = None if one.before is None or one.after is None else one.after - one.before
    moved = "—" if change is None else f"{change:+.2f}" if one.mean else f"{100 * change:+.1f}"
    label = one.label or _("平均")
    return {"pair": one, "label": label, "before": told(one.before), "after": told(one.after), "change": moved}


@officers(Perm.SEE)
@require_safe
def rows_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The rows behind a number: answers without free text, or opinions of one group; never too few to hide anybody.

    Raises:
        Missing: no such survey, question or group, or too few rows to be opened.
    """
    actor = actor_of(request)
    row = queries.round_of(actor, pk)
    if text := request.GET.get("topic", ""):
        return _opinions(request, row, text)
    question, part = request.GET.get("question", ""), request.GET.get("part", "")
    asked = next((one for one in closed_questions(row) if str(one["code"]) == question), None)
    sheets = sheets_of(row, question, part) if asked is not None else None
    if asked is None or sheets is None:
        raise Missing("没有这些答卷，或人数太少、不能逐份打开。")
    body = [list(zip(_heads(row), in_words(row, one), strict=True)) for one in sheets[:MOST]]
    context = {"round": row, "title": catalogue.say(asked, "text"), "sheets": body, "count": len(sheets), "topic": None}
    return render(request, "desk/surveys/rows.html", context)


def _heads(row: Round) -> list[str]:
    return [catalogue.say(one, "text") for one in closed_questions(row)]


def _opinions(request: HttpRequest, row: Round, text: str) -> HttpResponse:
    try:
        topic = Topic.objects.filter(round=row, pk=uuid.UUID(text)).first()
    except ValueError:
        topic = None
    said = opinions_of(row, topic=topic) if topic else []
    if topic is None or not said:
        raise Missing("没有这组意见。")
    near = Topic.objects.filter(round=row, question=topic.question, category=topic.category).exclude(pk=topic.pk)
    context = {
        "round": row,
        "title": topic.name,
        "topic": topic,
        "category": category_label(topic.category, 0) if topic.category else "",
        "opinions": said[:MOST],
        "count": len(said),
        "near": list(near.order_by("name")[:100]),
        "may_arrange": queries.may_hold(actor_of(request), row) and row.counted_id is None,
    }
    return render(request, "desk/surveys/rows.html", context)


@officers(Perm.EXPORT)
@require_safe
def export_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Results, answers or opinions as a file; that it was taken stands in the journal.

    Raises:
        Missing: none that this officer sees.
    """
    actor, now = actor_of(request), timezone.now()
    row = queries.round_of(actor, pk)
    what = request.GET.get("what", "results")
    what = what if what in tables.WHATS else "results"
    form = "csv" if request.GET.get("form") == "csv" else "xlsx"
    sheet, lines = tables.table(row, what)
    data = {"list": "survey", "survey": str(pk), "what": what, "form": form, "count": len(lines)}
    journal.write("survey.export", by=actor, now=now, data=data)
    name = {"Content-Disposition": f'attachment; filename="huhang-survey-{what}-{pk.hex[:8]}.{form}"'}
    return HttpResponse(written.written(form, sheet, lines), content_type=TYPES[form], headers=name)
