"""Writing to the officer in charge from the request's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huhang.cases.models import Case
from huhang.doors.frame import notices
from huhang.doors.frame.gates import actor_of
from huhang.doors.hall.forms import blame
from huhang.doors.hall.moves import key_of, submit
from huhang.doors.hall.requests import own, show_request
from huhang.doors.hall.showing import limited
from huhang.doors.hall.talk import TalkForm
from huhang.kernel.errors import Conflict, Invalid, TooMany
from huhang.kinds.requests.talk.actions import say
from huhang.register.subjects.actions import speaks


@own
@require_POST
def talk_page(request: HttpRequest, case: Case) -> HttpResponse:
    """Sends it; refused, everything typed is still there."""
    actor, now = actor_of(request), timezone.now()
    form = TalkForm(request.POST, request.FILES)
    if not form.is_valid():
        return show_request(request, case, talk_form=form, status=422)
    files = [(one.name or "", one) for one in form.cleaned_data["files"]]

    def work() -> None:
        say(case_id=case.pk, text=form.cleaned_data["text"], files=files, by=actor, now=now)
        if actor.person is not None:
            speaks(person_id=actor.person, language=get_language() or "", by=actor, now=now)

    try:
        submit(request, form, work, now=now)
    except (Invalid, Conflict, TooMany) as refusal:
        blame(form, refusal)
        return limited(show_request(request, case, talk_form=form, status=refusal.status), refusal)
    notices.done(request, _("已发给承办人。"), keep=key_of(case, "talk"))
    return redirect(reverse("hall:request", args=[case.number]) + "#talk")
