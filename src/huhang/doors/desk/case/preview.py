"""What exactly the person will get by a move: it is made and undone, and its messages are shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.messages.models import Message
from huhang.cases.actions import move
from huhang.cases.models import Case, Step
from huhang.cases.registry import kind_of
from huhang.cases.rules import Move
from huhang.doors.desk.case.finding import case_at
from huhang.doors.desk.case.move_form import MoveForm, typed
from huhang.doors.desk.case.moving import show_move
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Invalid, Missing, Refusal


@dataclass(frozen=True)
class Told:
    """One message as it would go out."""

    text: str
    sms: bool
    to: str
    held_until: datetime | None
    english: bool


@dataclass(frozen=True)
class Preview:
    """What the person would get: messages, and the line on their page; or why it cannot be told yet."""

    messages: tuple[Told, ...] = ()
    title: str = ""
    text: str = ""
    problem: str = ""


def previewed(case: Case, found: Move, values: dict[str, Any], *, by: Actor, now: datetime) -> Preview:
    """Makes the move and takes it back; nothing stays, not even a number that was given out."""
    try:
        with transaction.atomic():
            step = move(case_id=case.pk, name=found.name, values=values, by=by, now=now)
            made = _told(case, found, step, now)
            transaction.set_rollback(True)
    except Invalid as wrong:
        return Preview(problem="；".join(str(say(text)) for text in wrong.problems.values()) or say(wrong))
    except Refusal as wrong:
        return Preview(problem=say(wrong))
    return made


def _told(case: Case, found: Move, step: Step, now: datetime) -> Preview:
    with acting(SYSTEM):  # a move may take the case out of the sight of whoever makes it
        rows = list(Message.objects.filter(case=case.pk, person__isnull=False, created_at=now).order_by("id"))
    told = tuple(
        Told(m.text, m.channel == Message.Channel.SMS, m.to_masked, m.held_until, m.language.startswith("en"))
        for m in rows
    )
    return Preview(told, str(found.says) if found.public else "", step.public_note if found.public else "")


@officers()
@require_POST
def preview_page(request: HttpRequest, number: str, name: str) -> HttpResponseBase:
    """The preview of one move with the values typed so far: a part of the page, or the page with it.

    Raises:
        Missing: no such case for this officer, or no such move.
    """
    actor, now = actor_of(request), timezone.now()
    case = case_at(number, actor)
    found = kind_of(case.kind).move(name)
    if found is None or found.by_person:
        raise Missing
    shown = previewed(case, found, typed(found, request.POST), by=actor, now=now)
    if request.headers.get("HX-Request"):
        return render(request, "desk/case/_preview.html", {"preview": shown, "now": now})
    form = MoveForm(case, found, now, request.POST, by=actor)
    form.keep()
    return show_move(request, case, found, form, case.version, preview=shown)
