"""Rating by the link of an SMS: no account, nothing personal on the page, a second click alone rates (C4, B3)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.people.limits import admit_try, count_wrong
from huhang.doors.frame.devices import is_staff_device
from huhang.doors.frame.gates import public
from huhang.doors.frame.saying import say
from huhang.doors.hall.forms import STARS, StarsForm, blame
from huhang.doors.hall.showing import hinted, limited, show
from huhang.doors.hall.visitor import source
from huhang.kernel.errors import Conflict, Invalid, TooMany
from huhang.kinds.requests import catalogue
from huhang.kinds.requests.solved import links
from huhang.kinds.visits import links as visit_links
from huhang.kinds.visits.catalogue import DONT, conduct, purpose_label
from huhang.register.units.queries import tree

SALT, LASTS = "rating.form", 2 * 3600
"""The form's own token: so long a page may stay open before it has to be opened again."""
KIND = "rate.link"


@dataclass(frozen=True)
class Room:
    """What is rated by link: where its links are found and spent, and what its page tells.

    Args:
        name: the page's address, and its texts: ``link`` for an answer, ``visit_link`` for a visit.
        about: what is shown of the case: its number, what sort of matter, whose hands, when. Nothing of anybody's.
        reasons: given words to choose from, for so many stars, under the words of ``asks``.
    """

    name: str
    look: Callable[..., links.Look]
    spend: Callable[..., links.Look]
    about: Callable[[links.Look], dict[str, Any]]
    reasons: Callable[[int], list[tuple[str, str]]]
    asks: Any


STATUS = {links.UNKNOWN: 404, links.EXPIRED: 410, links.REPLACED: 410, links.OVER: 409}


class WhyForm(forms.Form):
    """Why, in given words or one's own; all of it may be left out."""

    stars = forms.IntegerField(min_value=1, max_value=5, widget=forms.HiddenInput)
    reasons = forms.MultipleChoiceField(
        label=gettext_lazy("因为什么"), required=False, widget=forms.CheckboxSelectMultiple
    )
    comment = forms.CharField(
        label=gettext_lazy("还想说的"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 1000}),
        help_text=gettext_lazy("请不要写姓名、电话、身份证号"),
    )

    def __init__(self, *args: Any, room: Room, stars: int, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["reasons"].choices = room.reasons(stars)  # type: ignore[attr-defined]
        self.fields["reasons"].label = room.asks


def _ticket(look: links.Look) -> str:
    assert look.link is not None
    return signing.TimestampSigner(salt=SALT).sign(str(look.link.pk))


def _ticket_holds(request: HttpRequest, look: links.Look) -> bool:
    """Whether the form was made by opening this very link, within two hours."""
    try:
        told = signing.TimestampSigner(salt=SALT).unsign(request.POST.get("ticket", ""), max_age=LASTS)
    except signing.BadSignature:
        return False
    return look.link is not None and told == str(look.link.pk)


def _said(look: links.Look) -> tuple[str, str]:
    """What the page says of a link that rates no more: a title and what to do."""
    words = {
        links.SPENT: (_("已经评价过了"), _("这个链接只能用一次，再打开什么都不会改变。谢谢您。")),
        links.RATED: (_("已经评价过了"), _("您已经用别的方式评过这次答复，什么都没有改变。谢谢您。")),
        links.EXPIRED: (_("链接已过期"), _("想评价可以凭编号和查询码，或用手机号查询后评价。")),
        links.REPLACED: (_("链接已换新"), _("后来又给您发了新的链接，请打开最近一条短信。")),
        links.OVER: (_("现在不用评价"), say(look.why) if look.why else _("这件事正在重新办理，答复后会再请您评价。")),
    }
    return words.get(look.state, (_("链接无效"), _("请核对短信里的链接是否完整，也可以凭编号和查询码查询后评价。")))


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = show(request, name, context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _closed(request: HttpRequest, look: links.Look) -> HttpResponse:
    title, text = _said(look)
    context = {"title": title, "text": text, "at": look.at, "now": timezone.now()}
    return _page(request, "link_said", context, STATUS.get(look.state, 200))


def _answer(look: links.Look) -> dict[str, Any]:
    """What is shown of a request: its number, what sort of matter, who answered when."""
    case = look.case
    assert case is not None
    sort = catalogue.category_label(case.category, case.category_version) if case.category else ""
    unit = tree().label(case.request.answered_unit_id or case.unit_id)
    return {"number": case.number, "sort": sort, "unit": unit, "at": case.answered_at}


def _visit(look: links.Look) -> dict[str, Any]:
    """What is shown of a visit: its number, what for, which unit came when."""
    case = look.case
    assert case is not None
    sort = purpose_label(case.category, case.category_version)
    return {"number": case.number, "sort": sort, "unit": tree().label(case.unit_id), "at": case.received_at}


ANSWER = Room("link", links.look, links.spend, _answer, catalogue.reason_choices, gettext_lazy("因为什么"))
VISIT = Room(
    "visit_link",
    visit_links.look,
    visit_links.spend,
    _visit,
    lambda stars: conduct(DONT),
    gettext_lazy("有没有下列情况"),
)


def _ask(
    request: HttpRequest,
    room: Room,
    look: links.Look,
    token: str,
    form: forms.Form,
    *,
    stars: int = 0,
    status: int = 200,
) -> HttpResponse:
    context = {
        **room.about(look),
        "visit": room is VISIT,
        "form": form,
        "chosen": f"{'★' * stars}{'☆' * (5 - stars)}" if stars else "",
        "words": dict(STARS).get(stars, ""),
        "ticket": _ticket(look),
        "here": reverse(f"hall:{room.name}", args=[token]),
        "now": timezone.now(),
    }
    return _page(request, "link", context, status)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """How an answer was."""
    return _opened(request, token, ANSWER)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def visit_link(request: HttpRequest, token: str) -> HttpResponse:
    """How a visit was (B3)."""
    return _opened(request, token, VISIT)


def _opened(request: HttpRequest, token: str, room: Room) -> HttpResponse:
    """The question; opened it changes nothing, only the second posted form rates. Never from a staff device."""
    if is_staff_device(request):
        return _page(request, "link_staff", {}, 403)
    now = timezone.now()
    try:
        admit_try(KIND, source(request), now=now)
    except TooMany as refusal:
        said = {"title": _("请稍后再试"), "text": hinted(refusal), "at": None, "now": now}
        return limited(_page(request, "link_said", said, refusal.status), refusal)
    found = room.look(token, now=now)
    if found.state == links.UNKNOWN and request.method == "POST":
        count_wrong(KIND, source(request), now=now)
    if found.state != links.OPEN:
        return _closed(request, found)
    if request.method != "POST":
        return _ask(request, room, found, token, StarsForm())
    return _posted(request, room, found, token)


def _posted(request: HttpRequest, room: Room, found: links.Look, token: str) -> HttpResponse:
    form = StarsForm(request.POST)
    if not form.is_valid():
        return _ask(request, room, found, token, form, status=422)
    stars = form.cleaned_data["stars"]
    if not _ticket_holds(request, found):
        form.add_error(None, _("页面放得太久，或不是从链接打开的。您选的还在，请再点一次。"))
        return _ask(request, room, found, token, form, status=422)
    if "confirm" not in request.POST:
        return _ask(request, room, found, token, WhyForm(initial={"stars": stars}, room=room, stars=stars), stars=stars)
    why = WhyForm(request.POST, room=room, stars=stars)
    if not why.is_valid():
        return _ask(request, room, found, token, why, stars=stars, status=422)
    said = why.cleaned_data
    try:
        told = room.spend(token, stars=stars, reasons=said["reasons"], comment=said["comment"], now=timezone.now())
    except Invalid as refusal:
        blame(why, refusal)
        return _ask(request, room, found, token, why, stars=stars, status=422)
    except Conflict as refusal:
        return _closed(request, links.Look(links.OVER, found.case, found.link, why=refusal.text))
    if told.state != links.OPEN:
        return _closed(request, told)
    done = {
        "title": _("谢谢您的评价"),
        "text": _("已记下。不满意的，会有人在一个工作日内联系您。"),
        "at": None,
        "now": told.at,
    }
    return _page(request, "link_said", done)
