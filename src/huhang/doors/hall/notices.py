"""Notices of the bureau: by the link of an SMS or with a proved phone; two presses, looking marks nothing (A3)."""

import uuid
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from huhang.base.access.context import STRANGER, SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.files import actions as files
from huhang.base.people.limits import admit_try, count_wrong
from huhang.doors.frame.devices import is_staff_device
from huhang.doors.frame.gates import actor_of, public
from huhang.doors.hall.showing import hinted, limited, show
from huhang.doors.hall.visitor import source, with_phone
from huhang.kernel.errors import Missing, TooMany
from huhang.register.announcements import queries
from huhang.register.announcements.actions import look, mark_opened, mark_read
from huhang.register.announcements.actions.reading import Look
from huhang.register.announcements.models import Enclosure
from huhang.register.units.queries import tree

KIND, MOST = "notice.link", 50


@public
@require_http_methods(["GET", "HEAD", "POST"])
def notice_link(request: HttpRequest, token: str) -> HttpResponse:
    """A notice by its link. The link shows its title alone; a press shows the text, another says it was read."""
    now = timezone.now()
    try:
        admit_try(KIND, source(request), now=now)
    except TooMany as refusal:
        said = {"title": _("请稍后再试"), "text": hinted(refusal)}
        return limited(show(request, "survey_said", said, status=refusal.status), refusal)
    try:
        found = look(link=token, now=now)
    except Missing:
        if request.method == "POST":
            count_wrong(KIND, source(request), now=now)
        said = {
            "title": _("链接无效"),
            "text": _("请核对短信里的链接是否完整，也可以用手机号登录网上大厅，在“通知”里查看。"),
        }
        return show(request, "survey_said", said, status=404)
    return _shown(request, found, reverse("hall:notice_link", args=[token]), STRANGER)


@with_phone
@require_http_methods(["GET", "HEAD"])
def notices(request: HttpRequest) -> HttpResponse:
    """What the enterprises were told for which the visitor speaks."""
    actor = actor_of(request)
    rows = list(queries.of_person(actor.person)[:MOST]) if actor.person else []
    unread = sum(one.read_at is None for one in rows)
    context = {"rows": [(one, tree().label(one.notice.unit_id)) for one in rows], "unread": unread}
    return show(request, "notices", {**context, "now": timezone.now()})


@with_phone
@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One of them.

    Raises:
        Missing: not given to an enterprise of the visitor.
    """
    actor = actor_of(request)
    if actor.person is None:
        raise Missing
    found = look(copy_id=pk, person=actor.person, now=timezone.now())
    return _shown(request, found, reverse("hall:notice", args=[pk]), actor)


def _shown(request: HttpRequest, found: Look, here: str, by: Actor) -> HttpResponse:
    copy, now, opened = found.copy, timezone.now(), False
    if request.method == "POST" and not is_staff_device(request):
        if request.POST.get("do") == "read":
            mark_read(copy, by=by, now=now)
            return redirect(here)
        mark_opened(copy, by=by, now=now)
        opened = True
    elif request.method == "POST":
        opened = True  # staff may look; it marks nothing
    with acting(SYSTEM):
        enclosed = list(Enclosure.objects.filter(notice=copy.notice).select_related("file").order_by("id"))
        after = copy.notice.corrections.filter(sent_at__isnull=False).first()
    context = {
        "copy": copy,
        "notice": copy.notice,
        "unit": tree().label(copy.notice.unit_id),
        "standing": found.standing,
        "after": after,
        "open": opened or copy.read_at is not None,
        "enclosed": [{"name": e.file.name, "size": e.file.size, "id": e.pk} for e in enclosed],
        "staff": is_staff_device(request),
        "here": here,
        "own": by.person is not None,
        "now": now,
    }
    response = show(request, "notice", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@public
@require_POST
def enclosure_link(request: HttpRequest, token: str, pk: uuid.UUID) -> HttpResponseBase:
    """A file of a notice, by the notice's link.

    Raises:
        Missing: not a file of the notice this link leads to.
    """
    now = timezone.now()
    admit_try(KIND, source(request), now=now)
    return _file(look(link=token, now=now), pk, STRANGER)


@with_phone
@require_POST
def enclosure(request: HttpRequest, copy: uuid.UUID, pk: uuid.UUID) -> HttpResponse:
    """A file of a notice given to an enterprise of the visitor.

    Raises:
        Missing: not one of theirs.
    """
    actor = actor_of(request)
    if actor.person is None:
        raise Missing
    return cast(HttpResponse, _file(look(copy_id=copy, person=actor.person, now=timezone.now()), pk, actor))


def _file(found: Look, pk: uuid.UUID, by: Actor) -> HttpResponseBase:
    with acting(SYSTEM):
        held: Any = Enclosure.objects.filter(pk=pk, notice=found.copy.notice).select_related("file").first()
        if held is None or found.standing == "withdrawn":
            raise Missing
        return files.serve(held.file, by=by, now=timezone.now())
