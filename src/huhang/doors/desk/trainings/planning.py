"""Planning a session, or entering one that was held: for whom, what, when, where, and numbers (B5)."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.access.rules import Actor, Perm
from huhang.base.replies.actions import Answer, once
from huhang.cases.actions import open_case
from huhang.doors.desk.case import counts
from huhang.doors.desk.case.told import Told
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Conflict, Invalid
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.kinds.trainings import catalogue
from huhang.kinds.trainings.rules import MOST_PEOPLE, MOST_SUBJECTS
from huhang.register.subjects import queries as register
from huhang.register.subjects.models import Subject
from huhang.register.subjects.queries import Wanted

FOUND = 20
_NUMBERS = ("before_taken", "before_passed", "after_taken", "after_passed")
PLAIN = ("sort", "title", "place", "speaker", "body", "people", *_NUMBERS)


def _number(label: Any, **more: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"inputmode": "numeric"})
    return forms.CharField(label=label, max_length=8, required=False, widget=widget, **more)


class TrainingForm(Told):
    """What is told of a session; the lower part only of one that was held already."""

    sort = forms.ChoiceField(label=gettext_lazy("种类"), widget=forms.RadioSelect)
    title = forms.CharField(
        label=gettext_lazy("名称"), max_length=100, required=False, help_text=gettext_lazy("不填就用种类的名称")
    )
    starts_at = forms.CharField(
        label=gettext_lazy("时间"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    place = forms.CharField(
        label=gettext_lazy("地点"), max_length=200, required=False, help_text=gettext_lazy("不填就是第一家登记的地址")
    )
    speaker = forms.CharField(
        label=gettext_lazy("主讲、带队"), max_length=80, required=False, help_text=gettext_lazy("民警或单位")
    )
    body = forms.CharField(
        label=gettext_lazy("内容"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    people = _number(gettext_lazy("到场或检查人数"), help_text=gettext_lazy("办过了才填；只要人数，不要名单、车牌"))
    before_taken = _number(gettext_lazy("开始前参加测验"))
    before_passed = _number(gettext_lazy("开始前合格"))
    after_taken = _number(gettext_lazy("结束时参加测验"))
    after_passed = _number(gettext_lazy("结束时合格"))

    def __init__(self, sort: str, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, auto_id="t-%s", initial=initial)
        self.fields["sort"].choices = catalogue.choices()  # type: ignore[attr-defined]
        if rows := catalogue.result_choices(sort, 0):
            self.fields["results"] = counts.field(rows, MOST_PEOPLE)
            self.fields["results"].label = _("各项结果的人数")
            self.fields["results"].help_text = _("办过了才填；加起来应当等于检查人数")
            self.fields["results"].required = False
            for name in _NUMBERS:
                del self.fields[name]


@officers(Perm.VISIT)
@require_http_methods(["GET", "HEAD", "POST"])
def new_training(request: HttpRequest) -> HttpResponseBase:
    """Without a subject the list to pick from; with some of them the form, and after it the session's page."""
    actor, now = actor_of(request), timezone.now()
    sent = request.POST if request.method == "POST" else request.GET
    chosen = _chosen(actor, sent)
    if not chosen or "pick" in request.GET:
        return _pick(request, actor, chosen)
    sort = sent.get("sort", "")
    if request.method != "POST" or "narrow" in request.POST:
        form = TrainingForm(sort, initial={"sort": sort or None})
        if "narrow" in request.POST:
            form = TrainingForm(sort, request.POST)
            form.keep()
        return _form(request, chosen, form)
    try:
        number = _plan(request, chosen, actor, now)
    except (Invalid, Conflict) as wrong:
        form = TrainingForm(sort, request.POST)
        form.tell(wrong)
        return _form(request, chosen, form, status=wrong.status)
    done(request, _("已登记。"), keep="training-new")
    return redirect("desk:case", number=number)


def _chosen(actor: Actor, sent: QueryDict) -> list[Subject]:
    """The subjects the address names, in its order; what is no subject of this officer's is left out."""
    ids = []
    for text in sent.getlist("subject")[:MOST_SUBJECTS]:
        try:
            ids.append(uuid.UUID(text))
        except ValueError:
            continue
    found = {one.pk: one for one in register.visible(actor).filter(pk__in=ids)}
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found]


def _plan(request: HttpRequest, chosen: list[Subject], actor: Actor, now: datetime) -> str:
    sent = request.POST
    values: dict[str, Any] = {name: sent.get(name, "") for name in PLAIN}
    values |= {"results": counts.typed(sent, "results"), "starts_at": _instant(sent.get("starts_at", ""))}
    values["subjects"] = [one.pk for one in chosen]

    def work() -> Answer:
        return Answer(303, location=open_case("training", by=actor, now=now, **values).number)

    key = sent.get("idempotency_key", "")[:80] or str(uuid7())
    content = canonical_json({name: str(value) for name, value in values.items()})
    return once(key, who=str(actor.id), content=content, now=now, work=work).location


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return make_aware(at) if is_naive(at) else at


def _pick(request: HttpRequest, actor: Actor, chosen: list[Subject]) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:120].replace("\0", "")
    found: list[Subject] = []
    if len(asked) >= 2:
        rows = register.narrowed(register.visible(actor), Wanted(q=asked))
        found = list(rows.exclude(pk__in=[one.pk for one in chosen]).order_by("name", "id")[:FOUND])
    context = {"asked": asked, "chosen": chosen, "found": [(one, _with(chosen, one)) for one in found]}
    return render(request, "desk/trainings/pick.html", context)


def _with(chosen: list[Subject], more: Subject | None = None, *, without: Subject | None = None) -> str:
    rows = [str(one.pk) for one in [*chosen, more] if one is not None and one != without]
    return "?" + urlencode({"subject": rows}, doseq=True)


def _form(request: HttpRequest, chosen: list[Subject], form: TrainingForm, *, status: int = 200) -> HttpResponse:
    context = {
        "chosen": [(one, _with(chosen, without=one) if len(chosen) > 1 else "") for one in chosen],
        "more_url": _with(chosen) + "&pick=1" if len(chosen) < MOST_SUBJECTS else "",
        "form": form,
        "key": request.POST.get("idempotency_key") or str(uuid7()),
    }
    return render(request, "desk/trainings/new.html", context, status=status)
