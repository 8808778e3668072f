"""The steps a person takes themselves: supply what was missing, withdraw, appeal (C7)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.access.rules import Actor
from huhang.base.replies.actions import Answer, once
from huhang.cases.actions import move as take
from huhang.cases.actions.moving import Overtaken, refused
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.cases.rules import Move
from huhang.doors.frame import notices
from huhang.doors.frame.gates import actor_of
from huhang.doors.hall.filing import attach_all
from huhang.doors.hall.forms import MoveForm, blame
from huhang.doors.hall.requests import events, own
from huhang.doors.hall.showing import show
from huhang.kernel.errors import Conflict, Invalid, Missing
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json

WORDS: dict[str, tuple[Any, Any, Any]] = {
    "supply": (
        gettext_lazy("补充材料"),
        gettext_lazy("写清楚承办单位要您补充的内容，也可以上传材料。提交后时限自动继续计算。"),
        gettext_lazy("补充材料已收到，时限继续计算。"),
    ),
    "appeal": (
        gettext_lazy("申诉"),
        gettext_lazy("写明不认可的理由。由没有办理过这件事的人复核，每次答复可以申诉一次。"),
        gettext_lazy("申诉已收到，由没有办理过的人复核。"),
    ),
    "withdraw": (
        gettext_lazy("撤回诉求"),
        gettext_lazy("撤回后这件诉求不再办理，也不能恢复；要再办请重新提交。"),
        gettext_lazy("诉求已撤回。"),
    ),
}
"""Title, what it means, and what is said afterwards."""


def key_of(case: Case, name: str) -> str:
    """Under which a draft of this form is kept on the device."""
    return f"hall-{name}-{case.number}"


def _move(case: Case, name: str, actor: Actor, now: datetime) -> Move:
    """The move, if it can be taken now.

    Raises:
        Missing: no such step for a person. Conflict: not now, with the reason.
    """
    kind = kind_of(case.kind)
    found = kind.move(name)
    if found is None or not found.by_person or name not in WORDS:
        raise Missing
    if (problem := refused(kind, found, case, actor, now)) is not None:
        raise problem
    return found


def submit(request: HttpRequest, form: Any, work: Callable[[], None], *, now: datetime) -> None:
    """Runs a submission once, however often its button was pressed.

    Raises:
        whatever ``work`` raises; then nothing was written.
    """
    values = {name: value for name, value in form.cleaned_data.items() if name not in ("files", "version")}
    sent = [[f.name, f.size] for f in form.cleaned_data.get("files", [])]

    def answer() -> Answer:
        work()
        return Answer(303)

    key = form.cleaned_data["idempotency_key"]
    content = canonical_json({**values, "files": sent})
    try:
        once(key, who=f"hall.move:{request.path}", content=content, now=now, work=answer)
    except Invalid as refusal:
        if refusal.field != "Idempotency-Key":
            raise
        raise Conflict("这一步刚才已经提交过，没有再提交一次。", hint="请返回这件诉求查看。") from None


def overtaken(form: Any, case: Case, problem: Overtaken) -> list[Any]:
    """Puts the sentence and the newest version into a form, and tells the steps that were missed."""
    data = form.data.copy()
    data["version"] = str(max([step.seq for step in problem.since], default=case.version))
    form.data = data
    form.add_error(None, _("您打开之后这件事有了新进展，您填的内容还在。请看过变化再决定是否提交。"))
    return events(kind_of(case.kind), problem.since)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, case: Case, name: str) -> HttpResponse:
    """The form of one step and taking it; opened, it changes nothing."""
    actor, now, back = actor_of(request), timezone.now(), reverse("hall:request", args=[case.number])
    if request.method != "POST":
        found = _move(case, name, actor, now)
        form = MoveForm(
            found, initial={"version": case.version, "idempotency_key": str(uuid7())}, files=name == "supply"
        )
        return _ask(request, case, name, form)
    known = kind_of(case.kind).move(name)
    if known is None or name not in WORDS:
        raise Missing
    form = MoveForm(known, request.POST, request.FILES, files=name == "supply")
    if not form.is_valid():
        return _ask(request, case, name, form, status=422)

    def work() -> None:
        take(
            case_id=case.pk,
            name=name,
            values=form.cleaned_data,
            version=form.cleaned_data["version"],
            by=actor,
            now=now,
        )
        attach_all(case.pk, form.cleaned_data.get("files", []), by=actor, now=now)

    try:
        submit(request, form, work, now=now)
    except Invalid as refusal:
        blame(form, refusal)
        return _ask(request, case, name, form, status=422)
    except Overtaken as refusal:
        return _ask(request, case, name, form, since=overtaken(form, case, refusal), status=409)
    notices.done(request, str(WORDS[name][2]), keep=key_of(case, name))
    return redirect(back)


def _ask(
    request: HttpRequest, case: Case, name: str, form: MoveForm, *, since: Any = (), status: int = 200
) -> HttpResponse:
    title, text, _done = WORDS[name]
    context = {
        "case": case,
        "form": form,
        "title": title,
        "text": text,
        "keep": key_of(case, name),
        "danger": name == "withdraw",
        "since": since,
        "asked": _asked(case) if name == "supply" else "",
        "back": reverse("hall:request", args=[case.number]),
        "now": timezone.now(),
    }
    return show(request, "move", context, status=status)


def _asked(case: Case) -> str:
    """What the unit said is missing."""
    row = case.steps.filter(move="suspend").order_by("-seq").values_list("public_note", flat=True).first()
    return row or ""
