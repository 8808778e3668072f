"""Visiting a subject: picking whom, and the form with what came of it (B3)."""

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.base.replies.actions import Answer, once
from huhang.cases.actions import open_case
from huhang.doors.desk.visits.forms import VisitForm, values_of
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Conflict, Invalid
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.kinds.visits import catalogue, gate, queries
from huhang.kinds.visits.actions import add_photos
from huhang.kinds.visits.rules import quarter_of
from huhang.register.subjects import queries as register
from huhang.register.subjects.models import Subject
from huhang.register.subjects.queries import Wanted

FOUND = 20


@officers(Perm.VISIT)
@require_http_methods(["GET", "HEAD", "POST"])
def new_visit(request: HttpRequest) -> HttpResponseBase:
    """Without a subject the list to pick from; with one the form, and after it the visit's page."""
    actor, now = actor_of(request), timezone.now()
    code = request.POST.get("code", "") or request.GET.get("code", "")
    try:
        subject = _chosen(actor, request.POST.get("subject", "") or request.GET.get("subject", ""), code, now)
    except Invalid as wrong:
        return _pick(request, actor, now, why=say(wrong), status=wrong.status)
    if subject is None:
        return _pick(request, actor, now)
    if request.method != "POST":
        return _form(request, subject, VisitForm(now, kind=subject.kind, initial=_begun(request)), now)
    try:
        number = _make(request, subject, actor, now)
    except (Invalid, Conflict) as wrong:
        form = VisitForm(now, request.POST, kind=subject.kind)
        form.tell(wrong)
        return _form(request, subject, form, now, status=wrong.status)
    done(request, _("走访已登记，带回的诉求已进台账。"), keep=f"visit-{subject.pk}")
    return redirect("desk:case", number=number)


def _chosen(actor: Actor, text: str, code: str, now: datetime) -> Subject | None:
    """The subject named, or the one whose code was scanned at the gate.

    Raises:
        Invalid: the code is forged, expired, or another subject's.
        Missing: no such subject for this officer.
    """
    try:
        if code and not text:
            return register.subject_of(actor, gate.read(code, now=now))
        if not text:
            return None
        return register.subject_of(actor, uuid.UUID(text))
    except ValueError:
        return None


def _begun(request: HttpRequest) -> dict[str, str]:
    """What a link already says of the visit, such as one from a recurring duty (B2)."""
    return {name: request.GET[name][:24] for name in ("purpose", "cause", "met_0_role") if name in request.GET}


def _make(request: HttpRequest, subject: Subject, actor: Actor, now: datetime) -> str:
    values = {**values_of(request.POST), "code": request.POST.get("code", "")[:80]}
    photos = [one for one in request.FILES.getlist("photos") if one is not None]

    def work() -> Answer:
        made = open_case("visit", subject=subject.pk, by=actor, now=now, **values)
        add_photos(made, [(one.name or "", one) for one in photos], by=actor, now=now)
        return Answer(303, location=made.number)

    key = request.POST.get("idempotency_key", "")[:80] or str(uuid7())
    told = {**values, "device_at": request.POST.get("visited_at", ""), "subject": str(subject.pk)}
    told["photos"] = [[one.name, one.size] for one in photos]
    return once(key, who=str(actor.id), content=canonical_json(told), now=now, work=work).location


def _pick(request: HttpRequest, actor: Actor, now: datetime, *, why: str = "", status: int = 200) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:120].replace("\0", "")
    found = []
    if len(asked) >= 2:
        rows = register.narrowed(register.visible(actor), Wanted(q=asked))
        found = list(rows.order_by("name", "id")[:FOUND])
    context = {"asked": asked, "found": found, "mine": due(actor, now), "now": now, "why": why}
    return render(request, "desk/visits/pick.html", context, status=status)


def due(actor: Actor, now: datetime, most: int = 50) -> list[dict[str, Any]]:
    """Whom this officer answers for, the longest unseen first: whom to visit today."""
    if actor.user is None:
        return []
    return [
        {"subject": one, "seen_at": one.seen_at}  # type: ignore[attr-defined]
        for one in queries.unseen(actor.user)[:most]
    ]


def _form(request: HttpRequest, subject: Subject, form: VisitForm, now: datetime, *, status: int = 200) -> HttpResponse:
    quarter, rule = quarter_of(catalog.schedule().date_of(now)), catalogue.rule()
    earlier = queries.counted(subject, quarter)
    context = {
        "subject": subject,
        "form": form,
        "key": request.POST.get("idempotency_key") or str(uuid7()),
        "nth": len(earlier) + 1,
        "most": rule.most(subject.kind),
        "full": len(earlier) >= rule.most(subject.kind),
        "keep": f"visit-{subject.pk}",
        "code": request.POST.get("code", "") or request.GET.get("code", ""),
        "now": now,
    }
    return render(request, "desk/visits/new.html", context, status=status)
