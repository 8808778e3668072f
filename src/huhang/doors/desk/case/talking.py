"""Writing to the person from the case page."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huhang.base.replies.actions import Answer, once
from huhang.doors.desk.case.finding import case_at
from huhang.doors.desk.case.pages import show_case
from huhang.doors.desk.case.talk import TalkForm, sent_files
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Conflict, Invalid
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.kinds.requests.talk.actions import say


@officers()
@require_POST
def talk_page(request: HttpRequest, number: str) -> HttpResponseBase:
    """Writes to the person; what was typed stays when it is refused."""
    actor, now = actor_of(request), timezone.now()
    case = case_at(number, actor)
    text, files = request.POST.get("text", ""), request.FILES.getlist("files")

    def work() -> Answer:
        say(case_id=case.pk, text=text, files=sent_files(files), by=actor, now=now)
        return Answer(303)

    key = request.POST.get("idempotency_key", "")[:80] or str(uuid7())
    content = canonical_json({"c": str(case.pk), "t": text, "f": [[f.name, f.size] for f in files]})
    try:
        once(key, who=f"talk:{actor.id}", content=content, now=now, work=work)
    except (Invalid, Conflict) as wrong:
        form = TalkForm(request.POST, auto_id="t-%s")
        form.tell(wrong)
        return show_case(request, case, talk_form=form, status=wrong.status)
    done(request, _("已发给诉求人。"), keep=f"talk-{case.number}")
    return redirect(reverse("desk:case", kwargs={"number": case.number}) + "#talk")
