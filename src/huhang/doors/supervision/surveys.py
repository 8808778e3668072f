"""A year's survey brought in, so that the ranking of the worst knows what people said themselves (C6)."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.access.rules import Perm
from huhang.base.catalog import queries as catalog
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.saying import say, say_hint, say_problems
from huhang.kernel.errors import Invalid
from huhang.kinds.requests.repeats.surveys import enter
from huhang.reading.matters.worst import surveys


class SurveyForm(forms.Form):
    """The table, and which year it asked about."""

    name = forms.CharField(label=gettext_lazy("问卷名称"), max_length=80)
    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=2000, max_value=2100)
    file = forms.FileField(
        label=gettext_lazy("表格文件"),
        help_text=gettext_lazy(
            "xlsx 或 csv，第一行是列名：类别、问题，票数和意见可有可无；类别写编码或名称。有一行不能用就整份不收。"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )


@officers(Perm.SUPERVISE)
@require_http_methods(["GET", "HEAD", "POST"])
def surveys_page(request: HttpRequest) -> HttpResponseBase:
    """The surveys there are, and bringing one in; a newer one of a year takes the earlier one's place."""
    actor, now = actor_of(request), timezone.now()
    if request.method != "POST":
        year = catalog.schedule().date_of(now).year
        return _show(request, SurveyForm(initial={"year": year}, auto_id="s-%s"))
    form = SurveyForm(request.POST, request.FILES, auto_id="s-%s")
    if not form.is_valid():
        return _show(request, form, status=422)
    said: dict[str, Any] = form.cleaned_data
    try:
        made = enter(name=said["name"], year=said["year"], content=said["file"].read(), by=actor, now=now)
    except Invalid as wrong:
        for field, sentence in (say_problems(wrong.problems) or {wrong.field: say(wrong)}).items():
            form.add_error(field if field in form.fields else None, f"{sentence} {say_hint(wrong)}".strip())
        return _show(request, form, status=422)
    counts = {"rows": made.rows, "votes": made.votes, "opinions": made.opinions, "categories": made.categories}
    done(request, _("已导入：%(rows)d 行，%(categories)d 类，%(votes)d 票，%(opinions)d 条意见。") % counts)
    return redirect("supervision:surveys")


def _show(request: HttpRequest, form: SurveyForm, *, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "form": form if actor.everything and Perm.COMMENT in actor.perms else None,
        "surveys": surveys(),
        "now": timezone.now(),
    }
    return render(request, "supervision/surveys.html", context, status=status)
