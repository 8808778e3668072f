"""The facts of a case, as the page and the print show them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.cases.models import Case
from huhang.cases.rules import Kind
from huhang.doors.frame.parts import Fact
from huhang.doors.frame.templatetags.frame import moment, state_tag
from huhang.kinds.requests import queries as requests
from huhang.register.units.queries import tree


def facts(case: Case, kind: Kind, actor: Actor, now: datetime) -> list[Fact]:
    """Who asked, what about, where, and in whose hands it is."""
    rows: list[Fact | None] = [
        _subject(case),
        _requester(case, actor) if kind.person else None,
        *(Fact(str(label), str(value)) for label, value in kind.facts(case, actor)),
        Fact(_("紧急程度"), str(case.get_urgency_display())) if case.urgency else None,
        Fact(_("涉敏"), _("只有承办人、首问人和有权限的人看得到")) if case.sensitive else None,
        Fact(_("地点"), _place(case)) if case.place or case.lon is not None else None,
        Fact(_("受理时间"), moment(case.received_at, now)),
        _first_asked(case),
        Fact(_("主办单位"), _unit(case.unit_id), note=_signed(case)),
        _return_window(case, now),
        _supporting(case),
        Fact(_("承办人"), case.officer.name if case.officer else _("未指定")),
        _joined(_("源自"), case.parent),
        _joined(_("已并入"), case.merged_into),
    ]
    return [row for row in rows if row is not None]


def _unit(unit: Any) -> str:
    known = tree()
    node = known.nodes.get(unit)
    if node is None:
        return ""
    above = known.label(node.branch) if node.branch and node.branch != node.id else ""
    return f"{above} {node.short}".strip()


def _subject(case: Case) -> Fact | None:
    if case.subject is None:
        return None
    return Fact(_("主体"), case.subject.name, note=case.subject.credit_code or str(case.subject.get_kind_display()))


def _requester(case: Case, actor: Actor) -> Fact:
    person = case.requester
    if person is None:
        return Fact(_("联系人"), _("没有留下联系方式"))
    note: str | SafeString = ""
    if allows(actor, Perm.REVEAL, case):
        where = reverse("desk:reveal", kwargs={"number": case.number})
        note = format_html('<a class="no-print" href="{}">{}</a>', where, _("查看（留痕）"))
    return Fact(_("联系人"), f"{person.name_masked} {person.phone_masked}".strip(), note=note)


def _place(case: Case) -> str:
    point = f"（{case.lon:.5f}, {case.lat:.5f}）" if case.lon is not None and case.lat is not None else ""
    return f"{case.place}{point}"


def _first_asked(case: Case) -> Fact | None:
    if case.taken_by is None:
        return Fact(_("首问"), _unit(case.taken_unit_id)) if case.taken_unit_id else None
    note = _("首问人负责到签收") if _answerable(case) else ""
    return Fact(_("首问"), f"{case.taken_by.name}（{_unit(case.taken_unit_id)}）", note=note)


def _answerable(case: Case) -> bool:
    """C2: whoever was asked first answers for it until a unit signs; only requests are signed for."""
    return case.kind == "request" and requests.answerable(case)


def _return_window(case: Case, now: datetime) -> Fact | None:
    """C2: until when the unit may still say that it is not theirs."""
    if case.kind != "request" or case.state not in ("dispatched", "handling"):
        return None
    until = requests.return_until(case)
    if until is None or now > until:
        return None
    return Fact(_("退单期限"), moment(until, now), note=_("过后不能退单"))


def _signed(case: Case) -> str:
    lead = next((p for p in case.parts if p["role"] == "lead" and not p["ended"]), None)  # type: ignore[attr-defined]
    return _("已签收") if lead and lead["signed"] else ""


def _supporting(case: Case) -> Fact | None:
    """Units with a part in the case beside the lead: those asked to help with what became of it, the rest by name."""
    helping = [p for p in case.parts if p["role"] == "support"]  # type: ignore[attr-defined]
    shown = {p["unit"] for p in helping}
    rows = [
        (_unit_text(p["unit"]), state_tag(_("已办") if p["ended"] else _("在办"), "ok" if p["ended"] else "wait"))
        for p in helping
    ]
    rows += [(_unit(u), SafeString("")) for u in case.party_units if str(u) not in shown and u != case.unit_id]
    if not rows:
        return None
    return Fact(_("参与单位"), format_html_join(SafeString("<br>"), "{} {}", rows))


def _unit_text(unit: str) -> str:
    return _unit(UUID(unit))


def _joined(label: str, other: Case | None) -> Fact | None:
    if other is None:
        return None
    return Fact(label, other.number, url=reverse("desk:case", kwargs={"number": other.number}), note=other.title)
