"""What a list shows: a filter as it stands in the address, and the place a page begins at."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.models import Case
from huhang.cases.registry import kinds
from huhang.cases.rules import Kind
from huhang.kernel.errors import Invalid
from huhang.kernel.numbering import normalise_number
from huhang.kernel.text import clean
from huhang.register.units.queries import tree

SCOPES: dict[str, Promise] = {
    "mine": _("我负责"),
    "sign": _("待签收"),
    "unit": _("本单位"),
    "party": _("协办、参与"),
    "taken": _("我首问的"),
    "dispatch": _("待派单"),
    "revisit": _("等回访"),
    "all": _("全部"),
}
"""Whose cases: a chip each."""

MAIN = "request"
"""The kind the ledger, its exports and the API of requests are about; an inbox holds every kind."""

WHICH: dict[str, Promise] = {"open": _("在办"), "closed": _("已结束"), "all": _("在办和已结束")}

MOST_NAMES, MOST_NUMBERS = 40, 200
"""So many states or categories, and so many numbers, may be asked for at once."""

_NEEDS = {
    "mine": Perm.HANDLE,
    "sign": Perm.SIGN,
    "taken": Perm.REGISTER,
    "dispatch": Perm.DISPATCH,
    "revisit": Perm.REVISIT,
}
_HOMES = (
    (Perm.ASSIGN, "unit"),
    (Perm.HANDLE, "mine"),
    (Perm.DISPATCH, "dispatch"),
    (Perm.REVISIT, "revisit"),
    (Perm.REGISTER, "taken"),
)


def scopes_for(actor: Actor) -> list[str]:
    """The scopes that mean something to this actor, in the order shown."""
    if Perm.SEE not in actor.perms:
        return []
    offered = [name for name in SCOPES if name not in _NEEDS or _NEEDS[name] in actor.perms]
    return [name for name in offered if name != "party" or not actor.everything]


def home_scope(actor: Actor) -> str:
    """The scope an inbox opens with: what this actor's role is there to do."""
    return next((scope for perm, scope in _HOMES if perm in actor.perms), "all")


@dataclass(frozen=True)
class Filter:
    """What is listed: without a ``kind`` every kind; ``q`` is what is searched for.

    ``since`` and ``until`` are days of receipt, both included.
    """

    scope: str = "all"
    which: str = "open"
    kind: str = ""
    state: str = ""
    channel: str = ""
    category: str = ""
    urgency: int | None = None
    unit: uuid.UUID | None = None
    branch: uuid.UUID | None = None
    late: bool = False
    waiting: bool = False
    since: date | None = None
    until: date | None = None
    q: str = ""
    officer: uuid.UUID | None = None
    states: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    subject: uuid.UUID | None = None
    updated_since: datetime | None = None
    due_from: datetime | None = None
    due_until: datetime | None = None
    box: tuple[float, float, float, float] | None = None

    @classmethod
    def parse(cls, given: Mapping[str, str], base: "Filter") -> "Filter":
        """The filter of a query string; what it leaves out is as in ``base``.

        Raises:
            Invalid: ``problems`` names every parameter that cannot be used, with what to do.
        """
        taken: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for field in fields(cls):
            raw = str(given.get(field.name) or "").strip()
            try:
                taken[field.name] = _READERS[field.name](raw) if raw else getattr(base, field.name)
            except Invalid as problem:
                problems[field.name] = problem.text
        if not problems and taken["since"] and taken["until"] and taken["until"] < taken["since"]:
            problems["until"] = "结束日期早于开始日期，请改正。"
        if problems:
            raise Invalid("筛选条件有误，请改正。", problems=problems)
        return cls(**taken)

    def pairs(self, base: "Filter") -> list[tuple[str, str]]:
        """Name and value of everything that differs from ``base``."""
        rows = ((f.name, getattr(self, f.name), getattr(base, f.name)) for f in fields(self))
        return [(name, _say(value)) for name, value, usual in rows if value != usual]

    def query(self, base: "Filter") -> str:
        """The filter as a query string; empty when it is ``base``."""
        return urlencode(self.pairs(base))


def inbox(actor: Actor) -> Filter:
    """The filter an inbox opens with."""
    return Filter(scope=home_scope(actor))


LEDGER = Filter(which="all", kind=MAIN)
"""The filter a ledger opens with: every request one may see."""


def _say(value: Any) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, tuple):
        return ",".join(str(one) for one in value)
    if isinstance(value, datetime):
        return value.isoformat()
    return "1" if value is True else str(value)


def kind_choices() -> dict[str, Any]:
    """Every kind of case, by name."""
    return {kind.name: kind.label for kind in kinds().values()}


def of_kind(name: str) -> list[Kind]:
    """The kind of a name, or every kind when none is named."""
    return [kind for kind in kinds().values() if not name or kind.name == name]


def state_choices(kind: str = "") -> dict[str, Any]:
    """Every state of a kind, or of every kind, by name; no two kinds share one (tests/consistency)."""
    return {state.name: state.label for one in of_kind(kind) for state in one.states}


def channel_choices(kind: str = "") -> dict[str, Any]:
    """Every channel of a kind, or of every kind, by name."""
    return {name: label for one in of_kind(kind) for name, label in one.channels()}


def category_choices(kind: str = "") -> dict[str, str]:
    """Every category in use of a kind, or of every kind, by code."""
    return {
        code: one.category_label(code, int(body["version"]))
        for one in of_kind(kind)
        for code, body in sorted(one.categories().items())
    }


def _one_of(choices: Callable[[], Mapping[str, Any]], say: str) -> Callable[[str], str]:
    def read(raw: str) -> str:
        if raw not in choices():
            raise Invalid(say)
        return raw

    return read


def _urgency(raw: str) -> int:
    if raw not in {str(value) for value in Case.Urgency.values}:
        raise Invalid("没有这种紧急程度，请从列出的选项里选。")
    return int(raw)


def _unit(raw: str) -> uuid.UUID:
    try:
        unit = uuid.UUID(raw)
    except ValueError:
        unit = None
    if unit is None or unit not in tree().nodes:
        raise Invalid("没有这个单位，请从列出的单位里选。")
    return unit


def _several(choices: Callable[[], Mapping[str, Any]], say: str) -> Callable[[str], tuple[str, ...]]:
    one = _one_of(choices, say)

    def read(raw: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one(part) for part in _parts(raw, MOST_NAMES)))

    return read


def _parts(raw: str, most: int) -> list[str]:
    parts = [part.strip() for part in raw.split(",") if part.strip()]
    if len(parts) > most:
        raise Invalid("一次最多写 %(most)s 个，请分几次查。", params={"most": most})
    return parts


def _numbers(raw: str) -> tuple[str, ...]:
    found = []
    for part in _parts(raw, MOST_NUMBERS):
        try:
            found.append(normalise_number(part))
        except Invalid:
            found.append("")  # a number with a typing mistake is nobody's, like one that does not exist
    return tuple(dict.fromkeys(found))


def _moment(raw: str) -> datetime:
    try:
        # a plus sign that nobody escaped arrives as a blank
        at = datetime.fromisoformat(raw.replace(" ", "+") if "T" in raw else raw)
        if at.tzinfo is None or not 1900 < at.year < 2200:
            raise ValueError(raw)
    except ValueError:
        raise Invalid("时间要带时区，如 2026-11-20T10:00:00+08:00。") from None
    return at.astimezone(UTC)


def _box(raw: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in raw.split(","))
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise ValueError(raw)
    except ValueError:
        raise Invalid("范围写西、南、东、北四个数，逗号分隔，如 121.3,37.4,121.5,37.6。") from None
    return west, south, east, north


def _subject(raw: str) -> uuid.UUID:
    try:
        return uuid.UUID(raw)
    except ValueError:
        raise Invalid("主体应当写它的编码（UUID）。") from None


def _officer(raw: str) -> uuid.UUID:
    try:
        return uuid.UUID(raw)
    except ValueError:
        raise Invalid("没有这个人员，请从列出的人员里选。") from None


def _flag(raw: str) -> bool:
    if raw not in ("0", "1"):
        raise Invalid("是与否只能写 1 或 0。")
    return raw == "1"


def _day(raw: str) -> date:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise Invalid("请按 2026-11-21 这样填日期。") from None


def _words(raw: str) -> str:
    return clean(raw, max_length=200).replace("\n", " ")


_READERS: dict[str, Callable[[str], Any]] = {
    "scope": _one_of(lambda: SCOPES, "没有这种范围，请从页面上的选项里选。"),
    "which": _one_of(lambda: WHICH, "请选在办、已结束，或者两者。"),
    "kind": _one_of(kind_choices, "没有这种事项，请从列出的种类里选。"),
    "state": _one_of(state_choices, "没有这个状态，请从列出的状态里选。"),
    "channel": _one_of(channel_choices, "没有这个渠道，请从列出的渠道里选。"),
    "category": _one_of(category_choices, "没有这个类别，或它已停用，请从列出的类别里选。"),
    "urgency": _urgency,
    "unit": _unit,
    "branch": _unit,
    "late": _flag,
    "waiting": _flag,
    "since": _day,
    "until": _day,
    "q": _words,
    "officer": _officer,
    "states": _several(state_choices, "没有这个状态，请从列出的状态里选。"),
    "categories": _several(category_choices, "没有这个类别，或它已停用，请从列出的类别里选。"),
    "numbers": _numbers,
    "subject": _subject,
    "updated_since": _moment,
    "due_from": _moment,
    "due_until": _moment,
    "box": _box,
}


@dataclass(frozen=True)
class Place:
    """Where a page begins: beside a row, told by the row's own key so that nothing is skipped or shown twice.

    Args:
        at: the due instant or the instant of receipt of that row, as the list is ordered; none for a row without one.
        seen: how many rows came before this page, for "rows 51–100"; shown, never used to look anything up.
        back: the page before that row instead of the one after it.
    """

    at: datetime | None
    id: uuid.UUID
    seen: int = 0
    back: bool = False

    def token(self) -> str:
        """The place as it stands in an address."""
        return f"{self.seen}~{self.at.isoformat() if self.at else '-'}~{self.id}"

    @classmethod
    def read(cls, token: str, *, back: bool = False) -> "Place":
        """The place of a token.

        Raises:
            Invalid: it is not one of ours.
        """
        try:
            seen, at, row = token.split("~")
            moment = None if at == "-" else datetime.fromisoformat(at)
            if moment is not None and moment.tzinfo is None:
                raise ValueError(at)
            return cls(moment, uuid.UUID(row), max(0, min(int(seen), 10**9)), back)
        except ValueError:
            raise Invalid("这一页的地址不完整，请从列表第一页重新翻起。") from None
