"""The rules of notices: catalogue entry `notice_rules`."""

from dataclasses import dataclass
from typing import Any

from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry

KIND, CODE = "notice_rules", "default"
_BOUNDS = {
    "release_over": (0, 1_000_000),
    "cap_month": (1, 100),
    "portion": (1, 1000),
    "most": (1, 1_000_000),
    "remind_after_hours": (0, 24 * 30),
    "lasts_days": (1, 3660),
}


@dataclass(frozen=True)
class Policy:
    """The numbers of `notice_rules`: see the file."""

    release_over: int = 500
    cap_month: int = 4
    portion: int = 100
    most: int = 20_000
    remind_after_hours: int = 24
    lasts_days: int = 366
    version: int = 0


def check(body: dict[str, Any]) -> list[str]:
    """What is wrong with the rules."""
    return [
        f"{name} 应当是 {low} 到 {high} 之间的整数"
        for name, (low, high) in _BOUNDS.items()
        if not isinstance(body.get(name), int) or isinstance(body[name], bool) or not low <= body[name] <= high
    ]


def register() -> None:
    """Makes the kind of entry known to the catalogue."""
    registry.register(KIND, check)


def policy() -> Policy:
    """The rules in force; the built-in ones with no catalogue at all."""
    body = catalog.newest(KIND).get(CODE)
    return Policy(**{name: body[name] for name in Policy.__dataclass_fields__}) if body else Policy()
