"""Rows that may be one subject: proposed, compared, merged with all that is theirs, or kept apart, or parted."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from huhang.base.access.rules import Actor, Perm
from huhang.doors.desk.case.told import Told
from huhang.doors.desk.register.record import facts
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.register.subjects import catalogue, queries
from huhang.register.subjects.actions import keep_apart, merge, part, propose
from huhang.register.subjects.models import Merge, Pair, Subject

WHY = {
    "name": gettext_lazy("名称相同"),
    "near": gettext_lazy("名称相近，位置相近"),
    "hand": gettext_lazy("由人提出"),
}


class DecideForm(Told):
    """Which row stays, or that they are two."""

    which = forms.ChoiceField(label=gettext_lazy("是不是同一个"), widget=forms.RadioSelect)
    reason = forms.CharField(label=gettext_lazy("依据"), max_length=200)

    def __init__(self, pair: Pair, data: Any = None) -> None:
        super().__init__(data, auto_id="d-%s")
        self.fields["which"].choices = [  # type: ignore[attr-defined]
            ("one", _("是同一个，保留“%(name)s”（%(number)s）") % vars_of(pair.one)),
            ("other", _("是同一个，保留“%(name)s”（%(number)s）") % vars_of(pair.other)),
            ("apart", _("不是同一个，不再提示")),
        ]


class SameForm(Told):
    """The other row, by its key."""

    key = forms.CharField(
        label=gettext_lazy("和哪一条是同一个"),
        max_length=120,
        help_text=gettext_lazy("填它的编号、信用代码或全称；下一步对照后再决定"),
    )


class PartForm(Told):
    """Why they are two after all."""

    reason = forms.CharField(label=gettext_lazy("为什么拆开"), max_length=200)


def vars_of(subject: Subject) -> dict[str, str]:
    """Name and number for a sentence."""
    return {"name": subject.name, "number": subject.number}


@officers(Perm.KEEP_REGISTER)
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """Pairs still to be judged, the likeliest first."""
    rows = [{"pair": pair, "why": WHY.get(pair.why, pair.why)} for pair in queries.pairs(actor_of(request))]
    return render(request, "desk/register/duplicates.html", {"rows": rows, "now": timezone.now()})


@officers(Perm.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def pair_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Two rows beside one another, and the decision.

    Raises:
        Missing: no such pair for this actor.
        Denied: one of the rows is not this actor's to keep.
    """
    actor, now = actor_of(request), timezone.now()
    pair = queries.pair_of(actor, pk)
    for subject in (pair.one, pair.other):
        if not queries.may_keep(actor, subject):
            raise Denied("其中一条由别的单位维护，请由上级合并。")
    form = DecideForm(pair, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        try:
            return _decided(request, pair, actor, now)
        except (Invalid, Conflict) as wrong:
            form.tell(wrong)
            status = wrong.status
    context = {
        "pair": pair,
        "why": WHY.get(pair.why, pair.why),
        "form": form,
        "sides": [_side(pair.one, now), _side(pair.other, now)],
        "now": now,
    }
    return render(request, "desk/register/duplicate.html", context, status=status)


def _side(subject: Subject, now: datetime) -> dict[str, Any]:
    return {
        "subject": subject,
        "kind": Subject.Kind(subject.kind).label,
        "facts": facts(subject, now),
        "labels": catalogue.class_labels(subject.flags),
        "contacts": len(queries.contacts_of(subject)),
    }


def _decided(request: HttpRequest, pair: Pair, actor: Actor, now: datetime) -> HttpResponseBase:
    which, reason = request.POST.get("which", ""), request.POST.get("reason", "")
    if which == "apart":
        keep_apart(pair_id=pair.pk, reason=reason, by=actor, now=now)
        done(request, _("已记为两个主体，不再提示。"))
        return redirect("desk:duplicates")
    if which not in ("one", "other"):
        raise Invalid("请选择。", field="which")
    kept, gone = (pair.one, pair.other) if which == "one" else (pair.other, pair.one)
    versions = _version(request, f"version-{kept.pk}", kept), _version(request, f"version-{gone.pk}", gone)
    merge(kept_id=kept.pk, gone_id=gone.pk, versions=versions, reason=reason, by=actor, now=now)
    done(request, _("已合并，诉求、联系人和修改记录都跟了过来。"))
    return redirect("desk:subject", pk=kept.pk)


def _version(request: HttpRequest, name: str, subject: Subject) -> int:
    said = request.POST.get(name, "")
    return int(said) if said.isdecimal() and len(said) < 10 else subject.version


@officers(Perm.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def same_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Somebody knows that this row and another are one; leads to the comparison.

    Raises:
        Missing: no such subject for this actor.
        Denied: it is not this actor's to keep.
    """
    actor, now = actor_of(request), timezone.now()
    subject = queries.subject_of(actor, pk)
    if not queries.may_keep(actor, subject):
        raise Denied
    form = SameForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        try:
            pair = propose(subject_id=pk, key=request.POST.get("key", ""), by=actor, now=now)
        except (Invalid, Conflict) as wrong:
            form.tell(wrong)
            status = wrong.status
        else:
            return redirect("desk:duplicate", pk=pair.pk)
    context = {"form": form, "subject": subject, "title": _("合并重复的主体"), "label": _("对照两条")}
    return render(request, "desk/register/small.html", context, status=status)


@officers(Perm.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def part_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Undoing a merge.

    Raises:
        Missing: no such merge for this actor.
        Denied: one of the rows is not this actor's to keep.
    """
    actor, now = actor_of(request), timezone.now()
    made = Merge.objects.filter(pk=pk).select_related("kept", "gone").first()
    if made is None or not queries.visible(actor).filter(pk=made.kept_id).exists():
        raise Missing
    if not (queries.may_keep(actor, made.kept) and queries.may_keep(actor, made.gone)):
        raise Denied
    form = PartForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        try:
            part(merge_id=pk, reason=request.POST.get("reason", ""), by=actor, now=now)
        except (Invalid, Conflict) as wrong:
            form.tell(wrong)
            status = wrong.status
        else:
            done(request, _("已拆开，跟过去的都回来了。"))
            return redirect("desk:subject", pk=made.gone_id)
    title = _("把“%(name)s”拆出来") % {"name": made.gone.name}
    context = {"form": form, "subject": made.kept, "title": title, "label": _("拆开")}
    return render(request, "desk/register/small.html", context, status=status)
