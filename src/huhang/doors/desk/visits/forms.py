"""The form of a visit: one hand, one screen, nothing on it that could hold a finding (B3, FACES)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huhang.doors.desk.case.move_form import grouped_categories
from huhang.doors.desk.case.told import Told
from huhang.doors.frame.fields import ManyFiles
from huhang.kernel.errors import Invalid, Refusal
from huhang.kinds.requests.catalogue import category_choices
from huhang.kinds.visits import catalogue
from huhang.kinds.visits.moves import NATURES
from huhang.kinds.visits.rules import MODES
from huhang.register.subjects.catalogue import role_choices

NAMED, ASKED = 3, 3
"""So many people and requests the form has room for; more are added on the visit's page."""
_WHEN = "%Y-%m-%dT%H:%M"
_SENT = {"met": "met", "requests": "ask", "answers": "q"}
"""How the parts of a visit are called in the form: ``met.0.phone`` is ``met_0_phone``."""
PLAIN = (
    *("mode", "purpose", "cause", "cause_note", "follows", "same_session"),
    *("body", "place", "lon", "lat", "accuracy", "people"),
)


def _nothing(rows: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [("", "—"), *rows]


class VisitForm(Told):
    """What is told of a visit."""

    mode = forms.ChoiceField(label=gettext_lazy("方式"), choices=MODES, initial="on_site", widget=forms.RadioSelect)
    purpose = forms.ChoiceField(label=gettext_lazy("目的"))
    cause = forms.ChoiceField(
        label=gettext_lazy("缘由"), help_text=gettext_lazy("日常走访计入每季上限；应邀、跟进、突发情况不计")
    )
    cause_note = forms.CharField(
        label=gettext_lazy("谁邀请的、发生了什么"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("应邀、突发时填"),
    )
    follows = forms.CharField(
        label=gettext_lazy("跟进哪一件"), max_length=20, required=False, help_text=gettext_lazy("跟进时填编号")
    )
    same_session = forms.CharField(
        label=gettext_lazy("同一场"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("一场见几家的，从第二家起填前一家的走访编号"),
    )
    visited_at = forms.CharField(
        label=gettext_lazy("时间"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}), required=False
    )
    place = forms.CharField(
        label=gettext_lazy("地点"), max_length=200, required=False, help_text=gettext_lazy("不填就是登记的地址")
    )
    lon = forms.CharField(label=gettext_lazy("经度"), max_length=24, required=False)
    lat = forms.CharField(label=gettext_lazy("纬度"), max_length=24, required=False)
    accuracy = forms.CharField(label=gettext_lazy("定位精度（米）"), max_length=24, required=False)
    people = forms.CharField(
        label=gettext_lazy("见到几人"), max_length=5, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    consent = forms.BooleanField(
        label=gettext_lazy("对方同意记录姓名、电话和拍照"),
        required=False,
        help_text=gettext_lazy("不同意就只填人数，照样可以走访"),
    )
    body = forms.CharField(
        label=gettext_lazy("谈了什么"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("按对方的原话记；要办的事写到下面“转为诉求”里"),
    )
    photos = forms.FileField(label=gettext_lazy("照片"), required=False, widget=ManyFiles)

    def __init__(self, now: datetime, data: Any = None, *, kind: str = "", initial: Any = None) -> None:
        super().__init__(data, auto_id="v-%s", initial=initial)
        self.fields["purpose"].choices = catalogue.purpose_choices()  # type: ignore[attr-defined]
        self.fields["cause"].choices = catalogue.cause_choices()  # type: ignore[attr-defined]
        self.fields["visited_at"].initial = timezone.localtime(now).strftime(_WHEN)
        self.fields["photos"].widget.attrs |= {"accept": "image/*"}
        self.fields["photos"].help_text = _("最多 9 张；位置等信息会从照片里去掉")
        self.sheet = catalogue.sheet(catalogue.SHEET)
        self._named(kind)
        self._sheet()
        self._asked()

    def _named(self, kind: str) -> None:
        hidden = {"autocomplete": "off", "data-nokeep": True}
        for n in range(NAMED):
            self.fields[f"met_{n}_name"] = forms.CharField(
                label=_("姓名"), max_length=40, required=False, widget=forms.TextInput(attrs=hidden)
            )
            self.fields[f"met_{n}_role"] = forms.ChoiceField(
                label=_("身份"), required=False, choices=_nothing(role_choices(kind))
            )
            self.fields[f"met_{n}_phone"] = forms.CharField(
                label=_("电话"),
                max_length=20,
                required=False,
                widget=forms.TextInput(attrs={**hidden, "inputmode": "tel"}),
            )

    def _asked(self) -> None:
        for n in range(ASKED):
            self.fields[f"ask_{n}_body"] = forms.CharField(
                label=_("要办的事"), max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
            )
            self.fields[f"ask_{n}_nature"] = forms.ChoiceField(label=_("性质"), required=False, choices=NATURES)
            self.fields[f"ask_{n}_category"] = forms.ChoiceField(
                label=_("类别"),
                required=False,
                choices=[("", _("以后再归类")), *grouped_categories(category_choices())],
            )

    def _sheet(self) -> None:
        for question in self.sheet["questions"] if self.sheet else ():
            self.fields[f"q_{question['code']}"] = _question(question)

    def tell(self, refusal: Refusal) -> None:
        """Puts a refusal beside its field; what is wrong with a part stands beside that part."""
        if isinstance(refusal, Invalid):
            refusal.problems = {here(name): text for name, text in refusal.problems.items()}
        super().tell(refusal)

    @property
    def named(self) -> Iterator[list[Any]]:
        """The rows of people, as the page draws them."""
        return ([self[f"met_{n}_{part}"] for part in ("name", "role", "phone")] for n in range(NAMED))

    @property
    def asked(self) -> Iterator[list[Any]]:
        """The rows of requests."""
        return ([self[f"ask_{n}_{part}"] for part in ("body", "nature", "category")] for n in range(ASKED))

    @property
    def conduct(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What is done and not done on a visit, to be read beside the form (D6)."""
        return [(_("要做到"), catalogue.conduct(catalogue.DO)), (_("不能做"), catalogue.conduct(catalogue.DONT))]

    @property
    def questions(self) -> list[Any]:
        """The questions of the sheet."""
        return [self[name] for name in self.fields if name.startswith("q_")]


def _question(question: Mapping[str, Any]) -> forms.Field:
    label, kind = catalogue.say(question, "text"), question["kind"]
    options = [(one["code"], catalogue.say(one)) for one in question.get("options", ())]
    if kind == "one":
        return forms.ChoiceField(label=label, required=False, choices=options, widget=forms.RadioSelect)
    if kind == "many":
        return forms.MultipleChoiceField(
            label=label, required=False, choices=options, widget=forms.CheckboxSelectMultiple
        )
    if kind == "number":
        return forms.CharField(
            label=label, required=False, max_length=10, widget=forms.TextInput(attrs={"inputmode": "numeric"})
        )
    return forms.CharField(label=label, required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


def here(name: str) -> str:
    """What a field of the action is called in the form."""
    first, _dot, rest = name.partition(".")
    return f"{_SENT[first]}_{rest.replace('.', '_')}" if rest and first in _SENT else name


def values_of(sent: QueryDict) -> dict[str, Any]:
    """A visit as the action takes it, from what the form sent.

    Raises:
        Invalid: the time cannot be read.
    """
    values: dict[str, Any] = {name: sent.get(name, "") for name in PLAIN}
    values["consent"] = sent.get("consent") == "on"
    parts = ("name", "role", "phone")
    values["met"] = [{part: sent.get(f"met_{n}_{part}", "") for part in parts} for n in range(NAMED)]
    asked = ("body", "nature", "category")
    values["requests"] = [{part: sent.get(f"ask_{n}_{part}", "") for part in asked} for n in range(ASKED)]
    sheet = catalogue.sheet(catalogue.SHEET)
    if sheet:
        values |= {"sheet": sheet["code"], "sheet_version": sheet["version"]}
        values["answers"] = {
            question["code"]: sent.getlist(f"q_{question['code']}")
            if question["kind"] == "many"
            else sent.get(f"q_{question['code']}", "")
            for question in sheet["questions"]
        }
    values["device_at"] = _instant(sent.get("visited_at", ""))
    return values


def _instant(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("请按 2026-11-21 14:20 这样填时间。", field="visited_at") from None
    return timezone.make_aware(at) if timezone.is_naive(at) else at
