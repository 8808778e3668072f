"""The unit tree: founding, and dissolving into a successor that takes over what is open."""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Perm
from huhang.cases.actions import hand_over
from huhang.cases.models import Case
from huhang.doors.desk.case.move_form import grouped_units
from huhang.doors.desk.case.told import Told
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.parts import Fact
from huhang.kernel.errors import Conflict, Invalid, Missing
from huhang.kernel.text import clean
from huhang.kernel.worktime import Schedule
from huhang.register.subjects import actions as subjects
from huhang.register.units import actions, queries
from huhang.register.units.models import Unit
from huhang.register.units.queries import Node, tree


class FoundForm(Told):
    """A new unit."""

    parent = forms.ChoiceField(label=gettext_lazy("上级"))
    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=[c for c in Unit.Kind.choices if c[0] != "bureau"])
    code = forms.CharField(label=gettext_lazy("机构代码"), max_length=18)
    name = forms.CharField(
        label=gettext_lazy("全称"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    short_name = forms.CharField(label=gettext_lazy("简称"), max_length=40)
    address = forms.CharField(label=gettext_lazy("地址"), max_length=200, required=False)
    phone = forms.CharField(label=gettext_lazy("电话"), max_length=20, required=False)


class DissolveForm(Told):
    """Who takes over."""

    successor = forms.ChoiceField(label=gettext_lazy("承接单位"))


def _rows() -> list[tuple[Node, str]]:
    """Every unit below its parent, in order of code."""
    below: dict[uuid.UUID | None, list[Node]] = {}
    for node in tree().nodes.values():
        below.setdefault(node.parent, []).append(node)
    words = dict(Unit.Kind.choices)
    out: list[tuple[Node, str]] = []

    def walk(parent: uuid.UUID | None) -> None:
        for node in sorted(below.get(parent, []), key=lambda n: n.code):
            out.append((node, str(words.get(node.kind, node.kind))))
            walk(node.id)

    walk(None)
    return out


@officers(Perm.MANAGE_SYSTEM)
@require_GET
def units(request: HttpRequest) -> HttpResponseBase:
    """The whole tree, dissolved units marked."""
    today, gone = Schedule().date_of(timezone.now()), request.GET.get("gone") == "1"
    rows = [
        {"node": node, "kind": kind, "stands": node.stands(today), "heir": tree().label(node.successor)}
        for node, kind in _rows()
        if gone or node.stands(today) or node.valid_from > today
    ]
    return render(request, "desk/admin/units.html", {"rows": rows, "gone": gone})


def _found(request: HttpRequest) -> Unit:
    said, now = request.POST, timezone.now()
    try:
        parent = Unit.objects.filter(pk=uuid.UUID(said.get("parent", ""))).first()
    except ValueError:
        parent = None
    if parent is None:
        raise Invalid("请选择上级。", field="parent")
    if said.get("kind") not in {k for k in Unit.Kind.values if k != "bureau"}:
        raise Invalid("请选择类型。", field="kind")
    name = clean(said.get("name", ""), max_length=100)
    return actions.found(
        code=clean(said.get("code", ""), max_length=18),
        name=name,
        short_name=clean(said.get("short_name", ""), max_length=40) or name[:40],
        kind=said["kind"],
        parent=parent,
        valid_from=Schedule().date_of(now),
        address=clean(said.get("address", ""), max_length=200),
        phone=clean(said.get("phone", ""), max_length=20),
        by=actor_of(request),
        now=now,
    )


@officers(Perm.MANAGE_SYSTEM)
@require_http_methods(["GET", "HEAD", "POST"])
def found(request: HttpRequest) -> HttpResponseBase:
    """A new unit from today on."""
    form = FoundForm(
        request.POST if request.method == "POST" else None, initial={"parent": request.GET.get("parent", "")}
    )
    known, today = tree(), Schedule().date_of(timezone.now())
    above = [n for n in known.standing(today) if n.level < Unit.Level.STATION]
    form.fields["parent"].choices = [("", _("请选择")), *((str(n.id), n.short) for n in above)]  # type: ignore[attr-defined]
    status = 200
    if request.method == "POST":
        try:
            made = _found(request)
        except Invalid as wrong:
            form.tell(wrong)
            status = wrong.status
        else:
            done(request, _("%(name)s已设立。") % {"name": made.short_name})
            return redirect("desk:unit", pk=made.pk)
    return render(request, "desk/admin/found.html", {"form": form}, status=status)


def _open_cases(unit: uuid.UUID) -> int:
    """How many are to be handed over: a figure; whoever manages units sees none of them."""
    with acting(SYSTEM):
        return Case.objects.filter(unit_id=unit, is_open=True).count()


def _unit(pk: uuid.UUID) -> Unit:
    unit = Unit.objects.select_related("parent", "successor").filter(pk=pk).first()
    if unit is None:
        raise Missing
    return unit


def _dissolve(request: HttpRequest, unit: Unit) -> int:
    now = timezone.now()
    try:
        heir = uuid.UUID(request.POST.get("successor", ""))
    except ValueError:
        raise Invalid("请选择承接单位。", field="successor") from None
    actor = actor_of(request)
    actions.dissolve(unit.pk, on=Schedule().date_of(now), successor_id=heir, by=actor, now=now)
    queries.forget()  # what follows in this transaction already goes by the new tree
    subjects.hand_over(unit_id=unit.pk, by=actor, now=now)
    return hand_over(unit_id=unit.pk, by=actor, now=now)


def _facts(unit: Unit) -> list[Fact]:
    rows = [
        Fact(_("机构代码"), unit.code),
        Fact(_("全称"), unit.name),
        Fact(_("类型"), str(unit.get_kind_display())),
        Fact(_("上级"), unit.parent.short_name if unit.parent else ""),
        Fact(_("地址"), unit.address),
        Fact(_("电话"), unit.phone),
        Fact(_("设立日期"), unit.valid_from.isoformat()),
    ]
    if unit.valid_to and unit.successor:
        rows += [Fact(_("撤销日期"), unit.valid_to.isoformat()), Fact(_("承接单位"), unit.successor.short_name)]
    return rows


@officers(Perm.MANAGE_SYSTEM)
@require_http_methods(["GET", "HEAD", "POST"])
def unit(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """One unit; a POST dissolves it from today on and hands over what is open, after asking."""
    known, now = _unit(pk), timezone.now()
    form = DissolveForm(request.POST if request.method == "POST" else None)
    form.fields["successor"].choices = [("", _("请选择")), *grouped_units(now, without=pk)]  # type: ignore[attr-defined]
    status, context = 200, {"unit": known, "facts": _facts(known), "form": form, "open": _open_cases(pk), "now": now}
    if request.method == "POST":
        try:
            if request.POST.get("confirmed") != "yes" and request.POST.get("successor"):
                return _ask(request, known, context)
            moved = _dissolve(request, known)
        except (Invalid, Conflict) as wrong:
            queries.forget()
            form.tell(wrong)
            status = wrong.status
        else:
            done(request, _("%(name)s已撤销，%(n)d 件在办事项已移交。") % {"name": known.short_name, "n": moved})
            return redirect("desk:unit", pk=pk)
    return render(request, "desk/admin/unit.html", context, status=status)


def _ask(request: HttpRequest, known: Unit, context: dict[str, Any]) -> HttpResponseBase:
    try:
        heir = tree().label(uuid.UUID(request.POST["successor"]))
    except ValueError:
        raise Invalid("请选择承接单位。", field="successor") from None
    text = _("今天起撤销，%(n)d 件在办事项移交%(heir)s，每件都留下记录。这一步不能撤销。") % {
        "n": context["open"],
        "heir": heir,
    }
    asked = {
        "title": _("撤销%(name)s？") % {"name": known.short_name},
        "text": text,
        "label": _("撤销并移交"),
        "danger": True,
        "hidden": [("confirmed", "yes"), ("successor", request.POST["successor"])],
        "action_url": request.path,
        "cancel_url": reverse("desk:unit", kwargs={"pk": known.pk}),
    }
    return render(request, "desk/admin/confirm.html", asked)
