"""The visit form that works with no network: its page, what it keeps at hand, where drafts are sent (B3, ADR 33)."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.base.replies.actions import Answer, once
from huhang.cases.actions import open_case
from huhang.cases.models import Case
from huhang.doors.desk.visits.forms import VisitForm, here, values_of
from huhang.doors.desk.visits.making import due
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.saying import say, say_hint, say_problems
from huhang.kernel.errors import Invalid, Refusal
from huhang.kernel.text import canonical_json
from huhang.kinds.visits import catalogue, gate, queries
from huhang.kinds.visits.actions import add_photos
from huhang.kinds.visits.rules import quarter_of
from huhang.register.subjects import queries as register
from huhang.register.subjects.models import Subject
from huhang.register.subjects.queries import Wanted

STYLES = (
    *("vendor/bootstrap/bootstrap.min.css", "vendor/bootstrap-icons/bootstrap-icons.min.css", "frame/theme.css"),
    *("frame/frame.css", "frame/parts.css", "frame/forms.css", "frame/widths.css", "desk/visits.css"),
)
SCRIPTS = ("desk/visits-store.js", "desk/visits.js")
FOUND, MINE = 20, 200


@officers(Perm.VISIT)
@require_safe
def walk_page(request: HttpRequest) -> HttpResponse:
    """The form alone: nothing of anybody in it, so that a device may keep it; what is at hand comes from `at_hand`."""
    form = VisitForm(timezone.now())
    del form.fields["visited_at"]  # the device says when it began, and the server by how much its clock is off
    context = {"form": form, "code": request.GET.get("code", "")[:80], "phone": True}
    response = render(request, "desk/visits/phone.html", context)
    response["Cache-Control"] = "no-cache, private"
    return response


@officers(Perm.VISIT)
@require_safe
def at_hand(request: HttpRequest) -> HttpResponse:
    """Who is signed in, a fresh token for sending, and whom this officer answers for."""
    actor, now = actor_of(request), timezone.now()
    quarter, rule = quarter_of(catalog.schedule().date_of(now)), catalogue.rule()
    rows = due(actor, now, MINE)
    counts = queries.counts([row["subject"].pk for row in rows], quarter)
    mine = [
        {
            "id": str(row["subject"].pk),
            "name": row["subject"].name,
            "address": row["subject"].address,
            "nth": counts.get(row["subject"].pk, 0) + 1,
            "most": rule.most(row["subject"].kind),
        }
        for row in rows
    ]
    return _told({"who": str(actor.id), "name": actor.label, "token": get_token(request), "mine": mine})


@officers(Perm.VISIT)
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Subjects by name, code or address, while there is a network; or the one whose code was scanned, or why not."""
    if code := request.GET.get("code", ""):
        try:
            scanned = register.subject_of(actor_of(request), gate.read(code[:80], now=timezone.now()))
        except Refusal as wrong:
            return _wrong(wrong)
        return _told({"found": [{"id": str(scanned.pk), "name": scanned.name, "address": scanned.address}]})
    asked = request.GET.get("q", "").strip()[:120].replace("\0", "")
    found: list[Subject] = []
    if len(asked) >= 2:
        rows = register.narrowed(register.visible(actor_of(request)), Wanted(q=asked))
        found = list(rows.order_by("name", "id")[:FOUND])
    return _told({"found": [{"id": str(one.pk), "name": one.name, "address": one.address} for one in found]})


@officers(Perm.VISIT)
@require_POST
def sent(request: HttpRequest) -> HttpResponse:
    """Takes a draft once, whatever number of times it comes; what is wrong is told so that the draft can be mended."""
    actor, now = actor_of(request), timezone.now()
    key = request.POST.get("idempotency_key", "")[:80]
    try:
        if not key:
            raise Invalid("缺少这份草稿的编号，请重新打开表单。")
        number = _take(request, key, actor, now)
    except Refusal as wrong:
        return _wrong(wrong)
    made = Case.objects.get(number=number)
    raised = Case.objects.filter(parent=made, kind="request").order_by("received_at", "id")
    told = {"number": number, "url": reverse("desk:case", kwargs={"number": number})}
    return _told({**told, "requests": list(raised.values_list("number", flat=True))}, 201)


def _take(request: HttpRequest, key: str, actor: Actor, now: datetime) -> str:
    given = request.POST
    values = {
        **values_of(given),
        "device_at": given.get("device_at", "")[:40],
        "device_now": given.get("device_now", "")[:40],
        "code": given.get("code", "")[:80],
    }
    photos = [one for one in request.FILES.getlist("photos") if one is not None]

    def work() -> Answer:
        made = open_case("visit", subject=given.get("subject", ""), by=actor, now=now, **values)
        add_photos(made, [(one.name or "", one) for one in photos], by=actor, now=now)
        return Answer(201, location=made.number)

    # the device's clock at sending is another at each try; what was told is the same
    told = {**values, "device_now": "", "subject": given.get("subject", "")}
    told["photos"] = [[one.name, one.size] for one in photos]
    return once(key, who=f"walk:{actor.id}", content=canonical_json(told), now=now, work=work).location


def _wrong(wrong: Refusal) -> HttpResponse:
    problems = say_problems(wrong.problems) if isinstance(wrong, Invalid) else {}
    if wrong.field and wrong.field not in problems:
        problems[wrong.field] = say(wrong)
    told = {"code": wrong.code, "text": say(wrong), "hint": say_hint(wrong) if wrong.hint else ""}
    return _told({**told, "problems": {here(name): text for name, text in problems.items()}}, wrong.status)


def _told(data: dict[str, Any], status: int = 200) -> HttpResponse:
    response = JsonResponse(data, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


@officers(Perm.VISIT)
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the form on the device: the form's own files and nothing else."""
    files = [static(name) for name in (*STYLES, *SCRIPTS)]
    context = {"files": files, "page": reverse("desk:visit_phone")}
    response = render(request, "desk/visits/worker.js", context, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@officers(Perm.VISIT)
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What the form is called and looks like once installed; its reach is the form alone."""
    page = reverse("desk:visit_phone")
    data = {
        "id": page,
        "name": _("护航走访"),
        "short_name": _("走访"),
        "start_url": page,
        "scope": page,
        "display": "standalone",
        "background_color": "#f5f7fa",
        "theme_color": "#1d4f91",
        "icons": [{"src": static("frame/mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return JsonResponse(data, content_type="application/manifest+json")
