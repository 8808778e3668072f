"""Requests like the one at hand, while it is taken down, beside the case, and joined several at once (C6).

Everything here is a proposal: nothing is joined before somebody with the permission says so.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huhang.base.access.queries import allows, visible_to
from huhang.base.access.rules import Actor, Perm
from huhang.base.replies.actions import Answer, once
from huhang.cases.actions.moving import refused
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.cases.rules import Move
from huhang.doors.desk.case.finding import case_at
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kernel.geo import check_point
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json, clean
from huhang.kinds.requests.actions.joining import Chosen, join_all
from huhang.kinds.requests.repeats.queries import Draft, Proposal, Proposals, proposals
from huhang.register.subjects.actions import person_by_phone
from huhang.register.units.queries import tree

KIND = "request"
WAITING = ("registered", "classified", "dispatched")
"""So long a request is looked at for what it repeats; later somebody is at work on it."""
LISTED = 30


@dataclass(frozen=True)
class Row:
    """A request like the one at hand, as it is shown. ``into`` is the number to join to, empty where there is none."""

    id: str
    version: int
    number: str
    url: str
    title: str
    place: str
    unit: str
    received: datetime
    state: str
    tone: str
    common: str
    into: str
    joinable: bool
    reason: str
    key: str


@dataclass(frozen=True)
class Box:
    """What is shown of proposals; false when there are none."""

    rows: list[Row]
    headline: str
    rules: int
    days: int
    metres: int
    may_join: bool = False
    may_lead: bool = False

    def __bool__(self) -> bool:
        return bool(self.rows)


def _common(one: Proposal) -> str:
    """What the two have in common, in words."""
    alike, said = one.alike, []
    if alike.same:
        said.append(_("文字相同"))
    elif alike.similar >= 0.1:
        said.append(_("文字约 %(n)d%% 相同") % {"n": round(alike.similar * 100)})
    if alike.metres is not None:
        far = alike.metres >= 1000
        said.append(
            _("相距 %(n).1f 公里") % {"n": alike.metres / 1000}
            if far
            else _("相距 %(n)d 米") % {"n": round(alike.metres)}
        )
    if alike.subject:
        said.append(_("同一主体"))
    if alike.person:
        said.append(_("同一诉求人"))
    if alike.category:
        said.append(_("同类"))
    return _("，").join(said)


def _headline(found: Proposals) -> str:
    if not found.count:
        return _("更早的，文字相同")
    counts = {"n": found.count, "days": found.days, "near": found.nearby, "metres": found.metres}
    if found.placed and found.nearby:
        return _("近 %(days)d 天有 %(n)d 件相近的，%(metres)d 米内 %(near)d 件") % counts
    return _("近 %(days)d 天有 %(n)d 件相近的") % counts


def _row(one: Proposal) -> Row:
    case, common = one.case, _common(one)
    lead = case.merged_into if case.merged_into_id else case if case.is_open else None
    state = kind_of(case.kind).state(case.state)
    return Row(
        str(case.pk),
        case.version,
        case.number,
        reverse("desk:case", kwargs={"number": case.number}),
        case.title,
        case.place,
        tree().label(case.unit_id),
        case.received_at,
        str(state.label),
        state.tone,
        common,
        lead.number if lead else "",
        case.state in _merge(case).from_,
        _("与 %(number)s 重复：%(common)s") % {"number": case.number, "common": common},
        str(uuid7()),
    )


def _merge(case: Case) -> Move:
    found = kind_of(case.kind).move("merge")
    assert found is not None  # requests can be joined
    return found


def _box(found: Proposals, *, may_join: bool = False, may_lead: bool = False) -> Box:
    rows = [_row(one) for one in found.shown]
    return Box(rows, _headline(found), found.rules, found.days, found.metres, may_join, may_lead)


def alike_of(case: Case, actor: Actor, now: datetime, *, most: int | None = None) -> Box:
    """What is like a filed request, and whether this officer may join it to one of them, or them to it."""
    found = proposals(actor, Draft.of(case), now, most=most)
    joins = refused(kind_of(case.kind), _merge(case), case, actor, now) is None
    leads = case.is_open and allows(actor, Perm.MERGE, case)
    return _box(found, may_join=joins, may_lead=leads)


def alike_url(case: Case, actor: Actor) -> str:
    """Where the case page finds what is like a request that still waits; asked for after the page, so that the page
    costs nothing for it."""
    wanted = case.kind == KIND and case.state in WAITING and {Perm.CLASSIFY, Perm.MERGE} & actor.perms
    return reverse("desk:case_alike", kwargs={"number": case.number}) if wanted else ""


# ---- while it is taken down


@officers(Perm.REGISTER)
@require_POST
def draft_alike(request: HttpRequest) -> HttpResponse:
    """What is like the form as far as it is filled. It is posted, so that nothing typed stands in an address."""
    draft = _draft(request.POST)
    found = proposals(actor_of(request), draft, timezone.now()) if draft else Proposals()
    return render(request, "desk/case/_alike.html", {"alike": _box(found) if found else None, "now": timezone.now()})


def _draft(data: QueryDict) -> Draft | None:
    """The form as a draft; what cannot be used is left out, for the form itself says so when it is sent."""
    try:
        title, body = clean(data.get("title", ""), max_length=200), clean(data.get("body", ""), max_length=20_000)
    except Invalid:
        return None
    lon, lat = _point(data)
    return Draft(title, body, lon, lat, _id(data.get("subject", "")), _person(data.get("phone", "")), _code(data))


def _code(data: QueryDict) -> str:
    return data.get("category", "")[:40].replace("\0", "")


def _point(data: QueryDict) -> tuple[float | None, float | None]:
    try:
        return check_point(float(data.get("lon", "")), float(data.get("lat", "")))
    except (ValueError, Invalid):
        return None, None


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _person(phone: str) -> uuid.UUID | None:
    """Whose phone it is; of their requests only those count that the officer sees."""
    try:
        known = person_by_phone(phone) if phone.strip() else None
    except Invalid:
        return None
    return known.pk if known else None


# ---- beside the case


@officers()
@require_safe
def case_alike(request: HttpRequest, number: str) -> HttpResponse:
    """The list of what is like a request; the few best as a part of the case page."""
    actor, now = actor_of(request), timezone.now()
    case = _request_at(number, actor)
    if request.headers.get("HX-Request"):
        context = {"alike": alike_of(case, actor, now), "case": case, "now": now}
        return render(request, "desk/case/_alike.html", context)
    return _list(request, case, actor, now)


def _request_at(number: str, actor: Actor) -> Case:
    case = case_at(number, actor)
    if case.kind != KIND:
        raise Missing
    return case


def _list(
    request: HttpRequest, case: Case, actor: Actor, now: datetime, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "alike": alike_of(case, actor, now, most=LISTED),
        "case": case,
        "now": now,
        "problem": problem,
        "ticked": [raw.partition(":")[0] for raw in request.POST.getlist("case")],
    }
    return render(request, "desk/case/alike.html", context, status=status)


# ---- several at once


@officers(Perm.MERGE)
@require_http_methods(["POST"])
def join(request: HttpRequest, number: str) -> HttpResponseBase:
    """Shows what joining the ticked requests would do, and joins them when that is confirmed.

    Raises:
        Denied: no permission to join in this very case.
    """
    actor, now = actor_of(request), timezone.now()
    case = _request_at(number, actor)
    if not allows(actor, Perm.MERGE, case):
        raise Denied
    try:
        chosen = _chosen(request.POST)
        if request.POST.get("confirmed") != "yes":
            return _preview(request, case, chosen, actor, now)
        return _join(request, case, chosen, actor, now)
    except Invalid as wrong:
        return _list(request, case, actor, now, problem=say(wrong), status=wrong.status)


def _chosen(data: QueryDict) -> Chosen:
    pairs: dict[uuid.UUID, int] = {}
    for raw in data.getlist("case"):
        pk, _colon, version = raw.partition(":")
        if (known := _id(pk)) is None or not (version.isascii() and version.isdigit() and len(version) < 9):
            raise Invalid("勾选的内容不完整，请重新勾选。")
        pairs[known] = int(version)
    if not pairs:
        raise Invalid("请先勾选要并入的诉求。")
    return list(pairs.items())


def _preview(
    request: HttpRequest, case: Case, chosen: Chosen, actor: Actor, now: datetime, problem: str = "", status: int = 200
) -> HttpResponse:
    rows = visible_to(actor, Case.objects.filter(pk__in=[pk for pk, _version in chosen], kind=KIND))
    found = list(rows.select_related("requester").defer("search", "folded", "body").order_by("-received_at"))
    shown = [_joined(one, actor, now) for one in found]
    versions = dict(chosen)
    context: dict[str, Any] = {
        "case": case,
        "state": kind_of(case.kind).state(case.state),
        "rows": shown,
        "chosen": [f"{one.pk}:{versions[one.pk]}" for one in found],
        "any_barred": any(row["barred"] for row in shown),
        "told": len({one.requester_id for one in found if one.requester_id}),
        "reason": request.POST.get("reason") or _("反映的是同一件事，并单一起办理。"),
        "problem": problem,
        "key": str(uuid7()),
    }
    return render(request, "desk/case/join.html", context, status=status)


def _joined(one: Case, actor: Actor, now: datetime) -> dict[str, Any]:
    state = kind_of(one.kind).state(one.state)
    barred = refused(kind_of(one.kind), _merge(one), one, actor, now)
    return {
        "number": one.number,
        "url": reverse("desk:case", kwargs={"number": one.number}),
        "title": one.title,
        "unit": tree().label(one.unit_id),
        "who": one.requester.name_masked if one.requester else _("没有留下联系方式"),
        "state": state.label,
        "tone": state.tone,
        "barred": say(barred) if barred else "",
    }


def _join(request: HttpRequest, case: Case, chosen: Chosen, actor: Actor, now: datetime) -> HttpResponseBase:
    reason = request.POST.get("reason", "")

    def work() -> Answer:
        join_all(lead=case, chosen=chosen, reason=reason, by=actor, now=now)
        return Answer(303, location=reverse("desk:case", kwargs={"number": case.number}))

    key = request.POST.get("idempotency_key", "")[:80] or str(uuid7())
    content = canonical_json({"lead": str(case.pk), "cases": [[str(pk), v] for pk, v in chosen], "reason": reason})
    try:
        once(key, who=str(actor.id), content=content, now=now, work=work)
    except (Invalid, Conflict) as wrong:
        return _preview(request, case, chosen, actor, now, problem=say(wrong), status=wrong.status)
    done(request, _("已并入本件 %(n)d 件，诉求人都会收到告知。") % {"n": len(chosen)})
    return redirect("desk:case", number=case.number)
