"""The forms of the register; the actions judge, the forms show and keep what was typed."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huhang.doors.desk.case.move_form import grouped_units
from huhang.doors.desk.case.told import Told
from huhang.register.subjects import catalogue, particulars
from huhang.register.subjects.models import Subject

GROUPS = (
    (gettext_lazy("是谁"), ("kind", "name", "short_name", "credit_code", "number", "industry")),
    (gettext_lazy("分类和标识"), ("flags",)),
    (gettext_lazy("在哪里，归谁管"), ("address", "lon", "lat", "crs", "unit", "within")),
    (gettext_lazy("规模和备注"), ("head_count", "investment", "note")),
)


class SubjectForm(Told):
    """A subject as it is entered and changed."""

    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=[("", gettext_lazy("请选择")), *Subject.Kind.choices])
    number = forms.CharField(
        label=gettext_lazy("主体编号"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("单位自己的编号；不填由系统给"),
    )
    flags = forms.MultipleChoiceField(
        label=gettext_lazy("分类和标识"), required=False, widget=forms.CheckboxSelectMultiple
    )
    lon = forms.CharField(label=gettext_lazy("经度"), max_length=24, required=False, help_text="121.391382")
    lat = forms.CharField(label=gettext_lazy("纬度"), max_length=24, required=False, help_text="37.539297")
    crs = forms.ChoiceField(
        label=gettext_lazy("坐标系"),
        choices=particulars.CRS_CHOICES,
        required=False,
        help_text=gettext_lazy("从哪种地图上取的；保存时换算，原值也留着"),
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("责任单位"), required=False, help_text=gettext_lazy("有坐标时可以按辖区确定")
    )
    within = forms.CharField(
        label=gettext_lazy("所在园区或主体"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("填它的编号、信用代码或全称"),
    )

    def __init__(self, now: datetime, data: Any = None, *, subject: Subject | None = None) -> None:
        super().__init__(data, initial=initial_of(subject) if subject else None, auto_id="s-%s")
        for one in particulars.PARTICULARS:
            area = forms.Textarea(attrs={"rows": 3}) if one.name == "note" else forms.TextInput()
            if one.name == "name":
                area.attrs["autocomplete"] = "off"
            self.fields[one.name] = forms.CharField(
                label=one.label, help_text=one.help, required=one.name == "name", max_length=one.most, widget=area
            )
        kind = subject.kind if subject else (data or {}).get("kind", "")
        held = [(c, c) for c in subject.flags if c not in catalogue.classes(kind)] if subject else []
        self.fields["flags"].choices = [*catalogue.class_choices(kind), *held]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [  # type: ignore[attr-defined]
            ("area", _("按坐标所在辖区")),
            *grouped_units(now),
        ]
        if subject is not None:
            del self.fields["kind"]

    def groups(self) -> list[tuple[Any, list[Any]]]:
        """The fields under their headings."""
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in GROUPS]

    def values(self) -> dict[str, Any]:
        """What was typed, for the action."""
        typed: Any = self.data
        return {name: typed.getlist(name) if name == "flags" else typed.get(name, "") for name in self.fields}


def initial_of(subject: Subject) -> dict[str, Any]:
    """A subject as its form shows it."""
    given = subject.given_lon is not None
    return {
        **{one.name: getattr(subject, one.name) for one in particulars.PARTICULARS},
        "number": subject.number,
        "flags": subject.flags,
        "lon": subject.given_lon if given else subject.lon,
        "lat": subject.given_lat if given else subject.lat,
        "crs": subject.crs or "CGCS2000",
        "unit": "area" if subject.unit_from == Subject.UnitFrom.AREA else str(subject.unit_id),
        "within": subject.within.number if subject.within else "",
    }


class StateForm(Told):
    """Closing, striking off, taking back."""

    state = forms.ChoiceField(label=gettext_lazy("改为"), widget=forms.RadioSelect)
    why = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("例如：营业执照已注销，5 月 3 日核实")
    )

    def __init__(self, subject: Subject, data: Any = None) -> None:
        super().__init__(data, auto_id="t-%s")
        merged = Subject.State.MERGED
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            (value, label) for value, label in Subject.State.choices if value not in (merged, subject.state)
        ]


class ContactForm(Told):
    """Somebody who speaks for a subject."""

    name = forms.CharField(
        label=gettext_lazy("姓名"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-nokeep": True}),
    )
    phone = forms.CharField(
        label=gettext_lazy("电话"), max_length=20, help_text=gettext_lazy("加密保存；本人用它登录就能看到这一条")
    )
    role = forms.ChoiceField(label=gettext_lazy("身份"))
    main = forms.BooleanField(label=gettext_lazy("作为主要联系人"), required=False)

    def __init__(self, subject: Subject, data: Any = None) -> None:
        super().__init__(data, auto_id="c-%s")
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            ("", gettext_lazy("请选择")),
            *catalogue.role_choices(subject.kind),
        ]


class ReasonForm(Told):
    """One reason."""

    why = forms.CharField(label=gettext_lazy("原因"), max_length=100)
