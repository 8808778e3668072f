"""The case page, its day-by-day text, its print, and what is said and attached in it."""

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from huhang.base.access.queries import allows, visible_to
from huhang.base.access.rules import Actor, Perm
from huhang.base.files import actions as files
from huhang.base.files.rules import TAKEN
from huhang.base.replies.actions import Answer, once
from huhang.cases.actions import attach, comment
from huhang.cases.actions.moving import refused
from huhang.cases.models import Attachment, Case
from huhang.cases.registry import kind_of
from huhang.cases.rules import Kind, Move
from huhang.doors.desk.case import clocks, proposals
from huhang.doors.desk.case.alike import alike_url
from huhang.doors.desk.case.beside import beside
from huhang.doors.desk.case.facts import facts
from huhang.doors.desk.case.finding import case_at
from huhang.doors.desk.case.sections import Section, sections
from huhang.doors.desk.case.talk import TalkForm
from huhang.doors.desk.case.timeline import timeline
from huhang.doors.desk.case.told import Told
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Invalid, Missing
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.kinds.requests.solved import slips
from huhang.kinds.requests.talk.actions import mark_read
from huhang.kinds.requests.talk.queries import BESIDE, may_write

STATEMENTS = 12
"""A case page costs at most so many SQL statements, the three of admission included; tests/doors/desk asserts it."""


class CommentForm(Told):
    """A note among colleagues."""

    text = forms.CharField(label=gettext_lazy("备注"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class FileForm(Told):
    """A file for the case."""

    file = forms.FileField(label=gettext_lazy("附件"))
    label = forms.CharField(label=gettext_lazy("说明"), max_length=100, required=False)
    public = forms.BooleanField(label=gettext_lazy("诉求人可以看到这份附件"), required=False)


def _offered(kind: Kind, case: Case, actor: Actor, now: datetime) -> dict[str, list[Move]]:
    """What the action would accept, and nothing else (HOUSE §2.2): the main step, others, and what cannot be undone."""
    can = [m for m in kind.moves if not m.by_person and refused(kind, m, case, actor, now) is None]
    main = [m for m in can if m.primary and not m.danger][:1]
    return {
        "main": main,
        "others": [m for m in can if not m.danger and m not in main],
        "dangers": [m for m in can if m.danger],
    }


def _clocks(case: Case, actor: Actor, now: datetime) -> list[clocks.Told]:
    """The clock the case row shows, then what runs beside it: the time to sign, one's own unit's time to help (C2)."""
    rows = clocks.clocks_of(case)
    shown = clocks.shown_clock(case, rows)
    why = reverse("desk:clock", kwargs={"number": case.number})
    mine = {g.unit for g in actor.grants}
    going = [
        c
        for c in rows
        if c.stopped_at is None and c is not shown and (c.within_id is None or c.helper in mine)  # type: ignore[attr-defined]
    ]
    return [clocks.tell(c, now, why_url=why) for c in ([shown] if shown else []) + going]


def _card_url(case: Case, kind: Kind, actor: Actor, shown: list[Section]) -> str:
    """Where a supervisor issues a card about this matter; empty where none can be issued (D2)."""
    if kind.watch is None or not case.is_open or any(section.card for section in shown):
        return ""
    if not allows(actor, Perm.ISSUE_CARD, case):
        return ""
    return f"{reverse('supervision:card_new')}?{urlencode({'matter': case.number})}"


def context_of(request: HttpRequest, case: Case, **more: Any) -> dict[str, Any]:
    """Everything the case page and the print show."""
    actor, now, kind = actor_of(request), timezone.now(), kind_of(case.kind)
    told = _clocks(case, actor, now)
    shown = [*sections(case), *proposals.waiting(case, actor), *beside(case, actor, now)]
    return {
        "case": case,
        "kind": kind,
        "state": kind.state(case.state),
        "facts": facts(case, kind, actor, now),
        "clock": told[0] if told else None,
        "more_clocks": told[1:],
        "sections": shown,
        "card_url": _card_url(case, kind, actor, shown),
        "timeline": timeline(case, kind, only_states=request.GET.get("only") == "states"),
        "now": now,
        **more,
    }


def show_case(
    request: HttpRequest,
    case: Case,
    *,
    comment_form: CommentForm | None = None,
    file_form: FileForm | None = None,
    talk_form: TalkForm | None = None,
    status: int = 200,
) -> HttpResponseBase:
    """The case page with its forms, fresh or as they were sent."""
    actor = actor_of(request)
    kind = kind_of(case.kind)
    own = {
        "offered": _offered(kind, case, actor, timezone.now()),
        "comment_form": (comment_form or CommentForm(auto_id="c-%s")) if allows(actor, Perm.COMMENT, case) else None,
        "file_form": _for_kind(file_form or FileForm(auto_id="f-%s"), kind)
        if allows(actor, Perm.ATTACH, case)
        else None,
        "talk_form": (talk_form or TalkForm(auto_id="t-%s")) if may_write(case, actor, timezone.now()) else None,
        "has_talk": BESIDE in case.beside,
        "taken": say(TAKEN),
        "alike_url": alike_url(case, actor),
        # the link went out by SMS where there is a phone, so a slip would only be refused (C4)
        "can_slip": slips.may_ask(case, actor) and not (case.requester and case.requester.phone_masked),
        "key": str(uuid7()),
    }
    return render(request, "desk/case/case.html", context_of(request, case, **own), status=status)


def _for_kind(form: FileForm, kind: Kind) -> FileForm:
    if not kind.person:  # nobody outside could see it
        form.fields.pop("public", None)
    return form


@officers()
@require_GET
def case_page(request: HttpRequest, number: str) -> HttpResponseBase:
    """One case: facts, the clock that explains itself, what was done, and what can be done now."""
    case = case_at(number, actor_of(request))
    if case.number != number:  # typed with other dashes or small letters
        return redirect("desk:case", number=case.number)
    response = show_case(request, case)
    if request.method == "GET":
        mark_read(case, by=actor_of(request), now=timezone.now())  # A3: after it was shown as new
    return response


@officers()
@require_GET
def clock_page(request: HttpRequest, number: str) -> HttpResponseBase:
    """Why this date? Every counted and skipped day of every clock, with its rule (C3)."""
    case, now = case_at(number, actor_of(request)), timezone.now()
    told = clocks.tell_all(clocks.clocks_of(case), now)
    return render(request, "desk/case/clock.html", {"case": case, "clocks": told, "now": now})


@officers()
@require_GET
def print_page(request: HttpRequest, number: str) -> HttpResponseBase:
    """The whole case on paper."""
    case = case_at(number, actor_of(request))
    back = reverse("desk:case", kwargs={"number": case.number})
    return render(request, "desk/case/print.html", context_of(request, case, back_url=back))


def _key(request: HttpRequest) -> str:
    return request.POST.get("idempotency_key", "")[:80] or str(uuid7())


@officers()
@require_POST
def comment_page(request: HttpRequest, number: str) -> HttpResponseBase:
    """Adds a note; what was typed stays when it is refused."""
    actor, now = actor_of(request), timezone.now()
    case = case_at(number, actor)
    text = request.POST.get("text", "")

    def work() -> Answer:
        comment(case_id=case.pk, text=text, by=actor, now=now)
        return Answer(303)

    try:
        once(
            _key(request), who=str(actor.id), content=canonical_json({"c": str(case.pk), "t": text}), now=now, work=work
        )
    except Invalid as wrong:
        form = CommentForm(request.POST, auto_id="c-%s")
        form.tell(wrong)
        return show_case(request, case, comment_form=form, status=422)
    done(request, _("备注已添加。"), keep=f"comment-{case.number}")
    return redirect("desk:case", number=case.number)


@officers()
@require_POST
def attach_page(request: HttpRequest, number: str) -> HttpResponseBase:
    """Adds a file."""
    actor, now = actor_of(request), timezone.now()
    case = case_at(number, actor)
    sent = request.FILES.get("file")

    def work() -> Answer:
        if sent is None:
            raise Invalid("请选择要上传的文件。", field="file")
        attach(
            case_id=case.pk,
            name=sent.name or "",
            content=sent,
            label=request.POST.get("label", ""),
            public=request.POST.get("public") == "on",
            by=actor,
            now=now,
        )
        return Answer(303)

    content = canonical_json({"f": str(case.pk), "n": sent.name if sent else "", "s": sent.size if sent else 0})
    try:
        once(_key(request), who=str(actor.id), content=content, now=now, work=work)
    except Invalid as wrong:
        form = FileForm(request.POST, auto_id="f-%s")
        form.tell(wrong)
        return show_case(request, case, file_form=form, status=422)
    done(request, _("附件已上传。"))
    return redirect("desk:case", number=case.number)


@officers()
@require_GET
def file_page(request: HttpRequest, number: str, pk: uuid.UUID) -> HttpResponseBase:
    """Gives out a file; opening it is a line in the journal, and the person sees it (SAFEGUARDS 10).

    Raises:
        Missing: not a file of a case this officer sees.
    """
    actor = actor_of(request)
    case = case_at(number, actor)
    rows = visible_to(actor, Attachment.objects.filter(pk=pk, case=case), prefix="case__").select_related("file")
    found = rows.first()
    if found is None:
        raise Missing
    return files.serve(found.file, by=actor, now=timezone.now())
