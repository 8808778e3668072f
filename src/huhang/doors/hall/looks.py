"""Who has looked at my data (SAFEGUARDS 10): every reading is a line, and the person sees the line."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.access.queries import visible_to
from huhang.base.journal.models import Entry
from huhang.base.journal.queries import reads_of_person
from huhang.cases.models import Case
from huhang.doors.frame.gates import actor_of
from huhang.doors.frame.parts import Pager
from huhang.doors.hall.showing import page_of, show
from huhang.doors.hall.visitor import with_phone
from huhang.register.units.queries import tree

PAGE = 30
FIELDS = {
    "person.name": gettext_lazy("姓名"),
    "person.phone": gettext_lazy("手机号"),
    "person.id_number": gettext_lazy("证件号码"),
    "request.contact": gettext_lazy("联系人姓名"),
    "dispute.party": gettext_lazy("当事人姓名"),
    "file": gettext_lazy("附件"),
}


@dataclass(frozen=True)
class Look:
    """One reading, without the name of whoever read: the unit answers for it."""

    at: datetime
    who: str
    field: str
    why: str
    number: str


def _who(entry: Entry) -> str:
    if entry.actor_kind == "person":
        return _("您本人")
    if entry.actor_kind == "system":
        return _("系统自动办理")
    return tree().label(entry.unit) or _("公安机关工作人员")


def _look(entry: Entry, numbers: dict[Any, str]) -> Look:
    field = str(json.loads(entry.data).get("field", "")) if entry.data else ""
    label = str(FIELDS.get(field, _("个人信息")))
    return Look(entry.at, _who(entry), label, entry.about, numbers.get(entry.case, ""))


@with_phone
@require_http_methods(["GET", "HEAD"])
def looks(request: HttpRequest) -> HttpResponse:
    """Thirty readings a page, newest first; what the system opened by itself stands on a list of its own."""
    actor = actor_of(request)
    automatic = request.GET.get("by") == "system"
    page = page_of(request)
    start = (page - 1) * PAGE
    rows = reads_of_person(actor.person, by_people=not automatic) if actor.person else Entry.objects.none()
    entries = list(rows[start : start + PAGE + 1])
    shown = entries[:PAGE]
    cases = {entry.case for entry in shown if entry.case is not None}
    numbers = dict(visible_to(actor, Case.objects.filter(pk__in=cases)).values_list("pk", "number")) if cases else {}
    here = reverse("hall:seen")
    more = "&by=system" if automatic else ""
    pager = Pager(
        start + 1 if shown else 0,
        start + len(shown),
        next_url=f"{here}?page={page + 1}{more}" if len(entries) > PAGE else "",
        prev_url=f"{here}?page={page - 1}{more}" if page > 1 else "",
    )
    context = {"looks": [_look(e, numbers) for e in shown], "pager": pager, "automatic": automatic}
    return show(request, "looks", {**context, "now": timezone.now()})
