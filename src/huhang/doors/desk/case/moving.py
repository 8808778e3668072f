"""Making a move: its form in place or as a page of its own, a question before what cannot be undone, and what to do
when somebody else was faster: the form again with everything typed, and what changed."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.replies.actions import Answer, once
from huhang.cases.actions import move
from huhang.cases.actions.moving import Overtaken, refused
from huhang.cases.fields import clean_all
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.cases.rules import Move
from huhang.doors.desk.case import proposals, timeline
from huhang.doors.desk.case.finding import case_at
from huhang.doors.desk.case.move_form import MoveForm, typed
from huhang.doors.desk.case.uploading import keep_files
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json


@officers()
@require_http_methods(["GET", "HEAD", "POST"])
def move_page(request: HttpRequest, number: str, name: str) -> HttpResponseBase:
    """Shows the form of one move, or makes the move.

    Raises:
        Missing: no such case for this officer, or its kind has no such move.
        Denied, Conflict: the move cannot be made now.
    """
    actor, now = actor_of(request), timezone.now()
    case = case_at(number, actor)
    found = kind_of(case.kind).move(name)
    if found is None or found.by_person:
        raise Missing
    if request.method == "POST" and "narrow" not in request.POST:
        return _make(request, case, found, actor, now)
    if (why := refused(kind_of(case.kind), found, case, actor, now)) is not None:
        raise why
    if request.method == "POST":  # only the choices that hang on another are asked for
        form = MoveForm(case, found, now, request.POST, by=actor)
        form.keep()
        return show_move(request, case, found, form, _version(request))
    form = MoveForm(case, found, now, by=actor)
    proposals.take(form, request.GET)  # a click on a proposal fills it in; the officer still sends the form
    return show_move(request, case, found, form, case.version)


def _version(request: HttpRequest) -> int:
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 9 else 0


def _make(request: HttpRequest, case: Case, found: Move, actor: Actor, now: datetime) -> HttpResponseBase:
    values, version = typed(found, request.POST), _version(request)
    key = request.POST.get("idempotency_key", "")[:80] or str(uuid7())
    wrong_file = _keep_files(request, case, found, key, actor, now)
    form = MoveForm(case, found, now, request.POST, by=actor)
    try:
        if wrong_file is not None:
            raise wrong_file
        if found.danger and request.POST.get("confirmed") != "yes":
            why = refused(kind_of(case.kind), found, case, actor, now)
            if isinstance(why, Denied) or (why is not None and version == case.version):
                raise why  # nobody is asked whether they are sure of what they may not do
            clean_all(found.fields, values)
            return _ask(request, case, found, version)
        _once(key, case, found, values, version, actor, now)
    except Overtaken as late:
        return _overtaken(request, found, form, actor, now, late)
    except (Invalid, Conflict) as wrong:
        form.tell(wrong)
        return show_move(request, case, found, form, version, status=wrong.status)
    done(request, _("“%(move)s”已办理。") % {"move": found.label}, keep=_keep(case, found))
    return _leave(request, case)


def _keep_files(request: HttpRequest, case: Case, found: Move, key: str, actor: Actor, now: datetime) -> Invalid | None:
    """Keeps what was chosen where the move can be made at all; what is wrong with a file is said beside its field."""
    if not request.FILES or refused(kind_of(case.kind), found, case, actor, now) is not None:
        return None
    try:
        keep_files(request, case, found, key, by=actor, now=now)
    except Invalid as wrong:
        return wrong
    return None


def _once(key: str, case: Case, found: Move, values: dict[str, Any], version: int, actor: Actor, now: datetime) -> None:
    """A double click or the back button makes one step: the second submission gets the first one's answer."""

    def work() -> Answer:
        move(case_id=case.pk, name=found.name, values=values, by=actor, now=now, version=version)
        return Answer(303, location=reverse("desk:case", kwargs={"number": case.number}))

    content = canonical_json({"case": str(case.pk), "move": found.name, "version": version, "values": values})
    once(key, who=str(actor.id), content=content, now=now, work=work)


def _keep(case: Case, found: Move) -> str:
    return f"move-{case.number}-{found.name}"


def _leave(request: HttpRequest, case: Case) -> HttpResponseBase:
    where = reverse("desk:case", kwargs={"number": case.number})
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": where})
    return redirect(where)


def _overtaken(
    request: HttpRequest, found: Move, form: MoveForm, actor: Actor, now: datetime, late: Overtaken
) -> HttpResponseBase:
    """The form again under the new version, so that a second submission is made knowing what changed.

    Raises:
        Missing: the change took the case out of this officer's sight.
    """
    case = case_at(request.resolver_match.kwargs["number"] if request.resolver_match else "", actor)
    kind = kind_of(case.kind)
    form.keep()
    since = [timeline.step_event(step, kind) for step in reversed(late.since)]
    barred = refused(kind, found, case, actor, now)
    said = say(barred) if barred else ""
    return show_move(request, case, found, form, case.version, status=409, since=since, barred=said)


def _ask(request: HttpRequest, case: Case, found: Move, version: int) -> HttpResponseBase:
    sent = [(f.name, value) for f in found.fields for value in request.POST.getlist(f.name)]
    key = request.POST.get("idempotency_key") or str(uuid7())
    hidden = [*sent, ("version", version), ("idempotency_key", key), ("confirmed", "yes")]
    context = {
        "case": case,
        "move": found,
        "title": _("确认“%(move)s”？") % {"move": found.label},
        "text": found.help or _("%(number)s 将不再继续办理，这一步不能撤销。") % {"number": case.number},
        "facts": [{"label": f.label, "value": request.POST.get(f.name) or "—"} for f in found.fields],
        "hidden": hidden,
        "action_url": reverse("desk:move", kwargs={"number": case.number, "name": found.name}),
        "label": found.label,
        "danger": True,
        "cancel_url": reverse("desk:case", kwargs={"number": case.number}),
    }
    return render(request, _template(request, "confirm"), context)


def _template(request: HttpRequest, what: str) -> str:
    return f"desk/case/_{what}.html" if request.headers.get("HX-Request") else f"desk/case/{what}.html"


def show_move(
    request: HttpRequest,
    case: Case,
    found: Move,
    form: MoveForm,
    version: int,
    *,
    status: int = 200,
    since: list[Any] | None = None,
    barred: str = "",
    preview: Any = None,
) -> HttpResponseBase:
    """The form of a move, fresh or as it was sent."""
    context = {
        "case": case,
        "kind": kind_of(case.kind),
        "state": kind_of(case.kind).state(case.state),
        "move": found,
        "form": form,
        "version": version,
        "key": str(uuid7()),
        "keep": _keep(case, found),
        "since": since or [],
        "barred": barred,
        "beside": found.beside(case) if found.beside else [],
        "reveal_url": reverse("desk:reveal", kwargs={"number": case.number})
        if found.beside and allows(actor_of(request), Perm.REVEAL, case)
        else "",
        "preview": preview,
        "preview_url": reverse("desk:preview", kwargs={"number": case.number, "name": found.name})
        if found.public
        else "",
        "now": timezone.now(),
        "offers": proposals.offers_for(case, found.name, form, actor_of(request), timezone.now()),
        "action_url": reverse("desk:move", kwargs={"number": case.number, "name": found.name}),
        "cancel_url": reverse("desk:case", kwargs={"number": case.number}),
    }
    response = render(request, _template(request, "move"), context, status=status)
    if request.headers.get("HX-Request") and status >= 400:
        response["HX-Retarget"] = "#act"  # 409 is swapped only where the server names the place
    return response
