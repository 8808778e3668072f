"""How many of each: one small number field an item, shown as one field of a move (``counts``)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class Counts(forms.Widget):
    """A number for each of some items; the items' names are in the page, what was typed stays."""

    def __init__(self, rows: Sequence[tuple[str, Any]], most: int) -> None:
        super().__init__()
        self.rows, self.most = list(rows), most

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The items side by side, each with its own label."""
        known = value if isinstance(value, Mapping) else {}
        here = (attrs or {}).get("id", f"m-{name}")
        field = (
            '<label>{} <input class="form-control" type="text" inputmode="numeric" maxlength="8"'
            ' id="{}" name="{}" value="{}"></label>'
        )
        cells = format_html_join(
            "",
            field,
            (
                (label, here if n == 0 else f"{here}-{n}", f"{name}.{code}", known.get(code, ""))
                for n, (code, label) in enumerate(self.rows)
            ),
        )
        return format_html('<div class="counts" role="group">{}</div>', cells)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        """What was typed, item by item."""
        return typed(data, name)


class CountsField(forms.Field):
    """Takes what was typed as it is: the action alone says what is wrong."""

    def clean(self, value: Any) -> Any:
        return value


def field(rows: Sequence[tuple[str, Any]], most: int) -> forms.Field:
    """The field of a form for these items."""
    return CountsField(widget=Counts(rows, most))


def typed(data: Any, name: str) -> dict[str, str]:
    """What was sent for the items of a field."""
    start = f"{name}."
    return {key.removeprefix(start): data.get(key) for key in data if key.startswith(start) and data.get(key)}
