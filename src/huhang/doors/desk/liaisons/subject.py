"""A subject's officers, line by line: who, since when, giving it to another, and everybody before."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.access.rules import Perm
from huhang.doors.desk.case.told import Told
from huhang.doors.desk.liaisons.words import chief_words, line_label, line_words, tier_words, why_words
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Invalid
from huhang.register.liaisons import actions, queries
from huhang.register.liaisons.catalogue import newest
from huhang.register.liaisons.rules import Body
from huhang.register.subjects.models import Subject
from huhang.register.subjects.queries import subject_of
from huhang.register.units.queries import tree


class AssignForm(Told):
    """Somebody for a line, and why."""

    line = forms.CharField(widget=forms.HiddenInput)
    officer = forms.ChoiceField(
        label=gettext_lazy("由谁负责"), help_text=gettext_lazy("括号里是现在已负责的家数，少的在前")
    )
    why = forms.CharField(label=gettext_lazy("为什么这样安排"), max_length=200)

    def __init__(self, line: str, subject: Subject, now: datetime, data: Any = None) -> None:
        super().__init__(data, auto_id=f"{line}-%s", initial={"line": line})
        known = newest().lines[line]
        people = [
            (str(user.pk), f"{user.name} {user.username}（{n}/{known.most}）")
            for user, n in queries.able(known, subject, now)
        ]
        self.fields["officer"].choices = [("", _("请选择")), *people]  # type: ignore[attr-defined]


@officers(Perm.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def subject_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The five chiefs and the officer of one subject."""
    subject = subject_of(actor_of(request), pk)
    if request.method != "POST":
        return _show(request, subject, line=request.GET.get("line", ""))
    said, actor, now = request.POST, actor_of(request), timezone.now()
    try:
        if "end" in said:
            actions.end(liaison_id=_id(said["end"], "end"), why=said.get("why", ""), by=actor, now=now)
            done(request, _("已结束这项责任。"), keep=f"liaison-{pk}")
        else:
            actions.assign(
                subject_id=pk,
                line=said.get("line", ""),
                officer_id=_id(said.get("officer", ""), "officer"),
                why=said.get("why", ""),
                by=actor,
                now=now,
            )
            done(request, _("已指定责任人，原来的责任已记入历史。"), keep=f"liaison-{pk}")
    except Invalid as wrong:
        return _show(request, subject, line=said.get("line", ""), wrong=wrong)
    return redirect("desk:liaison_subject", pk=pk)


def _id(text: str, field: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Invalid("请选一名民警。", field=field) from None


def _show(request: HttpRequest, subject: Subject, *, line: str = "", wrong: Invalid | None = None) -> HttpResponse:
    now = timezone.now()
    may = queries.may_plan(actor_of(request), subject.unit_id)
    there, policy = queries.of_subject(subject.pk), newest()
    body = Body(subject.pk, subject.kind, frozenset(subject.flags), subject.unit_id, None, subject.investment or 0, 0)
    needed = policy.lines_of(body)
    form = AssignForm(line, subject, now, request.POST if wrong else None) if may and line in policy.lines else None
    if form is not None and wrong is not None:
        form.tell(wrong)
    rows = [
        {
            "code": code,
            "name": line_words(known),
            "tier": tier_words(known.tier),
            "chief": chief_words(known.chief),
            "needed": code in needed,
            "now": there.get(code),
            "why": why_words(there[code].why) if code in there else "",
        }
        for code, known in policy.lines.items()
    ]
    context = {
        "subject": subject,
        "unit": tree().label(subject.unit_id),
        "rows": rows,
        "form": form,
        "form_line": line_label(line) if form else "",
        "current": there.get(line) if form else None,
        "history": [
            {
                "line": line_label(one.line),
                "officer": one.officer.name,
                "from": one.starts_at,
                "to": one.ends_at,
                "why": why_words(one.why),
                "ended": why_words(one.ended_why) if one.ended_why else "",
            }
            for one in queries.history(subject.pk)[:100]
        ],
        "may": may,
        "now": now,
    }
    return render(request, "desk/liaisons/subject.html", context, status=wrong.status if wrong else 200)
