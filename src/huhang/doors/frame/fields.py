"""How any Django form field becomes an accessible control of ours."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.forms import (
    BaseForm,
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    ClearableFileInput,
    FileInput,
    RadioSelect,
    Select,
)
from django.forms.widgets import DateInput, DateTimeInput, MultiWidget
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

# What a browser or a keyboard can be told from the field's name alone, when the form does not say it (WCAG 1.3.5).
_AUTOCOMPLETE = {
    "name": "name",
    "phone": "tel",
    "mobile": "tel",
    "email": "email",
    "address": "street-address",
    "organisation": "organization",
    "login": "username",
    "username": "username",
}
_INPUTMODE = {"phone": "tel", "mobile": "tel", "code": "numeric"}

# Names whose value must not stay on a shared computer (SAFEGUARDS 11).
_SECRET_PARTS = ("password", "secret", "id_number", "phone", "mobile", "token", "credential")
_SECRET_NAMES = ("code", "otp")


class ManyFiles(ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


def kind(bound: BoundField) -> str:
    """``tick``, ``choices`` or ``plain``: the three ways a field is laid out."""
    widget = bound.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    return "tick" if isinstance(widget, CheckboxInput) else "plain"


def is_secret(bound: BoundField) -> bool:
    """Whether the text of this field must never be kept as a draft."""
    input_type = getattr(bound.field.widget, "input_type", "")
    if input_type in ("password", "file", "hidden") or "data-nokeep" in bound.field.widget.attrs:
        return True
    return bound.name in _SECRET_NAMES or any(part in bound.name for part in _SECRET_PARTS)


def described_by(bound: BoundField, *, bare: bool = False) -> str:
    """The ids of the help (unless ``bare``) and of the error that stand beside the field."""
    ids = []
    if bound.help_text and not bare:
        ids.append(f"{bound.auto_id}_helptext")
    if bound.errors:
        ids.append(f"{bound.auto_id}_error")
    return " ".join(ids)


def control(bound: BoundField, *, bare: bool = False) -> SafeString:
    """The control with our class and the attributes that help people and their software."""
    own = bound.field.widget.attrs
    attrs: dict[str, str | bool] = {"class": f"{_css_class(bound)} {own.get('class', '')}".strip()}
    for name, value in _hints(bound).items():
        if name not in own:
            attrs[name] = value
    if described := described_by(bound, bare=bare):
        attrs["aria-describedby"] = described
    if is_secret(bound):
        attrs["data-nokeep"] = True
    return bound.as_widget(attrs=attrs)


def _hints(bound: BoundField) -> dict[str, str]:
    hints = {}
    if bound.name in _AUTOCOMPLETE:
        hints["autocomplete"] = _AUTOCOMPLETE[bound.name]
    if bound.name in _INPUTMODE:
        hints["inputmode"] = _INPUTMODE[bound.name]
    widget = bound.field.widget
    if isinstance(widget, DateInput) and widget.input_type == "text":
        hints["placeholder"] = "2026-11-21"
    if isinstance(widget, DateTimeInput) and widget.input_type == "text":
        hints["placeholder"] = "2026-11-21 14:20"
    return hints


def _css_class(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return ""
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    if isinstance(widget, FileInput):
        return "form-control"
    if isinstance(widget, MultiWidget):
        return "form-control mb-1"
    return "form-select" if isinstance(widget, Select) else "form-control"


_FIELDS = "frame/_form.html"


@lru_cache(maxsize=64)
def _steady(template_name: str, language: str) -> SafeString:
    return render_to_string(template_name)


def steady(template_name: str, language: str) -> SafeString:
    """A template that needs nothing of the page, drawn once a language; each time anew while one develops."""
    return (_steady.__wrapped__ if settings.DEBUG else _steady)(template_name, language)


_blank: dict[tuple[Any, ...], SafeString] = {}


def drawn(form: BaseForm, language: str) -> SafeString:
    """The fields of a form that are the same for everybody, drawn once a language as long as nobody filled it in."""
    if form.is_bound or form.initial or settings.DEBUG:
        return render_to_string(_FIELDS, {"form": form})
    key = (type(form), form.auto_id, form.prefix, tuple(form.fields), language)
    if key not in _blank:
        _blank[key] = render_to_string(_FIELDS, {"form": form})
    return _blank[key]
