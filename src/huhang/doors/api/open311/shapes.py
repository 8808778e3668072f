"""Requests as GeoReport v2 shows them. Whoever asked for help is never in it; words and places only to whom may see."""

import uuid
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.cases.models import Case, Step
from huhang.cases.registry import kind_of
from huhang.doors.api.open311.offered import split
from huhang.kinds.requests.catalogue import category_label
from huhang.register.units.queries import tree


def zoned(when: datetime | None) -> str | None:
    """W3C date and time with the city's zone: ``2026-11-20T10:00:00+08:00``."""
    return timezone.localtime(when).isoformat(timespec="seconds") if when else None


def made_shape(number: str, secret: str, remark: str) -> dict[str, Any]:
    """The answer to a new request; the secret in the notice is shown here and kept nowhere in plain text."""
    notice = _("已登记。请把编号 %(number)s 和查询码 %(secret)s 交给诉求人，凭这两样随时查看进展。") % {
        "number": number,
        "secret": secret,
    }
    return {"service_request_id": number, "service_notice": f"{notice}{remark}", "account_id": None}


def request_shapes(actor: Actor, ids: list[uuid.UUID], *, extended: bool) -> list[dict[str, Any]]:
    """Requests of these ids in their order, as far as the actor may see them: one statement."""
    newest = Step.objects.filter(case=OuterRef("pk")).order_by("-seq")
    rows = (
        visible_to(actor, Case.objects.filter(pk__in=ids))
        .select_related("request")
        .annotate(updated_at=Subquery(newest.values("at")[:1]))
        .defer("search", "folded", "secret_digest")
    )
    found = {case.pk: case for case in rows}
    return [_shape(found[pk], extended) for pk in ids if pk in found]


def _shape(case: Case, extended: bool) -> dict[str, Any]:
    kind = kind_of(case.kind)
    state = kind.state(case.state)
    label = category_label(case.category, case.category_version) if case.category else ""
    told: dict[str, Any] = {
        "service_request_id": case.number,
        "status": "open" if case.is_open else "closed",
        "status_notes": case.request.answer or str(state.public or state.label),
        "service_name": split(label)[1] or None,
        "service_code": case.category or None,
        "description": case.body,
        "agency_responsible": tree().label(case.unit_id),
        "service_notice": None,
        "requested_datetime": zoned(case.received_at),
        "updated_datetime": zoned(getattr(case, "updated_at", None)),
        "expected_datetime": zoned(case.due_at),
        "address": case.place,
        "address_id": None,
        "zipcode": None,
        "lat": case.lat,
        "long": case.lon,
        "media_url": None,
    }
    if extended:
        told["extended_attributes"] = {
            "title": case.title,
            "state": case.state,
            "state_label": str(state.label),
            "version": case.version,
            "urgency": case.urgency,
            "channel": case.channel,
            "url": f"/api/v1/requests/{case.number}",
        }
    return told
