"""A new request at the desk: whatever came by hotline, letter or window is registered here (C1), with a receipt."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.files.rules import TAKEN
from huhang.base.replies.actions import Answer, once
from huhang.base.vault import actions as vault
from huhang.cases.actions import attach
from huhang.cases.models import Case
from huhang.doors.desk.case.alike import alike_of
from huhang.doors.desk.case.move_form import grouped_categories
from huhang.doors.desk.case.told import Told
from huhang.doors.frame.fields import ManyFiles
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Invalid
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.kernel.text.width import squeeze
from huhang.kinds.requests.actions import file_request
from huhang.kinds.requests.actions.filing import Filed
from huhang.kinds.requests.catalogue import category_choices
from huhang.kinds.requests.rules import CHANNELS, NATURES, URGENCIES
from huhang.register.subjects.models import Subject
from huhang.register.units.queries import tree

BACK = timedelta(days=30)
"""A request found late in a drawer may be entered so long after it came; older ones come by import."""
MOST_FILES = 10
FOUND = 12
REPEAT, _LAST = timedelta(minutes=30), "desk_registered"
"""So long the same words from the same session are taken for the same request until somebody says otherwise."""

_NOT_HERE = ("web", "import")
_WHEN = "%Y-%m-%dT%H:%M"


class NewRequest(Told):
    """What is asked of whoever takes a request."""

    channel = forms.ChoiceField(
        label=gettext_lazy("渠道"),
        help_text=gettext_lazy("从哪里来的，只记一次"),
        choices=[c for c in CHANNELS if c[0] not in _NOT_HERE],
    )
    received_at = forms.CharField(
        label=gettext_lazy("受理时间"),
        help_text=gettext_lazy("时限从这里起算；不能晚于现在，最多补登 30 天内的"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    name = forms.CharField(
        label=gettext_lazy("姓名"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("不愿意说可以不填"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-nokeep": True}),
    )
    phone = forms.CharField(
        label=gettext_lazy("电话"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("用来告知进展和回访"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel", "data-nokeep": True}),
    )
    id_number = forms.CharField(
        label=gettext_lazy("身份证号"),
        max_length=18,
        required=False,
        help_text=gettext_lazy("只有确需核实身份时才填"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-nokeep": True}),
    )
    confidential = forms.BooleanField(label=gettext_lazy("诉求人要求保密"), required=False)
    title = forms.CharField(
        label=gettext_lazy("标题"), max_length=200, required=False, help_text=gettext_lazy("不填就取内容的开头")
    )
    body = forms.CharField(
        label=gettext_lazy("内容"),
        max_length=20_000,
        help_text=gettext_lazy("按诉求人的原话记"),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    nature = forms.ChoiceField(label=gettext_lazy("性质"), choices=NATURES, initial="help", widget=forms.RadioSelect)
    category = forms.ChoiceField(
        label=gettext_lazy("类别"), required=False, help_text=gettext_lazy("现在就能归类的可以选，办理期限随类别定")
    )
    urgency = forms.ChoiceField(
        label=gettext_lazy("紧急程度"), choices=URGENCIES, initial="0", widget=forms.RadioSelect
    )
    place = forms.CharField(label=gettext_lazy("地点"), max_length=200, required=False)
    lon = forms.CharField(label=gettext_lazy("经度"), max_length=20, required=False)
    lat = forms.CharField(label=gettext_lazy("纬度"), max_length=20, required=False)
    sensitive = forms.BooleanField(
        label=gettext_lazy("涉敏"), required=False, help_text=gettext_lazy("只有承办人、首问人和有权限的人看得到")
    )
    uploads = forms.FileField(label=gettext_lazy("附件"), required=False, widget=ManyFiles)

    def __init__(self, actor: Actor, now: datetime, data: Any = None) -> None:
        super().__init__(data, auto_id="r-%s")
        self.fields["received_at"].initial = timezone.localtime(now).strftime(_WHEN)
        self.fields["uploads"].help_text = _("可以上传%(taken)s，最多 %(n)d 份，每份不超过 20 MB") % {
            "taken": say(TAKEN),
            "n": MOST_FILES,
        }
        if allows(actor, Perm.CLASSIFY):
            rows = [("", _("以后再归类")), *grouped_categories(category_choices())]
            self.fields["category"].choices = rows  # type: ignore[attr-defined]
        else:
            del self.fields["category"]


_PLAIN = (
    "channel",
    "name",
    "phone",
    "id_number",
    "title",
    "body",
    "nature",
    "urgency",
    "place",
    "lon",
    "lat",
    "subject",
)


def search_subjects(text: str) -> list[Subject]:
    """Enterprises and organisations by the beginning of their name, or by a whole credit code."""
    said = text.strip()[:120]
    if len(said) < 2:
        return []
    by = Q(name__startswith=said) | Q(credit_code=squeeze(said))
    return list(Subject.objects.filter(by).order_by("name")[:FOUND])


def _values(request: HttpRequest, now: datetime) -> dict[str, Any]:
    data = request.POST
    values: dict[str, Any] = {name: data.get(name, "") for name in _PLAIN}
    values["category"] = data.get("category", "")
    values["confidential"] = data.get("confidential") == "on"
    values["sensitive"] = data.get("sensitive") == "on"
    values["received_at"] = _received(data.get("received_at", ""), now)
    return values


def _received(text: str, now: datetime) -> datetime:
    try:
        said = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("请按 2026-11-21 14:20 这样填时间。", field="received_at") from None
    at = timezone.make_aware(said) if timezone.is_naive(said) else said
    if at > now + timedelta(minutes=1):
        raise Invalid("受理时间不能晚于现在。", field="received_at")
    if at < now - BACK:
        raise Invalid("受理时间最多补登 30 天内的；更早的请用表格导入。", field="received_at")
    return min(at, now)


def _file(request: HttpRequest, actor: Actor, now: datetime) -> tuple[Filed | None, Answer]:
    """Registers the request with its files, all or nothing; a repeat of the same submission makes nothing."""
    values, sent = _values(request, now), _sent(request)
    made: list[Filed] = []

    def work() -> Answer:
        filed = file_request(by=actor, now=now, **values)
        for one in sent:
            try:
                attach(case_id=filed.case.pk, name=one.name or "", content=one, public=False, by=actor, now=now)
            except Invalid as wrong:
                raise Invalid(
                    "%(name)s：%(why)s", field="uploads", params={"name": one.name, "why": wrong.text}
                ) from None
        made.append(filed)
        return Answer(201, location=filed.case.number)

    told = {**values, "received_at": "", "files": [[f.name, f.size] for f in sent]}
    key = request.POST.get("idempotency_key", "")[:80] or str(uuid7())
    mark = vault.blind(canonical_json(told), "desk.registered").hex()
    _ask_about_repeat(request, mark, key, now)
    content = canonical_json({**told, "received_at": request.POST.get("received_at")})
    answer = once(key, who=str(actor.id), content=content, now=now, work=work)
    request.session[_LAST] = {"mark": mark, "key": key, "number": answer.location, "at": now.isoformat()}
    return (made[0] if made else None), answer


class Repeat(Invalid):
    """The same was registered a moment ago: the back button shows the typed form again, under a new key."""


def _ask_about_repeat(request: HttpRequest, mark: str, key: str, now: datetime) -> None:
    """Two people may say the same words, so whoever registers decides; the same key is `once`'s business.

    Raises:
        Repeat: the same words were registered from this session a moment ago, and nobody said "another one".
    """
    last = request.session.get(_LAST, {})
    if last.get("mark") != mark or last["key"] == key or request.POST.get("again") == "yes":
        return
    if now - datetime.fromisoformat(last["at"]) <= REPEAT:
        raise Repeat(
            "同样的内容刚才登记过，编号 %(number)s。确实是另一件，请再按一次“登记并出回执”。",
            params={"number": last["number"]},
        )


def _sent(request: HttpRequest) -> "list[UploadedFile[bytes]]":
    sent = [one for one in request.FILES.getlist("uploads") if one is not None]
    if len(sent) > MOST_FILES:
        raise Invalid("一次最多 %(n)d 份附件，其余的登记后再补。", field="uploads", params={"n": MOST_FILES})
    return sent


@officers(Perm.REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def new_request(request: HttpRequest) -> HttpResponseBase:
    """The form; after it the receipt with number and secret, shown on this one answer and kept nowhere."""
    actor, now = actor_of(request), timezone.now()
    if request.method != "POST":
        return _form(request, NewRequest(actor, now))
    form = NewRequest(actor, now, request.POST)
    if "find" in request.POST:  # the search button of a browser without scripts
        form.keep()
        return _form(request, form)
    try:
        filed, answer = _file(request, actor, now)
    except Invalid as wrong:
        form.tell(wrong)
        return _form(request, form, status=wrong.status, again=isinstance(wrong, Repeat))
    if filed is None:
        done(request, _("这一件已经登记过，没有重复登记。查询码只在登记成功时显示一次。"), keep="request-new")
        return redirect("desk:case", number=answer.location)
    return _receipt(request, filed, now)


def _receipt(request: HttpRequest, filed: Filed, now: datetime) -> HttpResponseBase:
    case = Case.objects.defer("search", "folded").get(pk=filed.case.pk)
    context = {
        "case": case,
        "secret": f"{filed.secret[:5]} {filed.secret[5:]}",
        "unit": tree().label(case.unit_id),
        "now": now,
        "kept_done": "request-new",
        "alike": alike_of(case, actor_of(request), now),
    }
    response = render(request, "desk/case/receipt.html", context, status=201)
    response["Cache-Control"] = "no-store, private"
    return response


def _form(request: HttpRequest, form: NewRequest, *, status: int = 200, again: bool = False) -> HttpResponseBase:
    asked = request.POST.get("subject_search", "")
    chosen = request.POST.get("subject", "")
    context = {
        "form": form,
        "again": again,
        "key": request.POST.get("idempotency_key") or str(uuid7()),
        "asked": asked,
        "chosen": chosen,
        "subjects": _with_chosen(search_subjects(asked), chosen),
    }
    return render(request, "desk/case/new.html", context, status=status)


def _with_chosen(rows: list[Subject], chosen: str) -> list[Subject]:
    """The chosen one stays in the list when the search has moved on."""
    if not chosen or any(str(row.pk) == chosen for row in rows):
        return rows
    try:
        kept = Subject.objects.filter(pk=chosen).first()
    except (ValueError, forms.ValidationError):
        kept = None
    return [kept, *rows] if kept else rows


@officers(Perm.REGISTER)
@require_GET
def subjects(request: HttpRequest) -> HttpResponseBase:
    """The matches of a subject search as a part of the form."""
    asked = request.GET.get("subject_search", "")
    chosen = request.GET.get("subject", "")
    rows = _with_chosen(search_subjects(asked), chosen)
    return render(request, "desk/case/_subjects.html", {"subjects": rows, "asked": asked, "chosen": chosen})
