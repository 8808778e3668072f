"""Plans of responsibility: asked for, looked at row by row, confirmed or put aside."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from huhang.base.access.rules import Perm
from huhang.base.jobs.queries import given_up
from huhang.base.people.queries import names
from huhang.doors.desk.liaisons.listing import branches
from huhang.doors.desk.liaisons.words import (
    CHANGES,
    TONES,
    change_words,
    each_label,
    line_label,
    reason_words,
    skill_label,
)
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Conflict, Invalid
from huhang.register.liaisons import actions, queries
from huhang.register.liaisons.catalogue import policy
from huhang.register.liaisons.models import Plan, PlanRow
from huhang.register.units.queries import tree

PAGE, LISTED = 100, 30


@officers(Perm.PLAN_LIAISON)
@require_http_methods(["GET", "HEAD", "POST"])
def plans(request: HttpRequest) -> HttpResponse:
    """Plans made, and asking for another."""
    actor, now = actor_of(request), timezone.now()
    problem = ""
    if request.method == "POST":
        try:
            made = actions.propose(branch=_branch(request.POST.get("branch", "")), by=actor, now=now)
            return redirect("desk:liaison_plan", pk=made.pk)
        except (Invalid, Conflict) as wrong:
            problem = say(wrong)
    within = queries.branches_of(actor)
    ground = branches() if within is None else [(str(one), tree().label(one)) for one in within]
    rows = queries.plans_of(actor).select_related("asked_by", "settled_by")[:LISTED]
    context = {
        "rows": [{"plan": one, "where": _where(one), "state": _state(one)} for one in rows],
        "ground": [*([("", _("全市"))] if within is None else []), *ground],
        "problem": problem,
        "now": now,
    }
    return render(request, "desk/liaisons/plans.html", context, status=422 if problem else 200)


def _branch(said: str) -> uuid.UUID | None:
    if not said:
        return None
    try:
        return uuid.UUID(said)
    except ValueError:
        raise Invalid("请选一个分局、县局，或者全市。", field="branch") from None


def _where(plan: Plan) -> str:
    return tree().label(plan.branch_id) if plan.branch_id else _("全市")


def _state(plan: Plan) -> tuple[str, str]:
    if plan.discarded:
        return _("未采用"), ""
    if plan.settled_at:
        return _("已执行"), "ok"
    return (_("待确认"), "wait") if plan.made_at else (_("正在计算"), "go")


@officers(Perm.PLAN_LIAISON)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One plan: what would change and why; nothing changes before somebody confirms."""
    actor, _now = actor_of(request), timezone.now()
    plan = queries.plan_of(pk, actor)
    if request.method == "POST":
        try:
            return _settle(request, plan)
        except Invalid as wrong:
            return _show(request, plan, problem=say(wrong))
    return _show(request, plan)


def _settle(request: HttpRequest, plan: Plan) -> HttpResponse:
    actor, now, said = actor_of(request), timezone.now(), request.POST
    act = said.get("act", "")
    if act == "discard":
        actions.discard(plan_id=plan.pk, by=actor, now=now)
        done(request, _("方案没有采用，什么都没有改变。"))
        return redirect("desk:liaison_plans")
    if act not in ("all", "some"):
        raise Invalid("请用页面上的按钮办理。", field="act")
    rows: list[uuid.UUID] | None = None
    if act == "some":
        try:
            rows = [uuid.UUID(one) for one in said.getlist("row")]
        except ValueError:
            raise Invalid("请从列出的选项里选一项。", field="rows") from None
    told = actions.confirm(plan_id=plan.pk, rows=rows, by=actor, now=now)
    words = ngettext("已执行 %(done)d 条。", "已执行 %(done)d 条。", told["done"]) % told
    if told["stale"]:
        words += _("%(stale)d 条在方案算出以后情况已变，没有执行，请重新算一次。") % told
    done(request, words)
    return redirect("desk:liaison_plan", pk=plan.pk)


def _show(request: HttpRequest, plan: Plan, *, problem: str = "") -> HttpResponse:
    tally = queries.tally(plan)
    show = request.GET.get("show", "")
    if show not in CHANGES:
        show = next((one for one in CHANGES if tally.get(one)), "new")
    rows = plan.rows.filter(change=show).select_related("subject", "before", "after").order_by("id")
    said = request.GET.get("page", "1")
    page = Paginator(rows, PAGE).get_page(int(said) if said.isdecimal() and len(said) < 7 else 1)
    short = names(uuid.UUID(one) for one, _each in plan.short)
    lost = plan.made_at is None and Plan.objects.filter(given_up(actions.PLAN, "plan"), pk=plan.pk).exists()
    context = {
        "plan": plan,
        "where": _where(plan),
        "state": _state(plan),
        "lost": lost,
        "policy": policy(plan.policy),
        "tabs": [(one, change_words(one), tally.get(one, 0)) for one in CHANGES],
        "show": show,
        "tone": TONES[show],
        "rows": [_row(one) for one in page.object_list],
        "page": page,
        "short": [(short.get(uuid.UUID(officer), ""), each_label(each)) for officer, each in plan.short],
        "changes": sum(tally.get(one, 0) for one in actions.CHANGES),
        "open": plan.made_at is not None and plan.settled_at is None,
        "selectable": show in actions.CHANGES,
        "problem": problem,
        "now": timezone.now(),
    }
    return render(request, "desk/liaisons/plan.html", context, status=422 if problem else 200)


def _row(row: PlanRow) -> dict[str, Any]:
    skilled = _("、").join(skill_label(one) for one in row.skills)
    why = [
        _("%(what)s：%(skills)s") % {"what": reason_words(one), "skills": skilled}
        if skilled and one in ("skills", "skills_missing")
        else reason_words(one)
        for one in row.why
    ]
    if row.each:
        why.append(each_label(row.each))
    return {
        "row": row,
        "unit": tree().label(row.subject.unit_id),
        "line": line_label(row.line),
        "why": _("；").join(why),
        "outcome": row.get_outcome_display() if row.outcome else "",
    }
