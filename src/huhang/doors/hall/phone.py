"""Proving a phone: a code by SMS, five tries, then the register says who that is or nobody yet."""

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from huhang.base.messages.actions import send_code
from huhang.base.people.actions import prove_phone, start_phone_check
from huhang.base.people.public import admit_person
from huhang.doors.frame.gates import actor_of, public
from huhang.doors.hall import visitor
from huhang.doors.hall.forms import CodeForm, PhoneForm, blame
from huhang.doors.hall.showing import limited, show
from huhang.kernel.errors import Invalid, TooMany
from huhang.kernel.identifiers import check_mobile
from huhang.register.subjects.actions import person_by_phone


def _code_url(then: str) -> str:
    return reverse("hall:code") + "?" + urlencode({"next": then})


def _send(request: HttpRequest, number: str, *, now: datetime) -> None:
    with transaction.atomic():
        code = start_phone_check(phone=number, source=visitor.source(request), now=now)
        send_code(number, code, now=now)
    visitor.remember_phone(request.session, number, now=now)


def _ask(request: HttpRequest, form: PhoneForm, then: str, status: int) -> HttpResponse:
    return show(request, "phone", {"form": form, "then": then}, status=status)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Asks for the phone and sends a code to it."""
    visitor.refuse_officers(request)
    then = visitor.then_of(request)
    if request.method != "POST":
        return _ask(request, PhoneForm(), then, 200)
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, then, 422)
    try:
        _send(request, check_mobile(form.cleaned_data["phone"]), now=timezone.now())
    except (Invalid, TooMany) as refusal:
        refusal.field = "phone"
        blame(form, refusal)
        return limited(_ask(request, form, then, refusal.status), refusal)
    return redirect(_code_url(then))


def _enter(request: HttpRequest, number: str, *, now: datetime) -> None:
    """The code was right: a known person is admitted, an unknown one gives a name with the first request."""
    person = person_by_phone(number)
    if person is None:
        visitor.mark_proved(request.session, now=now)
        return
    admit_person(request.session, person.pk, person.name_masked, now=now)
    visitor.forget_phone(request.session)


def _ask_code(request: HttpRequest, form: CodeForm, then: str, status: int) -> HttpResponse:
    context = {"form": form, "then": then, "masked": visitor.phone_masked(request.session)}
    return show(request, "code", context, status=status)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Asks for the code; a wrong one is counted although it is refused, because 422 undoes nothing."""
    visitor.refuse_officers(request)
    then, now = visitor.then_of(request), timezone.now()
    if not visitor.phone_masked(request.session):
        return visitor.to_phone(then)
    if request.method != "POST":
        return _ask_code(request, CodeForm(), then, 200)
    again = "again" in request.POST
    form = CodeForm({"code": request.POST.get("code", "") or ("-" if again else "")})
    if not form.is_valid():
        return _ask_code(request, form, then, 422)
    number = visitor.open_phone(request.session, "核对手机验证码", by=actor_of(request), now=now)
    try:
        if again:
            _send(request, number, now=now)
            return redirect(_code_url(then))
        prove_phone(phone=number, code=form.cleaned_data["code"], now=now)
    except (Invalid, TooMany) as refusal:
        refusal.field = "code"
        blame(form, refusal)
        return limited(_ask_code(request, form, then, refusal.status), refusal)
    _enter(request, number, now=now)
    return redirect(then)
