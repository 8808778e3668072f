"""Looking at a plain name or number: for a stated purpose, written down first, seen by the person (SAFEGUARDS 10)."""

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from huhang.base.access.queries import allows
from huhang.base.access.rules import Perm
from huhang.cases.models import Case
from huhang.doors.desk.case.finding import case_at
from huhang.doors.desk.case.told import Told
from huhang.doors.frame.gates import actor_of, officers
from huhang.kernel.errors import Denied, Invalid, Missing
from huhang.register.subjects.actions import reveal

WORDS = {"name": _("姓名"), "phone": _("电话"), "id_number": _("身份证号")}
PURPOSES = (
    ("联系诉求人了解情况", _("联系诉求人了解情况")),
    ("告知办理进展", _("告知办理进展")),
    ("回访", _("回访")),
    ("核实身份", _("核实身份")),
    ("other", _("其他（请写明）")),
)


class RevealForm(Told):
    """What is to be seen and what for."""

    fields_wanted = forms.MultipleChoiceField(label=_("要看哪些"), widget=forms.CheckboxSelectMultiple)
    purpose = forms.ChoiceField(label=_("用途"), choices=PURPOSES, widget=forms.RadioSelect)
    other = forms.CharField(label=_("其他用途"), max_length=100, required=False)


def _known(case: Case) -> list[str]:
    person = case.requester
    if person is None:
        raise Missing
    held = {"name": person.name_sealed, "phone": person.phone_sealed, "id_number": person.id_sealed}
    return [name for name, sealed in held.items() if sealed is not None]


def purpose_of(request: HttpRequest) -> str:
    """What a plain name or number is wanted for.

    Raises:
        Invalid: nothing chosen, or nothing written where one's own words are asked for.
    """
    chosen = request.POST.get("purpose", "")
    if chosen == "other":
        said = request.POST.get("other", "").strip()[:100]
        if not said:
            raise Invalid("请写明用途。", field="other")
        return said
    if chosen not in dict(PURPOSES):
        raise Invalid("请选择用途。", field="purpose")
    return chosen


@officers(Perm.REVEAL)
@require_http_methods(["GET", "HEAD", "POST"])
def reveal_page(request: HttpRequest, number: str) -> HttpResponseBase:
    """Asks what for; then shows it on this one answer, which no browser keeps."""
    actor, now = actor_of(request), timezone.now()
    case = case_at(number, actor)
    if not allows(actor, Perm.REVEAL, case):
        raise Denied("您没有查看完整个人信息的权限。")
    known = _known(case)
    form = RevealForm(
        request.POST if request.method == "POST" else None, initial={"fields_wanted": known[1:2] or known[:1]}
    )
    form.fields["fields_wanted"].choices = [(name, WORDS[name]) for name in known]  # type: ignore[attr-defined]
    shown: list[tuple[str, str]] = []
    status = 200
    if request.method == "POST":
        try:
            wanted = [name for name in request.POST.getlist("fields_wanted") if name in known]
            if not wanted:
                raise Invalid("请选择要看哪一项。", field="fields_wanted")
            why = purpose_of(request)
            assert case.requester_id is not None
            shown = [
                (
                    str(WORDS[name]),
                    reveal(person_id=case.requester_id, field=name, why=why, by=actor, now=now, case=case.pk),
                )
                for name in wanted
            ]
        except Invalid as wrong:
            form.tell(wrong)
            status = wrong.status
    response = render(request, "desk/case/reveal.html", {"case": case, "form": form, "shown": shown}, status=status)
    response["Cache-Control"] = "no-store, private"
    return response
