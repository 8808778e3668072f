"""Following a request without an account: by number and secret, or by a proved phone (C7)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from huhang.base.access.queries import visible_to
from huhang.base.people.limits import admit_try, count_wrong
from huhang.base.people.public import admit_case
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.frame.gates import actor_of, public
from huhang.doors.frame.parts import Pager
from huhang.doors.hall import visitor
from huhang.doors.hall.clock import left_of
from huhang.doors.hall.forms import FollowForm, blame
from huhang.doors.hall.showing import limited, page_of, show
from huhang.kernel.errors import Invalid, Missing, Refusal, TooMany
from huhang.kernel.numbering import normalise_number, normalise_secret
from huhang.kinds.requests.actions import follow as open_by_secret
from huhang.kinds.requests.talk.queries import unread_by_person

KIND = "request"
PAGE = 20


def _checked(form: FollowForm) -> tuple[str, str]:
    """Number and secret in one spelling; a slip of the pen is told beside its field and is no wrong try."""
    spelt = []
    for name, normalise in (("number", normalise_number), ("secret", normalise_secret)):
        try:
            spelt.append(normalise(form.cleaned_data[name]))
        except Invalid as refusal:
            refusal.field, refusal.problems = name, {name: refusal.text}
            raise
    return spelt[0], spelt[1]


@public
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Asks for number and secret; a wrong number and a wrong secret get the same answer."""
    if request.method != "POST":
        return show(request, "follow", {"form": FollowForm(initial={"number": request.GET.get("number", "")[:40]})})
    form, now, place = FollowForm(request.POST), timezone.now(), visitor.source(request)
    if not form.is_valid():
        return show(request, "follow", {"form": form}, status=422)
    try:
        number, secret = _checked(form)
        admit_try("follow", place, now=now)
        case = open_by_secret(number, secret)
    except (Invalid, Missing, TooMany) as refusal:
        if isinstance(refusal, Missing):
            count_wrong("follow", place, now=now)
        return _refused(request, form, refusal)
    visitor.refuse_officers(request)
    request.session.cycle_key()
    admit_case(request.session, case, now=now)
    return redirect("hall:hazard" if number.startswith(kind_of("hazard").prefix) else "hall:request", number=number)


def _refused(request: HttpRequest, form: FollowForm, refusal: Refusal) -> HttpResponse:
    blame(form, refusal)
    status = 422 if isinstance(refusal, Missing) else refusal.status
    return limited(show(request, "follow", {"form": form}, status=status), refusal)


@visitor.with_phone
@require_http_methods(["GET", "HEAD"])
def mine(request: HttpRequest) -> HttpResponse:
    """Everything the holder of the phone has sent in, newest first."""
    actor, now, kind = actor_of(request), timezone.now(), kind_of(KIND)
    page = page_of(request)
    start = (page - 1) * PAGE
    own = (
        visible_to(actor, Case.objects.filter(kind=KIND, requester_id=actor.person))
        if actor.person
        else Case.objects.none()
    )
    shown = own.order_by("-received_at", "-id").defer("search", "folded", "body")[start : start + PAGE + 1]
    cases = list(shown)
    unread = unread_by_person(cases[:PAGE])
    rows = [
        {"case": one, "state": kind.state(one.state), "left": left_of(one, now), "unread": unread.get(one.pk, 0)}
        for one in cases[:PAGE]
    ]
    here = reverse("hall:mine")
    pager = Pager(
        start + 1 if rows else 0,
        start + len(rows),
        next_url=f"{here}?page={page + 1}" if len(cases) > PAGE else "",
        prev_url=f"{here}?page={page - 1}" if page > 1 else "",
    )
    return show(request, "mine", {"rows": rows, "pager": pager, "now": now})
