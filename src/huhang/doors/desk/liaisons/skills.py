"""Languages and trades of officers and units, which a plan goes by."""

import uuid

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.access.rules import Perm
from huhang.base.people.models import User
from huhang.doors.desk.case.move_form import grouped_units
from huhang.doors.desk.case.told import Told
from huhang.doors.desk.liaisons.words import skill_label
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Invalid
from huhang.register.liaisons.actions import teach
from huhang.register.liaisons.catalogue import newest
from huhang.register.liaisons.models import Skill
from huhang.register.units.queries import tree

SHOWN = 300


class SkillForm(Told):
    """A skill of an officer or of everybody in a unit."""

    skill = forms.ChoiceField(label=gettext_lazy("技能"))
    number = forms.CharField(
        label=gettext_lazy("警号"), max_length=32, required=False, help_text=gettext_lazy("民警和单位填一个")
    )
    unit = forms.ChoiceField(label=gettext_lazy("单位"), required=False, help_text=gettext_lazy("全单位都具备时选"))


@officers(Perm.PLAN_LIAISON)
@require_http_methods(["GET", "HEAD", "POST"])
def skills(request: HttpRequest) -> HttpResponse:
    """Who knows what, writing it down and taking it back."""
    now = timezone.now()
    form = SkillForm(request.POST if request.method == "POST" else None, auto_id="k-%s")
    form.fields["skill"].choices = [(code, skill_label(code)) for code in newest().skills]  # type: ignore[attr-defined]
    form.fields["unit"].choices = [("", _("不是单位")), *grouped_units(now)]  # type: ignore[attr-defined]
    status = 200
    if request.method == "POST":
        try:
            _teach(request)
            done(request, _("已保存，下次算方案时生效。"))
            return redirect("desk:liaison_skills")
        except Invalid as wrong:
            form.tell(wrong)
            status = wrong.status
    rows = Skill.objects.select_related("officer", "unit").order_by("skill", "id")[:SHOWN]
    context = {
        "rows": [
            {
                "skill": skill_label(one.skill),
                "code": one.skill,
                "who": one.officer.name if one.officer else tree().label(one.unit_id),
                "number": one.officer.username if one.officer else "",
                "unit": str(one.unit_id or ""),
            }
            for one in rows
        ],
        "form": form,
    }
    return render(request, "desk/liaisons/skills.html", context, status=status)


def _teach(request: HttpRequest) -> None:
    said = request.POST
    number, unit = said.get("number", "").strip(), said.get("unit", "")
    officer = User.objects.filter(username=number).first() if number else None
    if number and officer is None:
        raise Invalid("没有这个警号，请核对。", field="number")
    try:
        place = uuid.UUID(unit) if unit else None
    except ValueError:
        raise Invalid("请从列出的选项里选一项。", field="unit") from None
    teach(
        skill=said.get("skill", ""),
        officer_id=officer.pk if officer else None,
        unit_id=place,
        knows=said.get("act") != "forget",
        by=actor_of(request),
        now=timezone.now(),
    )
