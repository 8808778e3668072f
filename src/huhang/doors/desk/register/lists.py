"""The list of subjects, by name, and what stands over it."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.doors.desk.register import asking
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Pager
from huhang.doors.frame.rules import is_chinese
from huhang.kernel.errors import Invalid
from huhang.register.subjects import catalogue, queries
from huhang.register.subjects.models import Subject
from huhang.register.subjects.searching import counted
from huhang.register.units.queries import tree

SIZE = 50
COUNTED = 1_000
"""Counting stops here and says so, as in the lists of cases: what many have is read row by row to be counted."""


@officers(Perm.SEE)
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """Subjects by name; a whole code or number leads to its record at once.

    Raises:
        Invalid: a filter that cannot be used.
    """
    actor, now = actor_of(request), timezone.now()
    shown = asking.read(request.GET.dict(), now)
    if shown.wanted.q and (one := _named(actor, shown.wanted.q)):
        return redirect("desk:subject", pk=one.pk)
    rows = queries.found(actor, shown.wanted)
    after = _place(request.GET.get("after", ""))
    found, more = queries.page(rows, size=SIZE, after=after)
    total = len(found) if after is None and more is None else counted(rows, COUNTED)
    url = reverse("desk:register")
    context = {
        "now": now,
        "shown": shown,
        "filters": asking.bar(shown, actor, url),
        "rows": [row_of(subject) for subject in found],
        "total": min(total, COUNTED),
        "over": total > COUNTED,
        "pager": Pager(1 if found else 0, len(found), next_url=shown.link(url, after=_said(more)) if more else ""),
        "paged": after is not None,
        "kept": [(name, value) for name, value in shown.said.items() if name != "q"],
        "may_keep": allows(actor, Perm.KEEP_REGISTER),
        "may_import": allows(actor, Perm.KEEP_REGISTER) and allows(actor, Perm.IMPORT),
        "notice_url": shown.link(reverse("desk:notice_new")) if allows(actor, Perm.NOTIFY) else "",
        "export_url": shown.link(reverse("desk:register_export")) if allows(actor, Perm.EXPORT) else "",
        "first_url": shown.link(url),
    }
    return render(request, "desk/register/list.html", context)


def _named(actor: Actor, text: str) -> Subject | None:
    """The subject of a whole code or number; a name is searched for, since others may hold it too."""
    said = text.strip()
    if not (said.isascii() and len(said) >= 8):
        return None
    return queries.by_key(actor, said)


def _place(token: str) -> tuple[str, uuid.UUID] | None:
    if not token:
        return None
    pk, _dash, name = token.partition("-")
    try:
        return name[:120].replace("\0", ""), uuid.UUID(hex=pk)
    except ValueError:
        raise Invalid("这一页的位置不对，请从第一页看起。") from None


def _said(place: tuple[str, uuid.UUID]) -> str:
    name, pk = place
    return f"{pk.hex}-{name}"


def row_of(subject: Subject) -> dict[str, Any]:
    """A line of the list."""
    return {
        "subject": subject,
        "url": reverse("desk:subject", args=[subject.pk]),
        "labels": catalogue.class_labels(subject.flags),
        "unit": tree().label(subject.unit_id),
        "kind": Subject.Kind(subject.kind).label,
        "state": Subject.State(subject.state).label if not subject.stands else "",
        "size": _size(subject),
    }


def _size(subject: Subject) -> str:
    if subject.head_count is not None:
        return _("%(n)s 人") % {"n": f"{subject.head_count:,}"}
    return yuan(subject.investment)


def yuan(amount: int | None) -> str:
    """An amount as people say it: ``3.5 亿元``, ``5,000 万元``; in English in full."""
    if amount is None:
        return ""
    if not is_chinese(get_language()):
        return f"¥{amount:,}"
    if amount >= 10**8:
        return _("%(n)s 亿元") % {"n": f"{amount / 10**8:,.2f}".rstrip("0").rstrip(".")}
    if amount >= 10**4:
        return _("%(n)s 万元") % {"n": f"{amount / 10**4:,.2f}".rstrip("0").rstrip(".")}
    return _("%(n)s 元") % {"n": f"{amount:,}"}
