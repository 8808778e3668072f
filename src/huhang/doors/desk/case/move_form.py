"""The form of a move, made from the fields the move declares; nothing here knows a kind."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _

from huhang.base.access.queries import allows
from huhang.base.access.rules import ROLES, STRANGER, Actor, Perm
from huhang.base.people.models import Post
from huhang.base.people.queries import held
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.cases.rules import Move
from huhang.doors.desk.case import counts
from huhang.doors.desk.case.told import Told, attrs
from huhang.doors.desk.case.uploading import help_of
from huhang.doors.frame.fields import ManyFiles
from huhang.kernel.worktime import Schedule
from huhang.register.units.queries import Node, tree

Options = list[Any]
FEW = 6
"""So many choices are shown side by side; more become a list that opens."""


class MoveForm(Told):
    """What a move asks for."""

    def __init__(
        self, case: Case, move: Move, now: datetime, data: Mapping[str, Any] | None = None, *, by: Actor | None = None
    ) -> None:
        super().__init__(data, prefix=None, auto_id="m-%s")
        for field in move.fields:
            if field.kind == "files" and not allows(by or STRANGER, Perm.ATTACH, case):
                continue
            if field.only and field.pick is not None and len(field.pick(case)) == 1:
                continue
            if field.kind == "counts" and field.options is not None:
                made, only = counts.field(field.options(case, by or STRANGER, now), field.most), None
            elif field.options is not None:
                made, only = _picked(field, list(field.options(case, by or STRANGER, now)))
            else:
                made, only = _MADE[field.kind](field, case, now), None
            made.label, made.required = field.label, field.required and field.kind != "flag"
            made.help_text = help_of(field, case) if field.kind == "files" else field.help
            if field.personal:
                made.widget.attrs["data-nokeep"] = True
            made.initial = only if field.options is not None else made.initial or _initial(field, case)
            self.fields[field.name] = made
        self.narrows = [f for f in move.fields if f.by_stars is not None]
        for field in self.narrows:
            self._narrow(field, case, move)

    def _narrow(self, field: Field, case: Case, move: Move) -> None:
        """Offers only what belongs to the stars chosen; others ask for theirs, without scripts by a button."""
        chosen, here, made = self.data.get("stars", ""), f"#m-{field.name}", self.fields[field.name]
        stars = int(chosen) if chosen in {"1", "2", "3", "4", "5"} else 0
        made.choices = list(field.by_stars(stars)) if stars and field.by_stars else []  # type: ignore[attr-defined]
        if not stars:
            made.help_text = _("先选星级，再列出那一星的原因")
        ask = reverse("desk:move", kwargs={"number": case.number, "name": move.name})
        self.fields["stars"].widget.attrs |= {
            "hx-post": ask,
            "hx-trigger": "change",
            "hx-vals": '{"narrow": "1"}',
            "hx-include": "closest form",
            "hx-target": here,
            "hx-select": here,
            "hx-swap": "outerHTML",
        }


def typed(move: Move, data: Any) -> dict[str, Any]:
    """What was sent for the move's fields, as it was sent."""
    many = ("units", "codes", "picks")
    asked = (f for f in move.fields if f.kind != "files")  # files are kept before, by `uploading`
    return {
        f.name: counts.typed(data, f.name)
        if f.kind == "counts"
        else data.getlist(f.name)
        if f.kind in many
        else data.get(f.name)
        for f in asked
    }


def _initial(field: Field, case: Case) -> Any:
    """What a move corrects starts from how it stands; a word of the person's (stars, a result) never does (C4)."""
    if field.kind not in ("choice", "category", "flag"):
        return None
    kind = kind_of(case.kind)
    for holder in (case, getattr(case, kind.detail, None) if case.state == kind.initial else None):
        if holder is not None and hasattr(holder, field.name):
            return getattr(holder, field.name)
    return "" if field.kind == "choice" and not field.required else None


def _line(field: Field, case: Case, now: datetime) -> forms.Field:
    return forms.CharField(max_length=field.most)


def _text(field: Field, case: Case, now: datetime) -> forms.Field:
    return forms.CharField(max_length=field.most, widget=forms.Textarea(attrs=attrs(rows=6 if field.most > 500 else 4)))


def _options(field: Field) -> Options:
    rows: Options = list(field.choices()) if field.choices is not None else []
    return rows


def _choice(field: Field, case: Case, now: datetime) -> forms.Field:
    rows = _options(field)
    if not field.required:
        rows = [("", _("没有说")), *rows]
    if len(rows) <= FEW:
        return forms.ChoiceField(choices=rows, widget=forms.RadioSelect)
    return forms.ChoiceField(choices=rows if not field.required else _please(rows))


def _pick(field: Field, case: Case, now: datetime) -> forms.Field:
    """What stands beside the case; the only one there is needs no choosing."""
    rows: Options = list(field.pick(case)) if field.pick is not None else []
    if not field.required:
        rows = [("", _("没有") if len(rows) else _("还没有可选的")), *rows]
    made = forms.ChoiceField(choices=rows if not field.required else _please(rows))
    if field.required and len(rows) == 1:
        made.choices, made.initial = rows, rows[0][0]
    return made


def _picks(field: Field, case: Case, now: datetime) -> forms.Field:
    rows: Options = list(field.pick(case)) if field.pick is not None else []
    return forms.MultipleChoiceField(choices=rows, widget=forms.CheckboxSelectMultiple)


def _codes(field: Field, case: Case, now: datetime) -> forms.Field:
    return forms.MultipleChoiceField(choices=_options(field), widget=forms.CheckboxSelectMultiple)


def _stars(field: Field, case: Case, now: datetime) -> forms.Field:
    rows: Options = [(str(n), _("%(n)d 星") % {"n": n}) for n in range(5, 0, -1)]
    if not field.required:
        rows = [("", _("没有说")), *rows]
    return forms.ChoiceField(choices=rows, widget=forms.RadioSelect, initial="")


def _days(field: Field, case: Case, now: datetime) -> forms.Field:
    return forms.IntegerField(min_value=1, max_value=field.most)


def _number(field: Field, case: Case, now: datetime) -> forms.Field:
    return forms.IntegerField(min_value=0, max_value=field.most)


def _flag(field: Field, case: Case, now: datetime) -> forms.Field:
    return forms.BooleanField()


def _date(field: Field, case: Case, now: datetime) -> forms.Field:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


def _case(field: Field, case: Case, now: datetime) -> forms.Field:
    return forms.CharField(
        max_length=field.most, widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "HS-7QK4-2M9D"})
    )


def _please(rows: Iterable[Any]) -> Options:
    return [("", _("请选择")), *rows]


def grouped_units(now: datetime, without: Any = None) -> Options:
    """Standing units under their branches; bureau-level ones first."""
    known = tree()

    def above(node: Node) -> str:
        return known.label(node.branch) if node.branch else known.root.short

    nodes = sorted(known.standing(Schedule().date_of(now)), key=lambda n: (n.branch is not None, above(n), n.code))
    return [
        (label, [(str(n.id), n.short) for n in group if n.id != without]) for label, group in groupby(nodes, key=above)
    ]


def _unit(field: Field, case: Case, now: datetime) -> forms.Field:
    return forms.ChoiceField(choices=_please(grouped_units(now)))


def _units(field: Field, case: Case, now: datetime) -> forms.Field:
    widget = forms.SelectMultiple(attrs={"size": 10})
    return forms.MultipleChoiceField(choices=grouped_units(now, without=case.unit_id), widget=widget)


def _officer(field: Field, case: Case, now: datetime) -> forms.Field:
    posts = (
        Post.objects.filter(held(now), unit=case.unit_id, user__is_active=True, user__left_at=None)
        .select_related("user")
        .order_by("user__username", "-first", "role")
    )
    rows = {str(p.user_id): f"{p.user.name}（{ROLES[p.role].label}，{p.user.username}）" for p in reversed(posts)}
    return forms.ChoiceField(choices=_please(reversed(rows.items())))


def _files(field: Field, case: Case, now: datetime) -> forms.Field:
    return forms.FileField(widget=ManyFiles)


def _picked(field: Field, rows: Options) -> tuple[forms.Field, Any]:
    """What hangs on the case is picked from a list; where there is only one, it is picked already."""
    if field.kind == "picks":
        return forms.MultipleChoiceField(choices=rows, widget=forms.CheckboxSelectMultiple), None
    return forms.ChoiceField(choices=rows, widget=forms.RadioSelect), rows[0][0] if len(rows) == 1 else None


def _category(field: Field, case: Case, now: datetime) -> forms.Field:
    return forms.ChoiceField(choices=_please(grouped_categories(_options(field))))


def grouped_categories(rows: Iterable[Any]) -> Options:
    """Categories under the part of their name before the slash."""
    split = [(str(label).split(" / ", 1), code) for code, label in rows]
    groups: dict[str, list[tuple[str, str]]] = {}
    for words, code in split:
        groups.setdefault(words[0], []).append((code, words[-1]))
    return list(groups.items())


_MADE: dict[str, Callable[[Field, Case, datetime], forms.Field]] = {
    "line": _line,
    "text": _text,
    "choice": _choice,
    "codes": _codes,
    "stars": _stars,
    "days": _days,
    "number": _number,
    "flag": _flag,
    "unit": _unit,
    "units": _units,
    "officer": _officer,
    "category": _category,
    "case": _case,
    "date": _date,
    "pick": _pick,
    "picks": _picks,
    "files": _files,
}
