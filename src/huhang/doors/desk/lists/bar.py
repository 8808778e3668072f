"""The filter bar of a list: scopes as chips, the rest as selects, all of it in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from huhang.base.access.rules import Actor
from huhang.cases.models import Case
from huhang.doors.desk.lists.look import Look
from huhang.doors.frame.context import address
from huhang.doors.frame.parts import Chip, Choice, Filters
from huhang.reading.rules import (
    SCOPES,
    WHICH,
    Filter,
    category_choices,
    channel_choices,
    kind_choices,
    scopes_for,
    state_choices,
)
from huhang.reading.scopes import Own
from huhang.reading.tallies import Tallies, Tally
from huhang.register.units.queries import tree


@dataclass(frozen=True)
class Shown:
    """A list as it is being looked at: which page, for whom, filtered how, and the filter it opens with."""

    page: str
    actor: Actor
    filter: Filter
    base: Filter
    look: Look

    @property
    def url(self) -> str:
        return address(f"desk:{self.page}")

    def link(self, **changes: Any) -> str:
        """This page with the filter changed; the place in the list is dropped, for it is another list."""
        pairs = [*replace(self.filter, **changes).pairs(self.base), *self.look.pairs(self.page)]
        return f"{self.url}?{urlencode(pairs)}" if pairs else self.url

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Filter and look, as name and value."""
        return [*self.filter.pairs(self.base), *self.look.pairs(self.page)]

    @property
    def query(self) -> str:
        """Filter and look as they stand in the address."""
        return urlencode(self.pairs)

    def linked(self, name: str, **extra: str) -> str:
        """Another page of the lists, told this filter."""
        pairs = [*self.pairs, ("page", self.page), *extra.items()]
        return f"{name}?{urlencode(pairs)}"


def said(tally: Tally) -> str:
    """A count in words that stay honest when counting stopped."""
    return _("超过 %(n)s") % {"n": f"{tally.count:,}"} if tally.over else f"{tally.count:,}"


def _chip(label: str, url: str, *, on: bool, tally: Tally | None = None) -> Chip:
    if tally is not None and tally.over:
        return Chip(f"{label} {said(tally)}", url, on=on)
    return Chip(label, url, on=on, count=tally.count if tally else None)


def _scope_chips(shown: Shown, tallies: Tallies) -> tuple[Chip, ...]:
    return tuple(
        _chip(
            str(SCOPES[name]),
            shown.link(scope=name),
            on=shown.filter.scope == name,
            tally=tallies.of(f"scope_{name}") if f"scope_{name}" in tallies.counts else None,
        )
        for name in scopes_for(shown.actor)
    )


def _flag_chips(shown: Shown) -> tuple[Chip, ...]:
    asked = shown.filter
    return (
        Chip(_("只看超期"), shown.link(late=not asked.late), on=asked.late),
        Chip(_("等补充"), shown.link(waiting=not asked.waiting), on=asked.waiting),
    )


def _which_chips(shown: Shown) -> tuple[Chip, ...]:
    return tuple(
        Chip(str(label), shown.link(which=name), on=shown.filter.which == name) for name, label in WHICH.items()
    )


def _options(choices: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((value, str(label)) for value, label in choices.items())


def _unit_choices(actor: Actor) -> list[Choice]:
    known = tree()
    inside = set(Own.of(actor).all_units)
    nodes = [n for n in known.nodes.values() if actor.everything or n.id in inside]
    branches = tuple((str(n.id), n.short) for n in nodes if n.branch == n.id)
    units = tuple(
        (str(n.id), f"{known.label(n.branch)} {n.short}" if n.branch not in (None, n.id) else n.short) for n in nodes
    )
    made = [Choice("branch", _("分局、支队"), branches)] if len(branches) > 1 else []
    return [*made, Choice("unit", _("主办单位"), units)] if len(units) > 1 else made


def _choices(shown: Shown) -> tuple[Choice, ...]:
    kind, several = shown.filter.kind, shown.page == "inbox" and len(kind_choices()) > 1
    made = [
        *([Choice("kind", _("种类"), _options(kind_choices()))] if several else []),
        Choice("state", _("状态"), _options(state_choices(kind))),
        Choice("channel", _("渠道"), _options(channel_choices(kind))),
        Choice("category", _("类别"), _options(category_choices(kind))),
        Choice("urgency", _("紧急程度"), tuple((str(v), str(label)) for v, label in Case.Urgency.choices)),
        *_unit_choices(shown.actor),
    ]
    held = dict(shown.filter.pairs(Filter(scope="", which="")))
    return tuple(replace(one, value=held.get(one.name, "")) for one in made)


def said_filters(shown: Shown) -> list[tuple[str, str]]:
    """What a list is narrowed by, in words: for paper, where no select can be opened."""
    asked = shown.filter
    rows = [(_("范围"), str(SCOPES[asked.scope])), (_("在办或已结束"), str(WHICH[asked.which]))]
    rows += [(one.label, dict(one.options)[one.value]) for one in _choices(shown) if one.value in dict(one.options)]
    rows += [(_("只看"), _("超期"))] if asked.late else []
    rows += [(_("只看"), _("等补充"))] if asked.waiting else []
    days = [f"{day:%Y-%m-%d}" if day else "" for day in (asked.since, asked.until)]
    rows += [(_("受理日期"), " – ".join(days))] if any(days) else []
    return [*rows, (_("搜索"), asked.q)] if asked.q else rows


def filter_bar(shown: Shown, tallies: Tallies) -> Filters:
    """The whole bar. Selects keep what the chips, the dates and the search say."""
    choices = _choices(shown)
    names = {one.name for one in choices}
    groups = [_scope_chips(shown, tallies)]
    if shown.page == "ledger":
        groups.append(_which_chips(shown))
    groups.append(_flag_chips(shown))
    views = tuple(
        Chip(
            f"{v.name}（{_('本单位共用')}）" if v.shared and not v.own else v.name,
            f"{shown.url}?{v.query}",
            on=v.query == shown.query,
        )
        for v in tallies.views
    )
    return Filters(
        groups=tuple(groups),
        choices=choices,
        keep=tuple(pair for pair in shown.pairs if pair[0] not in names),
        views=views,
        save_url=shown.linked(address("desk:view_new")),
        views_url=address("desk:views"),
        clear_url=shown.url if shown.query else "",
    )
