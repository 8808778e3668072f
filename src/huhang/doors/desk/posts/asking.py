"""How the list of posts is narrowed, read from the address."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from huhang.base.access.rules import Actor
from huhang.doors.desk.register.asking import units
from huhang.doors.frame.parts import Chip, Choice, Filters
from huhang.kernel.errors import Invalid
from huhang.register.posts.catalogue import HOSTS
from huhang.register.posts.queries import STATES, Wanted

NAMES = ("q", "state", "unit", "sort", "whose")


def read(given: Mapping[str, str], actor: Actor) -> tuple[Wanted, dict[str, str]]:
    """The filter, and what of the address it came from.

    Raises:
        Invalid: a unit that is no id.
    """
    said = {name: given[name].strip()[:120].replace("\0", "") for name in NAMES if given.get(name, "").strip()}
    try:
        unit = uuid.UUID(said["unit"]) if said.get("unit") else None
    except ValueError:
        raise Invalid("筛选里的单位或主体不对，请重新选择。", field="unit") from None
    state, sort = said.get("state", "open"), said.get("sort", "")
    wanted = Wanted(
        q=said.get("q", ""),
        state=state if state in STATES else "open",
        unit=unit,
        sort=sort if sort in HOSTS else "",
        officer=actor.user if said.get("whose") == "mine" else None,
    )
    return wanted, said


def bar(said: Mapping[str, str], wanted: Wanted) -> Filters:
    """States and sorts of host as chips, units as a select."""
    here = reverse("desk:posts")

    def link(**changes: str) -> str:
        pairs = [(name, value) for name, value in {**said, **changes}.items() if value]
        return f"{here}?{urlencode(pairs)}" if pairs else here

    names = {"open": _("在设"), "unfit": _("不再符合规则"), "closed": _("已撤销"), "all": _("全部")}
    states = tuple(
        Chip(label, link(state="" if code == "open" else code), on=wanted.state == code)
        for code, label in names.items()
    )
    sorts = (
        Chip(_("设在哪里都算"), link(sort=""), on=not wanted.sort),
        *(Chip(str(kind.label), link(sort=str(kind)), on=wanted.sort == kind) for kind in HOSTS),
    )
    mine = (Chip(_("我驻的站"), link(whose="" if wanted.officer else "mine"), on=wanted.officer is not None),)
    choices: tuple[Any, ...] = (Choice("unit", _("责任单位"), units(), said.get("unit", "")),)
    keep = tuple((name, value) for name, value in said.items() if name != "unit")
    return Filters(groups=(states, sorts, mine), choices=choices, keep=keep, clear_url=here if said else "")
