"""Answering a survey: no account, nothing personal asked, a second click alone sends (C6, ADR 38)."""

from typing import Any

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.people.limits import admit_try, count_wrong
from huhang.doors.frame.devices import is_staff_device
from huhang.doors.frame.gates import public
from huhang.doors.frame.saying import say
from huhang.doors.hall.showing import hinted, limited, show
from huhang.doors.hall.visitor import source
from huhang.kernel.errors import Invalid, TooMany
from huhang.kinds.requests.surveying import catalogue, rules
from huhang.kinds.requests.surveying.actions import answer, look
from huhang.kinds.requests.surveying.actions.answering import OPEN, OVER, PLANNED, SPENT, UNKNOWN, Look
from huhang.kinds.requests.surveying.models import Round
from huhang.register.units.queries import tree

SALT, LASTS, KIND = "survey.form", 4 * 3600, "survey.link"
STEPS = {
    5: gettext_lazy("非常好"),
    4: gettext_lazy("好"),
    3: gettext_lazy("一般"),
    2: gettext_lazy("差"),
    1: gettext_lazy("非常差"),
}
STATUS = {UNKNOWN: 404, OVER: 410, PLANNED: 409}


class AnswerForm(forms.Form):
    """A questionnaire as a form; nothing is chosen beforehand. Of a ranking every option has a field of its own."""

    def __init__(self, body: Any, data: Any = None) -> None:
        super().__init__(data, auto_id="a-%s")
        self.body = body
        for question in body["questions"]:
            if question["kind"] == rules.RANK:
                self._places(question)
            else:
                self.fields[f"q-{question['code']}"] = self._field(question)

    def _field(self, question: Any) -> forms.Field:
        kind = question["kind"]
        words: dict[str, Any] = {"label": catalogue.say(question, "text"), "required": bool(question.get("required"))}
        words["error_messages"] = {"required": _("这一题请作答。")}
        if kind == rules.TEXT:
            area = forms.Textarea(attrs={"rows": 4, "maxlength": question.get("most", rules.LONGEST_TEXT)})
            return forms.CharField(widget=area, help_text=_("请不要写姓名、电话、身份证号"), **words)
        if kind == rules.NUMBER:
            digits = forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 10})
            return forms.CharField(widget=digits, **words)
        many = kind == rules.MANY
        field = (forms.MultipleChoiceField if many else forms.ChoiceField)(
            widget=forms.CheckboxSelectMultiple if many else forms.RadioSelect,
            help_text=_("可以选几项") if many else "",
            **words,
        )
        field.choices = _choices(question)
        return field

    def _places(self, question: Any) -> None:
        options = question["options"]
        places = [("", "—"), *((str(n), _("第 %(n)d 位") % {"n": n}) for n in range(1, len(options) + 1))]
        for n, one in enumerate(options):
            label = f"{catalogue.say(question, 'text')}：{catalogue.say(one)}" if n == 0 else catalogue.say(one)
            field = forms.ChoiceField(label=label, required=False, choices=places)
            self.fields[f"q-{question['code']}-{one['code']}"] = field

    def given(self) -> dict[str, Any]:
        """What was answered, in the words of `rules.checked`.

        Raises:
            Invalid: places of a ranking that do not fit.
        """
        found: dict[str, Any] = {}
        for question in self.body["questions"]:
            code = str(question["code"])
            if question["kind"] != rules.RANK:
                found[code] = self.cleaned_data.get(f"q-{code}")
                continue
            places = {str(o["code"]): self.cleaned_data.get(f"q-{code}-{o['code']}", "") for o in question["options"]}
            try:
                found[code] = rules.ranked(places)
            except Invalid as wrong:
                raise Invalid(problems={f"answers.{code}": wrong.text}) from None
        return found

    def blame(self, wrong: Invalid) -> None:
        """Puts each sentence beside its question."""
        for name, text in wrong.problems.items():
            code = name.removeprefix("answers.")
            place = next((f for f in self.fields if f == f"q-{code}" or f.startswith(f"q-{code}-")), None)
            self.add_error(place, say(text))
        if not wrong.problems:
            self.add_error(None, hinted(wrong))


def _choices(question: Any) -> list[tuple[str, str]]:
    if question["kind"] == rules.SCALE:
        return [(str(step), f"{step} {STEPS[step]}") for step in rules.STEPS]
    return [(str(one["code"]), catalogue.say(one)) for one in question["options"]]


@public
@require_http_methods(["GET", "HEAD", "POST"])
def open_survey(request: HttpRequest, entry: str) -> HttpResponse:
    """A survey anybody may answer."""
    return _opened(request, {"entry": entry}, reverse("hall:survey", args=[entry]))


@public
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """A survey by a link that works once; opening it changes nothing."""
    return _opened(request, {"link": token}, reverse("hall:survey_link", args=[token]))


@public
@require_http_methods(["GET", "HEAD"])
def thanks(request: HttpRequest) -> HttpResponse:
    """An answer has arrived."""
    title, text = _("谢谢您的回答"), _("答卷已收到，不与您关联，也不能再改。结果在人数够多时才汇总显示。")
    return _said(request, title, text)


def _opened(request: HttpRequest, where: dict[str, str], here: str) -> HttpResponse:
    if is_staff_device(request):
        text = _("这台设备登录过工作人员账号，或在公安机关内部网络里。请在您自己的手机上打开，链接没有用掉。")
        return _said(request, _("这台设备不能作答"), text, 403)
    now = timezone.now()
    try:
        admit_try(KIND, source(request), now=now)
    except TooMany as refusal:
        return limited(_said(request, _("请稍后再试"), hinted(refusal), refusal.status), refusal)
    found = look(**where, now=now)
    if found.state == UNKNOWN and request.method == "POST":
        count_wrong(KIND, source(request), now=now)
    if found.state != OPEN or found.round is None:
        return _closed(request, found)
    form = AnswerForm(catalogue.sheet(found.round.questionnaire, found.round.version), request.POST or None)
    if request.method != "POST":
        return _ask(request, found.round, form, here)
    return _posted(request, found.round, form, where, here)


def _posted(request: HttpRequest, row: Round, form: AnswerForm, where: dict[str, str], here: str) -> HttpResponse:
    if not form.is_valid():
        return _ask(request, row, form, here, status=422)
    if not _ticket_holds(request, row):
        form.add_error(None, _("页面放得太久，或不是从链接打开的。您填的还在，请再点一次。"))
        return _ask(request, row, form, here, status=422)
    try:
        given = form.given()
        rules.checked(form.body["questions"], given)
        if "again" in request.POST:
            return _ask(request, row, form, here)
        if "confirm" not in request.POST:
            return _ask(request, row, form, here, review=_review(form, given))
        told = answer(given, **where, source=source(request), now=timezone.now())
    except Invalid as wrong:
        form.blame(wrong)
        return _ask(request, row, form, here, status=422)
    except TooMany as refusal:
        form.add_error(None, hinted(refusal))
        return limited(_ask(request, row, form, here, status=refusal.status), refusal)
    return redirect("hall:survey_thanks") if told.state == OPEN else _closed(request, told)


def _review(form: AnswerForm, given: dict[str, Any]) -> list[tuple[str, str]]:
    """What will be sent, in words; numbers that lead to somebody are shown as they will be kept."""
    values = rules.checked(form.body["questions"], given)
    rows = []
    for question in form.body["questions"]:
        value = values.get(str(question["code"]))
        names = dict(_choices(question)) if question["kind"] not in (rules.TEXT, rules.NUMBER) else {}
        several = value if isinstance(value, list) else [value] if value is not None else []
        joint = " > " if question["kind"] == rules.RANK else "、"
        said = joint.join(str(names.get(str(one), one)) for one in several)
        rows.append((catalogue.say(question, "text"), said or "—"))
    return rows


def _ask(
    request: HttpRequest,
    row: Round,
    form: AnswerForm,
    here: str,
    *,
    review: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    kept = [(name, value) for name in form.fields for value in request.POST.getlist(name) if value]
    context = {
        "round": row,
        "form": form,
        "here": here,
        "review": review,
        "kept": kept,
        "purpose": catalogue.say(form.body, "purpose"),
        "unit": tree().label(row.unit_id),
        "least": catalogue.policy().least,
        "ticket": signing.TimestampSigner(salt=SALT).sign(str(row.pk)),
        "now": timezone.now(),
    }
    return _page(request, "survey", context, status)


def _ticket_holds(request: HttpRequest, row: Round) -> bool:
    """Whether the form was made by opening this survey, within hours."""
    try:
        told = signing.TimestampSigner(salt=SALT).unsign(request.POST.get("ticket", ""), max_age=LASTS)
    except signing.BadSignature:
        return False
    return told == str(row.pk)


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = show(request, name, context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _said(request: HttpRequest, title: str, text: str, status: int = 200) -> HttpResponse:
    return _page(request, "survey_said", {"title": title, "text": text}, status)


def _closed(request: HttpRequest, found: Look) -> HttpResponse:
    words = {
        SPENT: (_("已经作答过了"), _("这个链接只能用一次，再打开什么都不会改变。谢谢您。")),
        OVER: (_("调查已经结束"), _("这次调查不再收答卷。有意见随时可以提交诉求。")),
        PLANNED: (_("调查还没有开始"), _("请到开始以后再打开。链接没有用掉。")),
    }
    unknown = (_("链接无效"), _("请核对链接是否完整，或重新扫码。"))
    title, text = words.get(found.state, unknown)
    return _said(request, title, text, STATUS.get(found.state, 200))
