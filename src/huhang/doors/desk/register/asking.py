"""How the list of subjects is narrowed, read from the address and written back into it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from huhang.base.access.rules import Actor
from huhang.doors.frame.parts import Chip, Choice, Filters
from huhang.kernel.errors import Invalid
from huhang.register.subjects import catalogue
from huhang.register.subjects.models import Subject
from huhang.register.subjects.queries import Wanted
from huhang.register.units.queries import tree

SILENT = (30, 90, 180, 365)
"""Days without having been seen that can be asked for."""
NAMES = ("q", "kind", "state", "flag", "unit", "placed", "silent", "within")


@dataclass(frozen=True)
class Shown:
    """A filter as the address has it, and what it means."""

    said: Mapping[str, str]
    wanted: Wanted
    silent: int = 0

    def link(self, url: str, **changes: str) -> str:
        """A page under this filter with some parts changed; an empty value takes a part away."""
        pairs = {**self.said, **changes}
        query = urlencode([(name, value) for name, value in pairs.items() if value])
        return f"{url}?{query}" if query else url

    @property
    def query(self) -> str:
        return urlencode(list(self.said.items()))


def read(given: Mapping[str, str], now: datetime) -> Shown:
    """The filter of an address; what cannot be one is left out, so that an old address still opens.

    Raises:
        Invalid: a unit or subject that is not an id.
    """
    said = {name: given[name].strip()[:200] for name in NAMES if given.get(name, "").strip()}
    kind = said.get("kind", "")
    if kind and kind not in Subject.Kind.values:
        raise Invalid("没有这种主体。", field="kind")
    silent = int(said["silent"]) if said.get("silent", "").isdecimal() and len(said["silent"]) < 5 else 0
    wanted = Wanted(
        q=said.get("q", "").replace("\0", ""),
        kind=kind,
        state=said.get("state", "active")
        if said.get("state", "active") in (*Subject.State.values, "all")
        else "active",
        flags=tuple(code for code in said.get("flag", "").split(".") if code),
        unit=_id(said.get("unit", ""), "unit"),
        within=_id(said.get("within", ""), "within"),
        placed={"yes": True, "no": False}.get(said.get("placed", "")),
        silent_since=now - timedelta(days=silent) if silent else None,
    )
    return Shown(said, wanted, silent)


def _id(text: str, field: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise Invalid("筛选里的单位或主体不对，请重新选择。", field=field) from None


def bar(shown: Shown, actor: Actor, url: str) -> Filters:
    """The filter bar: kinds as chips, the rest as selects."""
    kinds = [Chip(_("全部"), shown.link(url, kind="", flag=""), on=not shown.wanted.kind)]
    kinds += [
        Chip(str(label), shown.link(url, kind=value, flag=""), on=shown.wanted.kind == value)
        for value, label in Subject.Kind.choices
    ]
    choices = (
        Choice("flag", _("分类和标识"), tuple(catalogue.class_choices(shown.wanted.kind)), shown.said.get("flag", "")),
        Choice("unit", _("责任单位"), units(), shown.said.get("unit", "")),
        Choice("silent", _("多久没走访"), _silences(), shown.said.get("silent", "")),
        Choice("placed", _("坐标"), (("yes", _("有坐标")), ("no", _("没有坐标"))), shown.said.get("placed", "")),
        Choice("state", _("状态"), _states(), shown.said.get("state", "")),
    )
    names = {one.name for one in choices}
    keep = tuple((name, value) for name, value in shown.said.items() if name not in names)
    return Filters(groups=(tuple(kinds),), choices=choices, keep=keep, clear_url=url if shown.said else "")


def words(shown: Shown, actor: Actor) -> str:
    """The filter as people say it, such as ``企业；规上工业；临港分局``."""
    said = [str(Subject.Kind(shown.wanted.kind).label)] if shown.wanted.kind else []
    said += [shown.wanted.q] if shown.wanted.q else []
    for choice in bar(shown, actor, "").choices:
        said += [str(label) for value, label in choice.options if choice.value and value == choice.value]
    return "；".join(said) or _("全部")


def units() -> tuple[tuple[str, str], ...]:
    """Units that stand, to choose from, each under its branch."""
    known = tree()
    return tuple(
        (str(n.id), f"{known.label(n.branch)} {n.short}" if n.branch not in (None, n.id) else n.short)
        for n in known.nodes.values()
        if n.valid_to is None
    )


def _silences() -> tuple[tuple[str, str], ...]:
    return tuple((str(days), _("%(n)d 天以上没走访") % {"n": days}) for days in SILENT)


def _states() -> tuple[tuple[str, Any], ...]:
    rows = [(value, str(label)) for value, label in Subject.State.choices if value != Subject.State.ACTIVE]
    return (*rows, ("all", _("不论状态")))
