"""Entering a subject and changing it; a change somebody overtook keeps what was typed and shows both (A1)."""

import json
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huhang.base.access.rules import Perm
from huhang.base.replies.actions import Answer, once
from huhang.doors.desk.register.forms import StateForm, SubjectForm, initial_of
from huhang.doors.desk.register.record import said_value
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Conflict, Denied, Invalid
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.register.subjects import queries
from huhang.register.subjects.actions import Overtaken, change, enter, set_state
from huhang.register.subjects.models import Change, Subject


@officers(Perm.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def new_page(request: HttpRequest) -> HttpResponseBase:
    """A new subject; the same form sent twice makes one."""
    actor, now = actor_of(request), timezone.now()
    kind = request.GET.get("kind", "")
    form = SubjectForm(now, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        fresh = QueryDict(mutable=True)
        fresh["kind"] = kind if kind in Subject.Kind.values else ""
        fresh["unit"] = "area" if actor.everything else str(actor.unit or "")
        form = SubjectForm(now, fresh)
        form.keep()
        return _form(request, form)
    if "refresh" in request.POST:  # another kind has other classes; nothing is entered yet
        form.keep()
        return _form(request, form)
    values = form.values()

    def work() -> Answer:
        made = enter(values=values, by=actor, now=now)
        return Answer(303, location=str(made.pk))

    key = request.POST.get("idempotency_key", "")[:80] or str(uuid7())
    try:
        answer = once(key, who=str(actor.id), content=canonical_json(values), now=now, work=work)
    except (Invalid, Denied) as wrong:
        form.tell(wrong)
        return _form(request, form, status=wrong.status)
    done(request, _("已登记入库。"), keep="subject-new")
    return redirect("desk:subject", pk=answer.location)


def _form(request: HttpRequest, form: SubjectForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"form": form, "key": request.POST.get("idempotency_key") or str(uuid7()), "subject": None, **more}
    return render(request, "desk/register/edit.html", context, status=status)


@officers(Perm.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The form of a subject; sent from an overtaken version it comes back with both sides and nothing lost.

    Raises:
        Missing: no such subject for this actor.
        Denied: it is not this actor's to keep.
    """
    actor, now = actor_of(request), timezone.now()
    subject = queries.subject_of(actor, pk)
    if not queries.may_keep(actor, subject):
        raise Denied
    if request.method != "POST":
        return _form(request, SubjectForm(now, subject=subject), subject=subject, version=subject.version)
    form = SubjectForm(now, request.POST, subject=subject)
    said = request.POST.get("version", "")
    version = int(said) if said.isdecimal() and len(said) < 10 else 0
    try:
        change(subject_id=pk, version=version, values=form.values(), by=actor, now=now)
    except Overtaken as conflict:
        return _overtaken(request, subject, form, version, conflict)
    except (Invalid, Conflict) as wrong:
        form.tell(wrong)
        return _form(request, form, status=wrong.status, subject=subject, version=version)
    done(request, _("已保存。"), keep=f"subject-{pk}-{version}")
    return redirect("desk:subject", pk=pk)


def _overtaken(
    request: HttpRequest, subject: Subject, form: SubjectForm, version: int, conflict: Overtaken
) -> HttpResponse:
    """What others changed meanwhile, field by field. What was not touched here takes their value; the rest is kept."""
    fresh = queries.subject_of(actor_of(request), subject.pk)
    now_shown = initial_of(fresh)
    typed = request.POST.copy()
    clashes: list[dict[str, str]] = []
    since = list(Change.objects.filter(subject=fresh, version__gt=version).order_by("id"))
    opened: dict[str, Any] = {}
    for row in since:
        for name, (was, _became) in row.fields.items():
            opened.setdefault(name, was)
    for name, was in opened.items():
        field = FORM_FIELDS.get(name, name)
        if field not in form.fields:
            continue
        mine = typed.getlist(field) if field == "flags" else typed.get(field, "")
        theirs = now_shown[field]
        if _same(mine, _as_shown(name, was)) or _same(mine, theirs):
            typed.setlist(field, theirs) if field == "flags" else typed.__setitem__(field, _text(theirs))
            continue
        if any(one["field"] == field for one in clashes):
            continue
        label = str(form.fields[field].label)
        said = {"now": said_value(name, getattr(fresh, name), {}), "mine": _text(mine)}
        clashes.append({"field": field, "label": label, "was": said_value(name, was, {}), **said})
    again = SubjectForm(timezone.now(), typed, subject=fresh)
    again.keep()
    context = {
        "subject": fresh,
        "version": fresh.version,
        "clashes": clashes,
        "since": since,
        "said": conflict,
        "names": "、".join(dict.fromkeys(row.by_label for row in since if row.by_label)),
    }
    return _form(request, again, status=409, **context)


FORM_FIELDS = {
    "unit_id": "unit",
    "unit_from": "unit",
    "within_id": "within",
    "given_lon": "lon",
    "given_lat": "lat",
}
"""Where the form calls a column otherwise."""


def _as_shown(name: str, kept: Any) -> Any:
    """A kept value as the form showed it."""
    if name == "flags":
        return json.loads(kept) if isinstance(kept, str) else kept or []
    if name == "within_id" and kept:
        return Subject.objects.filter(pk=kept).values_list("number", flat=True).first() or ""
    return kept


def _same(mine: Any, shown: Any) -> bool:
    if isinstance(mine, list):
        return sorted(mine) == sorted(shown or [])
    return _text(mine) == _text(shown)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(value)
    return str(value).strip()


@officers(Perm.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def state_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Closing a subject, striking it off, or taking it back.

    Raises:
        Missing, Denied: as `edit_page`.
    """
    actor, now = actor_of(request), timezone.now()
    subject = queries.subject_of(actor, pk)
    if not queries.may_keep(actor, subject):
        raise Denied
    form = StateForm(subject, request.POST if request.method == "POST" else None)
    said = request.POST.get("version", str(subject.version))
    status = 200
    if request.method == "POST":
        try:
            version = int(said) if said.isdecimal() and len(said) < 10 else 0
            values = {"state": request.POST.get("state", ""), "why": request.POST.get("why", "")}
            set_state(subject_id=pk, version=version, **values, by=actor, now=now)
        except (Invalid, Conflict) as wrong:
            form.tell(wrong)
            status, said = wrong.status, str(subject.version)
        else:
            done(request, _("状态已更改。"))
            return redirect("desk:subject", pk=pk)
    context = {"form": form, "subject": subject, "version": said, "title": _("更改状态"), "label": _("更改")}
    return render(request, "desk/register/small.html", context, status=status)
