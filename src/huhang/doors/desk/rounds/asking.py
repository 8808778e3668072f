"""How lists of duties are narrowed, read from the address and written back into it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.doors.desk.rounds.words import rule_choices, state_words
from huhang.doors.frame.parts import Chip, Choice, Filters
from huhang.kernel.errors import Invalid
from huhang.register.rounds import queries
from huhang.register.rounds.queries import Wanted
from huhang.register.rounds.rules import LATE, STATES, first_of, next_of
from huhang.register.units.queries import tree

NAMES = ("month", "rule", "state", "unit", "own", "officer", "of", "show")
OPEN = "open"
"""Shows what is late and not made up for, of whatever month."""
FIRST = date(2020, 1, 1)


@dataclass(frozen=True)
class Shown:
    """A filter as the address has it, and what it means."""

    said: Mapping[str, str]
    month: date
    wanted: Wanted

    def link(self, url: str, **changes: str) -> str:
        """A page under this filter with some parts changed; an empty value takes a part away."""
        pairs = {**self.said, **changes}
        query = urlencode([(name, value) for name, value in pairs.items() if value])
        return f"{url}?{query}" if query else url

    @property
    def query(self) -> str:
        return urlencode(list(self.said.items()))


def read(given: Mapping[str, str], now: datetime) -> Shown:
    """The filter of an address.

    Raises:
        Invalid: a month, rule, state, unit or officer there cannot be.
    """
    said = {name: given[name].strip()[:80] for name in NAMES if given.get(name, "").strip()}
    month = month_of(said.get("month", ""), now)
    rule = said.get("rule", "")
    if rule and rule not in dict(rule_choices()):
        raise Invalid("没有这项职责。", field="rule")
    states = tuple(said.get("state", "").split(".")) if said.get("state") else ()
    if set(states) - set(STATES):
        raise Invalid("没有这种状态。", field="state")
    still = said.get("show") == OPEN
    wanted = Wanted(
        queries.now_open(now) if still else queries.month_of(month),
        rule=rule,
        states=(LATE,) if still else states,
        unit=_id(said.get("unit", ""), "unit"),
        officer=_id(said.get("officer", ""), "officer"),
        own=said.get("own") == "1",
        of=_id(said.get("of", ""), "unit"),
        open=still,
    )
    return Shown(said, month, wanted)


def month_of(text: str, now: datetime) -> date:
    """A month of an address, such as ``2026-11``; this one when none is said.

    Raises:
        Invalid: not a month, or one of no time we know.
    """
    today = catalog.schedule().date_of(now)
    if not text:
        return first_of("month", today)
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Invalid("请按 2026-11 这样填月份。", field="month") from None
    if not FIRST <= found <= today + timedelta(days=366):
        raise Invalid("这个月份太早或太晚了。", field="month")
    return found


def _id(text: str, field: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise Invalid("筛选里的单位或人员不对，请重新选择。", field=field) from None


def beside(month: date) -> tuple[str, str]:
    """The months before and after, as an address says them."""
    return f"{first_of('month', month - timedelta(days=1)):%Y-%m}", f"{next_of('month', month):%Y-%m}"


def bar(shown: Shown, actor: Actor, url: str, *, states: bool = True) -> Filters:
    """The filter bar: states as chips, rule and unit as selects."""
    chips = [Chip(_("全部"), shown.link(url, state="", show=""), on=not shown.wanted.states)]
    chips += [
        Chip(label, shown.link(url, state=state, show=""), on=shown.wanted.states == (state,) and not shown.wanted.open)
        for state, label in state_words().items()
    ]
    chips.append(Chip(_("至今还欠着的"), shown.link(url, state="", show=OPEN), on=shown.wanted.open))
    choices = (
        Choice("rule", _("职责"), rule_choices(), shown.said.get("rule", "")),
        Choice("unit", _("单位"), unit_choices(actor), shown.said.get("unit", "")),
    )
    names = {"own", *(one.name for one in choices)}  # another unit is chosen with all below it
    keep = tuple((name, value) for name, value in shown.said.items() if name not in names)
    groups = (tuple(chips),) if states else ()
    return Filters(groups=groups, choices=choices, keep=keep, clear_url=url if shown.said else "")


def unit_choices(actor: Actor) -> tuple[tuple[str, str], ...]:
    """The units whose duties this actor sees."""
    known = tree()
    seen = [
        n
        for n in known.nodes.values()
        if n.valid_to is None and (actor.everything or n.id in actor.units or n.branch in actor.branches)
    ]
    return tuple(
        (str(n.id), f"{known.label(n.branch)} {n.short}" if n.branch not in (None, n.id) else n.short) for n in seen
    )
