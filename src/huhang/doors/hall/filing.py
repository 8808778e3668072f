"""A request comes in through the web (C1), and its receipt is shown once."""

import base64
import re
import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.people.public import LASTS, name_person
from huhang.base.replies.actions import Answer, once
from huhang.base.vault import actions as vault
from huhang.cases.actions import attach
from huhang.cases.models import Case
from huhang.doors.frame.gates import actor_of, public
from huhang.doors.hall import visitor
from huhang.doors.hall.clock import answer_clock
from huhang.doors.hall.forms import KEPT, RequestForm, blame
from huhang.doors.hall.showing import hinted, show
from huhang.kernel.errors import Invalid
from huhang.kernel.identifiers import check_credit_code
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json, clean
from huhang.kernel.text.width import squeeze
from huhang.kinds.requests.actions import file_request
from huhang.kinds.requests.actions.filing import Filed
from huhang.kinds.requests.repeats.queries import Draft, own_open
from huhang.register.subjects.actions import person_for, speaks
from huhang.register.subjects.models import Person, Subject

SEALED_FOR = "hall.receipt"
_CODE = re.compile(r"[0-9A-Z-]{15,22}")


# ---- the form


def _blank(request: HttpRequest, *, now: datetime) -> RequestForm:
    kept = visitor.typed(request.session, now=now)
    initial = {**kept, "idempotency_key": kept.get("idempotency_key") or str(uuid7())}
    return RequestForm(initial=initial, first=actor_of(request).person is None)


def _ask(request: HttpRequest, form: RequestForm, status: int) -> HttpResponse:
    return show(request, "file", {"form": form}, status=status)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest) -> HttpResponse:
    """The form; whoever has to prove the phone first, or again, finds what they typed when they come back."""
    visitor.refuse_officers(request)
    now = timezone.now()
    if not visitor.is_admitted(request):
        if request.method == "POST":
            kept = {name: request.POST[name][:20_000] for name in KEPT if request.POST.get(name)}
            visitor.keep_typed(request.session, kept, now=now)
            messages.info(
                request, _("距上次验证已超过 30 分钟，请重新验证手机号。您填写的文字都还在，姓名和文件要再填一次。")
            )
        return visitor.to_phone(reverse("hall:new"))
    if request.method != "POST":
        return _ask(request, _blank(request, now=now), 200)
    form = RequestForm(request.POST, request.FILES, first=actor_of(request).person is None)
    if not form.is_valid():
        return _ask(request, form, 422)
    content = _content(form)
    if _filed_just_now(request, content, now=now):
        return redirect("hall:receipt")
    try:
        answer = once(
            form.cleaned_data["idempotency_key"],
            who="hall.file",
            content=content,
            now=now,
            work=lambda: _file(request, form.cleaned_data, content, now=now),
        )
    except Invalid as refusal:
        return _ask(request, _corrected(form, refusal), 422)
    return redirect(answer.location)


def _content(form: RequestForm) -> str:
    """What makes two submissions the same; not the name, which is asked only until the first one has arrived."""
    left_out = ("files", "idempotency_key", "name")
    values = {name: value for name, value in form.cleaned_data.items() if name not in left_out}
    return canonical_json({**values, "files": [[f.name, f.size] for f in form.cleaned_data["files"]]})


def _corrected(form: RequestForm, refusal: Invalid) -> RequestForm:
    if refusal.field == "Idempotency-Key":  # sent before, then changed with the back button: a matter of its own
        form.data = {**form.data.dict(), "idempotency_key": str(uuid7())}  # type: ignore[attr-defined]
        form.add_error(None, _("这份表单刚才已经提交过，之后内容又有改动。要作为另一件提交，请再按一次“提交”。"))
    else:
        blame(form, refusal)
    if form.cleaned_data.get("files") and "files" not in form.errors:
        form.add_error("files", _("改正之后请重新选择文件，浏览器不会替您再选一次。"))
    return form


# ---- filing


def _file(request: HttpRequest, values: dict[str, Any], content: str, *, now: datetime) -> Answer:
    person = _requester(request, values, now=now)
    speaks(person_id=person.pk, language=get_language() or "", by=actor_of(request), now=now)
    by = Actor(kind="person", id=person.pk, label=person.name_masked, person=person.pk)
    with acting(by):
        company, body = _company(values)
        filed = file_request(
            by=by,
            now=now,
            requester=person,
            channel="web",
            subject=company,
            body=body,
            **{name: values.get(name) for name in ("title", "nature", "place", "lon", "lat", "name", "confidential")},
        )
        attach_all(filed.case.pk, values["files"], by=by, now=now)
    if actor_of(request).person is None:
        name_person(request.session, person.pk, person.name_masked, now=now)
        visitor.forget_phone(request.session)
    _keep_receipt(request, filed, content, now=now)
    return Answer(303, location=reverse("hall:receipt"))


def _requester(request: HttpRequest, values: dict[str, Any], *, now: datetime) -> Person:
    actor = actor_of(request)
    if actor.person is not None:
        return Person.objects.get(pk=actor.person)
    number = visitor.open_phone(request.session, "登记诉求人手机号", by=actor, now=now)
    return person_for(name=values["name"], phone=number, by=actor, now=now)


def _company(values: dict[str, Any]) -> tuple[uuid.UUID | None, str]:
    """The enterprise of a credit code in the register; anything else that was written is kept in the text."""
    body = str(values["body"])
    try:
        written = clean(values["company"], max_length=120)
        code = check_credit_code(written) if _CODE.fullmatch(squeeze(written)) else ""
    except Invalid as refusal:
        raise Invalid(refusal.message, field="company", params=refusal.params) from None
    if not written:
        return None, body
    with acting(SYSTEM):  # the code is the firm's public name; nothing of the register is told
        found = Subject.objects.filter(credit_code=code).values_list("pk", flat=True).first() if code else None
    return (found, body) if found else (None, f"{body}\n\n（代表单位：{code or written}）")


def attach_all(case: uuid.UUID, files: "list[UploadedFile[Any]]", *, by: Actor, now: datetime) -> None:
    """Stores what was sent along; one that is refused is named, and nothing of this submission is kept.

    Raises:
        Invalid: under ``files``.
    """
    for one in files:
        try:
            attach(case_id=case, name=one.name or "", content=one, public=True, by=by, now=now)
        except Invalid as refusal:
            problem = f"{one.name}：{hinted(refusal)}"
            raise Invalid(problems={"files": problem}) from None


# ---- the receipt


def _mark(content: str) -> str:
    return vault.blind(content, "hall.filed").hex()


def _filed_just_now(request: HttpRequest, content: str, *, now: datetime) -> bool:
    """Whether this is what the last receipt was for: the back button shows the typed form again, under a new key."""
    held = request.session.get(visitor.RECEIPT, {})
    return held.get("said") == _mark(content) and now - datetime.fromisoformat(held["at"]) <= LASTS


def _keep_receipt(request: HttpRequest, filed: Filed, content: str, *, now: datetime) -> None:
    """Sealed, and written with the case itself, so that the second click of a double click finds it too."""
    sealed = base64.b64encode(vault.seal(filed.secret, SEALED_FOR)).decode()
    about = {"case": str(filed.case.pk), "said": _mark(content), "at": now.isoformat()}
    request.session[visitor.RECEIPT] = {**about, "secret": sealed}
    request.session.pop(visitor.TYPED, None)
    request.session.save()
    request.session.modified = False


def _secret(request: HttpRequest, case: Case, *, now: datetime) -> str:
    """Shown once: taken out of the session as it is opened."""
    held = request.session[visitor.RECEIPT]
    if not held.get("secret") or request.method != "GET":
        return ""
    request.session[visitor.RECEIPT] = {name: value for name, value in held.items() if name != "secret"}
    sealed = base64.b64decode(held["secret"])
    return vault.reveal(
        sealed, SEALED_FOR, person=None, why="向诉求人显示一次查询码", by=actor_of(request), now=now, case=case.pk
    )


@visitor.with_phone
@require_http_methods(["GET", "HEAD"])
def receipt(request: HttpRequest) -> HttpResponse:
    """Number and secret, when an answer is due and why then."""
    held, now = request.session.get(visitor.RECEIPT), timezone.now()
    case = (
        visible_to(actor_of(request), Case.objects.filter(pk=held["case"])).defer("search", "folded").first()
        if held
        else None
    )
    if case is None:
        return redirect("hall:mine")
    context = {
        "case": case,
        "secret": _secret(request, case, now=now),
        "clock": answer_clock(case, now),
        "earlier": own_open(case.requester_id, Draft.of(case)),
        "kept_done": "hall-file",
        "now": now,
    }
    return show(request, "receipt", context)
