"""Groups of opinions arranged by people: renamed, joined, an opinion moved (C6)."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huhang.base.access.rules import Perm
from huhang.doors.desk.surveys.pages import shown_page
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Conflict, Invalid
from huhang.kinds.requests.surveying import actions, queries
from huhang.kinds.requests.surveying.models import Topic


@officers(Perm.NOTIFY)
@require_POST
def topic_page(request: HttpRequest, pk: uuid.UUID, topic: uuid.UUID) -> HttpResponse:
    """A group gets a name; the name of another group joins the two."""
    actor, now = actor_of(request), timezone.now()
    row, name = queries.round_of(actor, pk), request.POST.get("name", "")
    try:
        made = actions.rename_topic(round_id=pk, topic_id=topic, name=name, by=actor, now=now)
    except (Invalid, Conflict) as refusal:
        return shown_page(request, row, refusal)
    return _to(request, pk, made)


@officers(Perm.NOTIFY)
@require_POST
def opinion_page(request: HttpRequest, pk: uuid.UUID, opinion: uuid.UUID) -> HttpResponse:
    """An opinion goes into the group of a name."""
    actor, now = actor_of(request), timezone.now()
    row, name = queries.round_of(actor, pk), request.POST.get("name", "")
    try:
        made = actions.move_opinion(round_id=pk, opinion_id=opinion, name=name, by=actor, now=now)
    except (Invalid, Conflict) as refusal:
        return shown_page(request, row, refusal)
    return _to(request, pk, made)


def _to(request: HttpRequest, pk: uuid.UUID, topic: Topic) -> HttpResponse:
    done(request, _("已归为“%(name)s”。") % {"name": topic.name})
    return redirect(f"{reverse('desk:survey_rows', args=[pk])}?{urlencode({'topic': str(topic.pk)})}")
