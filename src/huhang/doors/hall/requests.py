"""One request as its person sees it: state in plain words, steps, date and why, answer, files, what can be done now."""

import uuid
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.files import actions as files
from huhang.cases.actions.moving import refused
from huhang.cases.models import Attachment, Case, Step
from huhang.cases.registry import kind_of
from huhang.cases.rules import Kind, Move
from huhang.doors.frame.gates import actor_of
from huhang.doors.frame.parts import Event, Fact
from huhang.doors.hall import talk, visitor
from huhang.doors.hall.clock import answer_clock
from huhang.doors.hall.following import KIND
from huhang.doors.hall.forms import STARS
from huhang.doors.hall.showing import show
from huhang.kernel.errors import Invalid, Missing
from huhang.kernel.numbering import normalise_number
from huhang.kinds.requests import catalogue, queries
from huhang.kinds.requests.models import Rating
from huhang.kinds.requests.outside.queries import way_of
from huhang.kinds.requests.rules import CHANNELS, NATURES
from huhang.kinds.requests.solved import catalogue as solved
from huhang.kinds.requests.solved import queries as rounds
from huhang.kinds.requests.talk.actions import mark_read
from huhang.kinds.requests.talk.queries import may_write
from huhang.register.units.queries import tree

FIRST = ("supply", "rate")
"""What is asked of the person stands above everything; what they may do besides stands below."""

OwnPage = Callable[..., HttpResponseBase]


def own(page: OwnPage) -> OwnPage:
    """Gives the page the case of a number, if it is this visitor's own.

    A stranger is asked for number and secret whether or not the number exists; to a person somebody else's number and
    one that does not exist are the same "not found" (SAFEGUARDS 2).
    """

    @wraps(page)
    def inner(request: HttpRequest, number: str, *args: Any, **kw: Any) -> HttpResponseBase:
        visitor.refuse_officers(request)
        actor = actor_of(request)
        if actor.kind != "person":
            return redirect(reverse("hall:follow") + "?" + urlencode({"number": number[:40]}))
        if number.upper().startswith(kind_of("hazard").prefix):  # an SMS says only that there is a number
            return redirect("hall:hazard", number=number[:40])
        return page(request, find(number, actor), *args, **kw)

    inner.gate = "person"  # type: ignore[attr-defined]
    return inner


def find(number: str, actor: Actor) -> Case:
    """The visitor's own case of a number.

    Raises:
        Missing: no such number, or not theirs.
    """
    try:
        wanted = normalise_number(number)
    except Invalid:
        raise Missing from None
    rows = Case.objects.filter(number=wanted, kind=KIND).select_related("request").defer("search", "folded")
    case = visible_to(actor, rows).first()
    if case is None:
        raise Missing
    return case


# ---- what is shown


def public_state(kind: Kind, case: Case) -> str:
    """The state in the words meant for its person."""
    state = kind.state(case.state)
    return str(state.public or state.label)


def events(kind: Kind, steps: list[Step]) -> list[Event]:
    """The steps a person may know of, newest first; officers appear as their unit only."""
    told = [event for step in steps if (event := _event(kind, step)) is not None]
    return [Event(**{**vars(event), "current": i == 0}) for i, event in enumerate(reversed(told))]


def _event(kind: Kind, step: Step) -> Event | None:
    who = _("您") if step.by_kind == "person" else tree().label(step.unit_id)
    if step.move == "open":
        return Event(_("诉求已登记"), step.at, who=who)
    if step.move == "hand_over":
        return Event(_("承办单位变更"), step.at, text=step.public_note)
    move = kind.move(step.move)
    if move is None or not move.public:
        return None
    brief = step.move in ("dispatch", "reassign", "sign", "merge")
    text = step.public_note if brief else _stars(step.data.get("stars"))
    who = "" if who == text else who
    return Event(str(move.says), step.at, text=text, who=who, quote="" if brief else step.public_note)


def _stars(given: Any) -> str:
    words = dict(STARS).get(given) if isinstance(given, int) else None
    return f"{'★' * given}{'☆' * (5 - given)} {words}" if words else ""


def facts(case: Case) -> list[Fact]:
    """What was told when it was filed."""
    known = queries.detail(case)
    rows = [
        Fact(_("诉求人"), known.contact_masked or case.from_label),
        Fact(_("性质"), str(dict(NATURES).get(known.nature, known.nature))),
        Fact(_("渠道"), str(dict(CHANNELS).get(case.channel, case.channel))),
        Fact(_("现在由谁办"), tree().label(case.unit_id)),
    ]
    if case.category:
        rows.insert(2, Fact(_("类别"), catalogue.category_label(case.category, case.category_version)))
    if case.place:
        rows.append(Fact(_("地点"), case.place))
    if known.confidential:
        rows.append(Fact(_("保密"), _("已按您的要求为您保密")))
    return rows


def offered(kind: Kind, case: Case, actor: Actor, now: datetime) -> list[Move]:
    """The steps this person can take now: exactly those the engine would accept."""
    return [m for m in kind.moves if m.by_person and refused(kind, m, case, actor, now) is None]


def _rating(row: Rating) -> dict[str, Any]:
    names = dict(catalogue.reason_choices(row.stars))
    reasons = [names.get(code, code) for code in row.reasons]
    noted = _("回访时由工作人员记录，您可以自己再评价一次") if row.said_to == "revisit" else ""
    said = queries.dispute_of(row)
    excluded = ""
    if said is not None and said.excluded:
        words = {"unit": tree().label(said.decided_unit_id), "why": said.decision}
        excluded = _("%(unit)s复核认定为误评，不计入满意率，评价保留：%(why)s") % words
    return {
        "stars": _stars(row.stars),
        "reasons": reasons,
        "comment": row.comment,
        "at": row.at,
        "noted": noted,
        "excluded": excluded,
    }


def _proof(case: Case) -> str:
    """The record the unit names for its answer, where it said that the person may see it."""
    with acting(SYSTEM):  # an answer of the request this one was joined to is told here too
        stands = rounds.answered(case, queries.detail(case).redo_count)
    return stands.reference if stands is not None and stands.reference_public else ""


@own
@require_http_methods(["GET", "HEAD"])
def request_page(request: HttpRequest, case: Case) -> HttpResponse:
    """The page of one request. At most twelve statements, however long its life was."""
    response = show_request(request, case)
    if request.method == "GET":
        mark_read(case, by=actor_of(request), now=timezone.now())  # A3: after it was shown as new
    return response


def show_request(request: HttpRequest, case: Case, *, talk_form: Any = None, status: int = 200) -> HttpResponse:
    """The page with its form to write, fresh or as it was sent."""
    actor, now, kind = actor_of(request), timezone.now(), kind_of(case.kind)
    moves = offered(kind, case, actor, now)
    lead = queries.lead_of(case)  # what was joined elsewhere is answered there
    with acting(SYSTEM) if lead is not case else nullcontext():
        clock = answer_clock(lead, now) if lead.is_open else None
    known = queries.detail(lead)
    attached = Attachment.objects.filter(case=case, public=True).select_related("file").order_by("at", "id")
    context = {
        "case": case,
        "state": kind.state(case.state),
        "state_words": public_state(kind, case),
        "events": events(kind, list(case.steps.order_by("seq"))),
        "facts": facts(case),
        "clock": clock,
        "answer": known.answer if lead.answered_at else "",
        "result": solved.result_label(known.result) if known.result else "",
        "proof": _proof(lead) if lead.answered_at else "",
        "files": list(attached),
        "ratings": [_rating(one) for one in queries.ratings(case)],
        "outside": way_of(case, now),
        "talk": talk.lines(case, now),
        "talk_form": (talk_form or talk.blank()) if may_write(case, actor, now) else None,
        "first_moves": [m for m in moves if m.name in FIRST],
        "other_moves": [m for m in moves if m.name not in FIRST],
        "now": now,
    }
    return show(request, "request", context, status=status)


@own
@require_http_methods(["GET", "HEAD"])
def download(request: HttpRequest, case: Case, attachment: uuid.UUID) -> HttpResponseBase:
    """A file of the request that its person may have; the reading is a line of the journal."""
    found = Attachment.objects.filter(pk=attachment, case=case, public=True).select_related("file").first()
    if found is None:
        raise Missing
    return files.serve(found.file, by=actor_of(request), now=timezone.now())
