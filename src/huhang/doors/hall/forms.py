"""What people fill in. Checking is done by the actions; here is only what the fields are called and how they look."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huhang.base.files.rules import TAKEN
from huhang.cases.rules import Move
from huhang.doors.frame.fields import ManyFiles
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Invalid, Refusal
from huhang.kinds.requests.rules import NATURES

MOST_FILES = 5
NEEDED = {"required": gettext_lazy("请填写这一项。")}

NATURE_WORDS = {
    "consult": gettext_lazy("咨询：想问清楚一件事"),
    "help": gettext_lazy("求助：请帮我解决一件事"),
    "advice": gettext_lazy("建议：我有一个想法"),
    "complaint": gettext_lazy("投诉：我对处理或服务不满意"),
    "report": gettext_lazy("举报：我发现有人违法违规"),
    "praise": gettext_lazy("表扬：我想感谢谁"),
}
"""The natures in plain words, for those who do not know ours."""


def blame(form: forms.Form, refusal: Refusal) -> None:
    """Puts a refusal's sentences beside the fields they are about."""
    problems = refusal.problems if isinstance(refusal, Invalid) else {}
    for name, text in problems.items():
        form.add_error(name if name in form.fields else None, say(text))
    if not problems:
        form.add_error(refusal.field if refusal.field in form.fields else None, say(refusal))


class FilesField(forms.FileField):
    """Up to five files; what is in them is looked at when they are stored."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        given = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if len(given) > MOST_FILES:
            raise forms.ValidationError(_("一次最多 %(n)d 份文件，请分几次上传。") % {"n": MOST_FILES})
        return given


def files_field() -> FilesField:
    """The field with its limits said beside it."""
    field = FilesField(label=gettext_lazy("照片和材料"), required=False)
    field.help_text = _("可以上传：%(taken)s。每份不超过 20 MB，一次最多 5 份、合计不超过 60 MB。") % {
        "taken": say(TAKEN)
    }
    return field


class PhoneForm(forms.Form):
    """Which phone to prove."""

    phone = forms.CharField(
        label=gettext_lazy("手机号"),
        max_length=32,
        error_messages=NEEDED,
        widget=forms.TextInput(attrs={"autocomplete": "tel-national", "inputmode": "tel"}),
    )


class CodeForm(forms.Form):
    """The code that came by SMS."""

    code = forms.CharField(
        label=gettext_lazy("验证码"),
        max_length=16,
        error_messages=NEEDED,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class FollowForm(forms.Form):
    """Number and secret of a receipt."""

    number = forms.CharField(
        label=gettext_lazy("诉求编号"),
        max_length=40,
        error_messages=NEEDED,
        help_text=gettext_lazy("像 HS-7QK4-2M9D，大小写和横线不影响"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    secret = forms.CharField(
        label=gettext_lazy("查询码"),
        max_length=40,
        error_messages=NEEDED,
        help_text=gettext_lazy("回执上的 10 位字母和数字"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class RequestForm(forms.Form):
    """A request as its person tells it."""

    body = forms.CharField(
        label=gettext_lazy("发生了什么"),
        error_messages=NEEDED,
        help_text=gettext_lazy("什么时候、什么地方、什么人、什么事，希望怎样解决。照实写，不必讲究格式。"),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    nature = forms.ChoiceField(
        label=gettext_lazy("这属于哪一种"),
        choices=[(code, NATURE_WORDS.get(code, label)) for code, label in NATURES],
        error_messages={**NEEDED, "invalid_choice": gettext_lazy("请从列出的选项里选一项。")},
        widget=forms.RadioSelect,
    )
    title = forms.CharField(
        label=gettext_lazy("一句话标题"),
        required=False,
        help_text=gettext_lazy("不填就取正文开头"),
        widget=forms.TextInput(attrs={"maxlength": 200}),
    )
    place = forms.CharField(
        label=gettext_lazy("地点"),
        required=False,
        help_text=gettext_lazy("路名、门牌、企业或小区名"),
        widget=forms.TextInput(attrs={"maxlength": 200}),
    )
    company = forms.CharField(
        label=gettext_lazy("代表哪家单位"),
        required=False,
        help_text=gettext_lazy("填统一社会信用代码，或单位名称；为自己的事不用填"),
        widget=forms.TextInput(attrs={"maxlength": 120, "autocomplete": "organization"}),
    )
    name = forms.CharField(
        label=gettext_lazy("您的姓名"),
        error_messages=NEEDED,
        help_text=gettext_lazy("加密保存，只有办理需要时才会被看到，谁看过您都能查"),
        widget=forms.TextInput(attrs={"maxlength": 40, "data-nokeep": True}),
    )
    confidential = forms.BooleanField(
        label=gettext_lazy("请为我保密"),
        required=False,
        help_text=gettext_lazy("不向被反映的人透露是谁说的"),
    )
    lon = forms.CharField(required=False, widget=forms.HiddenInput)
    lat = forms.CharField(required=False, widget=forms.HiddenInput)
    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, first: bool, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["files"] = files_field()
        self.order_fields(("body", "nature", "title", "place", "company", "name", "files", "confidential"))
        if not first:  # the register knows the name already
            del self.fields["name"]


KEPT = ("body", "nature", "title", "place", "company", "confidential", "lon", "lat", "idempotency_key")
"""What of a request form may wait in the session while the phone is proved again."""


class MoveForm(forms.Form):
    """What a step of the person's own asks for, from the step's declaration."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, move: Move, *args: Any, files: bool = False, **kw: Any) -> None:
        super().__init__(*args, **kw)
        for field in move.fields:
            self.fields[field.name] = forms.CharField(
                label=field.label,
                required=field.required,
                help_text=field.help,
                error_messages=NEEDED,
                widget=forms.Textarea(attrs={"rows": 5}),
            )
        if files:
            self.fields["files"] = files_field()


STARS = (
    (5, gettext_lazy("非常满意")),
    (4, gettext_lazy("满意")),
    (3, gettext_lazy("基本满意")),
    (2, gettext_lazy("不满意")),
    (1, gettext_lazy("非常不满意")),
)
"""GB/T 39735: five stars best (STANDARDS §3)."""


class StarsForm(forms.Form):
    """How many stars; none is chosen beforehand."""

    stars = forms.TypedChoiceField(
        label=gettext_lazy("您满意吗"),
        coerce=int,
        choices=[(n, f"{'★' * n}{'☆' * (5 - n)} {words}") for n, words in STARS],
        error_messages={"required": gettext_lazy("请选几颗星。"), "invalid_choice": gettext_lazy("请选几颗星。")},
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["stars"].choices = [(n, f"{'★' * n}{'☆' * (5 - n)} {words}") for n, words in STARS]  # type: ignore[attr-defined]


class OpinionForm(forms.Form):
    """Why, in given words or one's own; all of it may be left out."""

    stars = forms.IntegerField(min_value=1, max_value=5, widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reasons = forms.MultipleChoiceField(
        label=gettext_lazy("因为什么"), required=False, widget=forms.CheckboxSelectMultiple
    )
    comment = forms.CharField(
        label=gettext_lazy("还想说的"), required=False, widget=forms.Textarea(attrs={"rows": 4, "maxlength": 1000})
    )

    def __init__(self, *args: Any, reasons: Iterable[tuple[str, str]], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["reasons"].choices = list(reasons)  # type: ignore[attr-defined]
