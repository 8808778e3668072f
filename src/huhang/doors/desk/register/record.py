"""A subject's record: particulars, contacts, its life as one timeline, and the history of every field."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from huhang.base.access.rules import Actor, Perm
from huhang.doors.desk.register.lists import yuan
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Chip, Event, Fact
from huhang.kernel.errors import Invalid
from huhang.kernel.geo import Point
from huhang.register.rounds import catalogue as rounds
from huhang.register.subjects import catalogue, life, particulars, queries
from huhang.register.subjects.models import Change, Correction, Merge, Subject
from huhang.register.units.areas import unit_at
from huhang.register.units.queries import tree

TABS = (
    ("particulars", gettext_lazy("基本情况")),
    ("contacts", gettext_lazy("联系人")),
    ("life", gettext_lazy("履历")),
    ("history", gettext_lazy("修改记录")),
)
LINES = 30


@officers(Perm.SEE)
@require_safe
def record_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The record under one of its tabs; particulars come with the newest of its life beside them.

    Raises:
        Missing: no such subject for this actor.
    """
    actor, now = actor_of(request), timezone.now()
    subject = queries.subject_of(actor, pk)
    tab = request.GET.get("tab", "")
    tab = tab if tab in dict(TABS) else TABS[0][0]
    context: dict[str, Any] = {
        "now": now,
        "subject": subject,
        "kind": Subject.Kind(subject.kind).label,
        "state": Subject.State(subject.state).label,
        "labels": catalogue.class_labels(subject.flags),
        "tab": tab,
        "tabs": [Chip(str(label), f"?tab={name}", on=name == tab) for name, label in TABS],
        "may_keep": queries.may_keep(actor, subject) and subject.state != Subject.State.MERGED,
        "may_visit": Perm.VISIT in actor.perms and subject.stands,
        "rounds": rounds.concerns(subject.kind, subject.flags) and subject.stands,
        "waiting": Correction.objects.filter(subject=subject, state=Correction.State.OPEN).order_by("at"),
    }
    context |= _OF_TAB[tab](request, actor, subject, now)
    return render(request, "desk/register/record.html", context)


def _particulars(request: HttpRequest, actor: Actor, subject: Subject, now: datetime) -> dict[str, Any]:
    happenings, _more = life.read(actor, queries.whole(subject), most=8)
    merges = queries.merges_of(subject)
    return {
        "facts": facts(subject, now),
        "contacts": _contact_rows(actor, subject, ended=False),
        "events": [event_of(one) for one in happenings],
        "merges": merges,
        "undo": Merge.objects.filter(gone=subject, undone_at__isnull=True).first() if subject.merged_into_id else None,
        "inside": Subject.objects.filter(within=subject).only("pk", "name").order_by("name")[:LINES],
    }


def _contacts(request: HttpRequest, actor: Actor, subject: Subject, now: datetime) -> dict[str, Any]:
    return {"contacts": _contact_rows(actor, subject, ended=True)}


def _contact_rows(actor: Actor, subject: Subject, *, ended: bool) -> list[dict[str, Any]]:
    looks = queries.reaches(actor, Perm.REVEAL, subject.unit_id) or (actor.everything and Perm.REVEAL in actor.perms)
    return [
        {"contact": one, "role": catalogue.role_label(one.role), "may_reveal": looks}
        for one in queries.contacts_of(subject, ended=ended)
    ]


def _life(request: HttpRequest, actor: Actor, subject: Subject, now: datetime) -> dict[str, Any]:
    only = request.GET.get("sort", "")
    known = dict(life.sorts())
    only = only if only in known else ""
    before = _mark(request.GET.get("before", ""))
    happenings, more = life.read(actor, queries.whole(subject), before=before, most=LINES, only=only)
    chips = [Chip(_("全部"), "?tab=life", on=not only)]
    chips += [Chip(str(label), f"?tab=life&sort={name}", on=name == only) for name, label in known.items()]
    more_url = f"?tab=life&sort={only}&before={more[0].timestamp():.6f}_{more[1]}" if more else ""
    return {"events": [event_of(one) for one in happenings], "sorts": chips, "more_url": more_url}


def _mark(token: str) -> life.Mark | None:
    if not token:
        return None
    at, _dash, key = token.partition("_")
    try:
        return datetime.fromtimestamp(float(at), tz=timezone.get_current_timezone()), key[:80].replace("\0", "")
    except (ValueError, OverflowError, OSError):
        raise Invalid("这一页的位置不对，请从头看起。") from None


def event_of(one: life.Happening) -> Event:
    """A happening as the timeline draws it."""
    url = ""
    if one.link is not None:
        sort, key = one.link
        url = reverse(f"desk:{sort}", args=[key])
    return Event(title=one.title, at=one.at, text=one.text, who=one.who, current=one.open, url=url)


def facts(subject: Subject, now: datetime) -> list[Fact]:
    """The particulars as label and value."""
    rows = [
        Fact(_("主体编号"), subject.number),
        Fact(_("统一社会信用代码"), subject.credit_code or ""),
        Fact(_("简称"), subject.short_name),
        Fact(_("责任单位"), tree().label(subject.unit_id), note=_unit_note(subject, now)),
        Fact(_("行业"), subject.industry),
        Fact(_("地址"), subject.address),
        Fact(_("职工人数"), f"{subject.head_count:,}" if subject.head_count is not None else ""),
        Fact(_("投资额"), yuan(subject.investment)),
        Fact(_("坐标"), _place(subject), note=_given(subject)),
        Fact(
            _("所在园区或主体"),
            subject.within.name if subject.within else "",
            url=reverse("desk:subject", args=[subject.within_id]) if subject.within_id else "",
        ),
        Fact(_("备注"), subject.note),
    ]
    if not subject.stands:
        where = reverse("desk:subject", args=[subject.merged_into_id]) if subject.merged_into_id else ""
        said = subject.merged_into.name if subject.merged_into else str(Subject.State(subject.state).label)
        rows.insert(0, Fact(_("状态"), said, url=where, note=subject.state_why))
    return rows


def _unit_note(subject: Subject, now: datetime) -> str:
    if subject.unit_from == Subject.UnitFrom.AREA:
        return _("按坐标所在辖区")
    if subject.lon is None or subject.lat is None:
        return ""
    by_place = unit_at(Point(subject.lon, subject.lat), on=timezone.localtime(now).date())
    if by_place is None:
        return _("坐标不在任何单位的辖区里")
    return "" if by_place.id == subject.unit_id else _("由人指定；按坐标是%(unit)s") % {"unit": by_place.short}


def _place(subject: Subject) -> str:
    return f"{subject.lon:.6f}, {subject.lat:.6f}" if subject.lon is not None and subject.lat is not None else ""


def _given(subject: Subject) -> str:
    if not subject.crs or subject.given_lon is None:
        return "CGCS2000" if subject.lon is not None else ""
    if subject.crs in ("CGCS2000", "WGS84"):
        return subject.crs
    return _("CGCS2000；所给 %(crs)s %(lon)s, %(lat)s") % {
        "crs": subject.crs,
        "lon": subject.given_lon,
        "lat": subject.given_lat,
    }


def _history(request: HttpRequest, actor: Actor, subject: Subject, now: datetime) -> dict[str, Any]:
    before = request.GET.get("before", "")
    rows = queries.history(subject).select_related("subject")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: LINES + 1])
    known = _names(found)
    lines = [
        {"change": row, "fields": changed_fields(row.fields, known), "unit": tree().label(row.unit), "via": via_of(row)}
        for row in found[:LINES]
    ]
    more = f"?tab=history&before={found[LINES - 1].pk}" if len(found) > LINES else ""
    return {"lines": lines, "more_url": more}


def _names(rows: list[Change]) -> Mapping[uuid.UUID, str]:
    columns = ("within_id", "merged_into_id")
    ids = {value for row in rows for name in columns for value in row.fields.get(name, []) if value}
    return queries.names_of(uuid.UUID(one) for one in ids)


def changed_fields(fields: Mapping[str, list[Any]], known: Mapping[uuid.UUID, str]) -> list[tuple[str, str, str]]:
    """Label, before and after of every field, in the order of the form."""
    order = {name: at for at, name in enumerate(particulars.LABELS)}
    return [
        (str(particulars.LABELS.get(name, name)), said_value(name, was, known), said_value(name, became, known))
        for name, (was, became) in sorted(fields.items(), key=lambda item: order.get(item[0], 99))
    ]


def said_value(name: str, value: Any, known: Mapping[uuid.UUID, str]) -> str:
    """A kept value as people read it."""
    if value in (None, "", []):
        return "—"
    if name == "unit_id":
        return tree().label(uuid.UUID(str(value))) or str(value)
    if name in ("within_id", "merged_into_id"):
        return known.get(uuid.UUID(str(value)), "—")
    if name == "flags":
        return "、".join(catalogue.class_labels(value))
    choices = {"kind": Subject.Kind, "state": Subject.State, "unit_from": Subject.UnitFrom}.get(name)
    if choices is not None:
        return str(dict(choices.choices).get(value, value))
    if name == "sensitive":
        return _("是") if value else _("否")
    return f"{value:,}" if isinstance(value, int) else str(value)


def via_of(row: Change) -> str:
    """By what way a change came, when it was not the form."""
    sort = row.via.partition(":")[0]
    words = {
        "import": _("表格导入"),
        "undo": _("撤销导入"),
        "handover": _("单位撤销移交"),
        "merge": _("合并"),
        "part": _("拆开"),
        "correction": _("采纳更正"),
        "unsaid": _("系统内批量修改"),
    }
    return words.get(sort, "")


_OF_TAB = {"particulars": _particulars, "contacts": _contacts, "life": _life, "history": _history}
