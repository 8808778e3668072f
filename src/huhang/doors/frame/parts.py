"""The shapes the partial templates read. Pages fill them; templates also accept plain dictionaries of the same keys."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Entry:
    """One line of the rail. ``count`` is said only when it is known; ``hot`` marks that something in it is late."""

    label: str
    icon: str
    url: str
    count: int | None = None
    hot: bool = False
    current: bool = False


@dataclass(frozen=True)
class Group:
    """Entries under one heading; the first group needs none."""

    entries: tuple[Entry, ...]
    label: str = ""


def mark_current(menu: Iterable[Group], path: str) -> list[Group]:
    """The menu with the entry of this page marked: the one whose address is the longest beginning of ``path``."""
    groups = list(menu)
    fitting = [e.url for g in groups for e in g.entries if path == e.url or path.startswith(e.url.rstrip("/") + "/")]
    best = max(fitting, key=len, default=None)
    return [replace(g, entries=tuple(replace(e, current=e.url == best) for e in g.entries)) for g in groups]


@dataclass(frozen=True)
class Who:
    """Who is signed in, as the bar says it."""

    name: str
    unit: str = ""


@dataclass(frozen=True)
class Chip:
    """A filter as a link; its state is in the address."""

    label: str
    url: str
    on: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Choice:
    """A filter with many values, a select that sends itself; ``options`` are (value, label) pairs."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str = ""


@dataclass(frozen=True)
class Filters:
    """The filter bar: groups of chips, then selects; ``keep`` are the (name, value) pairs a select must not lose."""

    groups: tuple[tuple[Chip, ...], ...] = ()
    choices: tuple[Choice, ...] = ()
    keep: tuple[tuple[str, str], ...] = ()
    views: tuple[Chip, ...] = ()
    save_url: str = ""
    views_url: str = ""
    clear_url: str = ""


@dataclass(frozen=True)
class Left:
    """Remaining working time, worked out by the clock; ``fraction`` is the share used, 0 to 1."""

    text: str
    due_at: datetime | None = None
    fraction: float = 0.0
    late: bool = False
    soon: bool = False
    provisional: bool = False
    why_url: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a ledger: ``title``, ``state``, ``left``, ``card`` draw their parts, others read ``Row.cells``."""

    key: str
    label: str
    number: bool = False


@dataclass(frozen=True)
class Row:
    """One case in a ledger: a title line, a line of small facts, and what the columns ask for."""

    id: str
    url: str
    title: str
    facts: tuple[str, ...] = ()
    state: str = ""
    tone: str = ""
    left: Left | None = None
    card: str = ""
    card_text: str = ""
    cells: Mapping[str, str | SafeString] = field(default_factory=dict)


@dataclass(frozen=True)
class DueGroup:
    """Rows due on one day (or already late), under one heading; ``count`` is given only when the group is whole."""

    label: str
    rows: Sequence[Row]
    count: int | None = None
    late: bool = False


@dataclass(frozen=True)
class Ledger:
    """A ledger; ``form`` is the id of the form its checkboxes belong to, empty for a ledger without them."""

    columns: tuple[Column, ...]
    groups: Sequence[DueGroup]
    caption: str
    form: str = ""
    name: str = "case"


@dataclass(frozen=True)
class Pager:
    """Where in the list we are. ``exact`` says the total is counted, ``over`` that counting stopped at ``total``."""

    first: int
    last: int
    total: int | None = None
    exact: bool = False
    over: bool = False
    next_url: str = ""
    prev_url: str = ""


@dataclass(frozen=True)
class Day:
    """A day of the clock. ``mark``: start, count, rest, holiday, makeup, pause, due, late, today; several by spaces."""

    mark: str
    date: date
    number: str = ""
    label: str = ""


@dataclass(frozen=True)
class Event:
    """A line of the timeline: who did what when, with the words said if any, and where it leads."""

    title: str
    at: datetime
    text: str = ""
    who: str = ""
    quote: str = ""
    note: str = ""
    current: bool = False
    bad: bool = False
    url: str = ""


@dataclass(frozen=True)
class Fact:
    """A line of the facts: a label, a value, where it leads, and a small remark."""

    label: str
    value: str | SafeString
    url: str = ""
    note: str | SafeString = ""


@dataclass(frozen=True)
class Progress:
    """Long work. ``state``: waiting, running, done, failed; ``total`` None while it is not known."""

    label: str
    state: str
    poll_url: str
    done: int = 0
    total: int | None = None
    note: str = ""
    result_url: str = ""
    result_label: str = ""
    leave_url: str = ""

    @property
    def running(self) -> bool:
        """Whether the page should ask again."""
        return self.state in ("waiting", "running")
