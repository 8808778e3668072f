"""What the code on the wall opens: being counted, a quiz, and handouts. No sign-in, no name (B5, ADR 37)."""

import secrets
import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huhang.base.access.context import SYSTEM, acting
from huhang.base.files import actions as files
from huhang.cases.models import Attachment, Case
from huhang.doors.frame.devices import is_staff_device
from huhang.doors.frame.gates import actor_of, public
from huhang.doors.frame.saying import say
from huhang.doors.hall.forms import blame
from huhang.doors.hall.showing import hinted, show
from huhang.kernel.errors import Conflict, Invalid, Missing, Refusal
from huhang.kinds.trainings import catalogue, codes, queries
from huhang.kinds.trainings.actions import count_device, take_quiz
from huhang.kinds.trainings.actions.counting import CountedTwice, Scored, session_at
from huhang.kinds.trainings.rules import BEFORE, DOOR, STAGES
from huhang.register.units.queries import tree

COOKIE, LASTS = "huhang_phone", 24 * 3600
"""A random value the phone holds for a day, so that it counts once; it says nothing of whose it is."""


class QuizForm(forms.Form):
    """The questions of a stage, none answered beforehand."""

    def __init__(self, questions: list[Any], data: Any = None) -> None:
        super().__init__(data, auto_id="q-%s")
        for one in questions:
            self.fields[str(one["code"])] = forms.ChoiceField(
                label=catalogue.say(one, "text"),
                choices=[(option["code"], catalogue.say(option)) for option in one["options"]],
                widget=forms.RadioSelect,
            )


@public
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest, code: str) -> HttpResponse:
    """The session the code is of; posting counts, opening changes nothing."""
    now = timezone.now()
    try:
        case_id, stage = codes.read(code, now=now)
        case = session_at(case_id, stage)
    except Invalid as refusal:  # a forged code is not guessed, so nobody has to wait: a whole hall may share an address
        return _said(request, hinted(refusal), 404)
    except Conflict as refusal:
        return _said(request, hinted(refusal), refusal.status)
    if is_staff_device(request):
        return _said(request, _("工作人员的设备不计数、不答题；请参加的人用自己的手机扫。"), 403)
    return _opened(request, case, stage, code)


def _opened(request: HttpRequest, case: Case, stage: str, code: str) -> HttpResponse:
    device, now = request.COOKIES.get(COOKIE, "")[:64], timezone.now()
    with acting(SYSTEM):
        asked = queries.asked_at(case, stage) if stage != DOOR else []
    form = QuizForm(asked, request.POST if request.method == "POST" else None)
    status, why, scored, done = 200, "", None, False
    if request.method == "POST":
        try:
            if stage == DOOR:
                count_device(case.pk, device=device, now=now)
            else:
                answers = {str(one["code"]): request.POST.get(str(one["code"]), "") for one in asked}
                scored = take_quiz(case.pk, stage, answers, device=device, now=now)
            done = True
        except (Invalid, Conflict) as wrong:
            status, why, done = wrong.status, _why(form, wrong), isinstance(wrong, CountedTwice)
    context = {**_about(case, stage), "form": form, "why": why, "done": done, "asked": asked, "code": code, "now": now}
    if scored is not None:
        context |= _result(scored, asked if stage != BEFORE else [])
    response = _page(request, context, status)
    if not device:
        response.set_cookie(
            COOKIE,
            secrets.token_urlsafe(18),
            max_age=LASTS,
            path="/t/",
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
    return response


def _why(form: QuizForm, wrong: Refusal) -> str:
    """What is said above the form; a question's own problem stands beside it."""
    if isinstance(wrong, Invalid) and not wrong.field:
        form.full_clean()
        form.errors.clear()
        blame(form, wrong)
        return ""
    return say(wrong)


def _about(case: Case, stage: str) -> dict[str, Any]:
    """What is shown of a session: its name, unit, time, place, handouts. Nothing of anybody's."""
    with acting(SYSTEM):
        files = list(Attachment.objects.filter(case=case, public=True).order_by("at", "id").values_list("pk", "label"))
    return {
        "title": case.title,
        "unit": tree().label(case.unit_id),
        "at": case.training.starts_at,
        "place": case.place,
        "stage": stage,
        "label": dict(STAGES)[stage],
        "files": files,
    }


def _result(scored: Scored, asked: list[Any]) -> dict[str, Any]:
    """What one's answers came to, with the right ones on this one page; before the session they would be the lesson."""
    rows = [
        (catalogue.say(one, "text"), next(catalogue.say(o) for o in one["options"] if o["code"] == one["right"]))
        for one in asked
    ]
    return {"scored": scored, "right": rows}


def _said(request: HttpRequest, text: str, status: int) -> HttpResponse:
    return _page(request, {"why": text, "closed": True, "now": timezone.now()}, status)


def _page(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    response = show(request, "session", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@public
@require_safe
def material(request: HttpRequest, code: str, attachment: uuid.UUID) -> HttpResponseBase:
    """A handout of the session the code is of.

    Raises:
        Missing: no such handout, or the code is not good.
    """
    now = timezone.now()
    try:
        case_id, _stage = codes.read(code, now=now)
    except Invalid:
        raise Missing from None
    with acting(SYSTEM):
        rows = Attachment.objects.filter(case=case_id, case__kind="training", public=True)
        found = rows.select_related("file").filter(pk=attachment).first()
        if found is None:
            raise Missing
        return files.serve(found.file, by=actor_of(request), now=now)
