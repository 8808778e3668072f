"""This room's catalogue entry: when requests are alike, when a matter is hot, how the worst are ranked."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry

KIND = "request_repeats"

_SHARES = {"similar", "weak"}
_SHAPES: dict[str, tuple[str, ...]] = {
    "like": ("window_days", "radius_m", "similar", "weak", "show"),
    "hot": ("least", "voices", "radius_m", "similar"),
    "worst": ("least", "count", "late", "bad", "redo", "survey"),
}
WINDOW_MOST, RADIUS_MOST = 90, 2000
"""A longer window or a wider circle would look at half the ledger for every word typed."""


@dataclass(frozen=True)
class Like:
    """When two requests are alike."""

    window: timedelta = timedelta(days=30)
    radius_m: int = 500
    similar: float = 0.3
    weak: float = 0.12
    show: int = 5
    version: int = 0


@dataclass(frozen=True)
class Hot:
    """When requests form a matter, and when it is listed."""

    least: int = 5
    voices: int = 3
    radius_m: int = 500
    similar: float = 0.3
    version: int = 0


@dataclass(frozen=True)
class Worst:
    """The weights of the year's ranking, in hundredths."""

    least: int = 10
    count: int = 25
    late: int = 20
    bad: int = 25
    redo: int = 10
    survey: int = 20
    version: int = 0


def check(body: dict[str, Any]) -> list[str]:
    """What is wrong with an entry."""
    names = _SHAPES.get(str(body.get("code")))
    if names is None:
        return [f"code 应当是 {'、'.join(_SHAPES)} 之一"]
    says = []
    for name in names:
        value = body.get(name)
        if name in _SHARES:
            good = isinstance(value, int | float) and 0 < value <= 1
            says += [] if good else [f"{name} 应当大于 0、不超过 1"]
        elif not isinstance(value, int) or isinstance(value, bool) or value < (name not in ("late", "bad", "redo")):
            says.append(f"{name} 应当是正整数")
    if isinstance(days := body.get("window_days"), int) and days > WINDOW_MOST:
        says.append(f"window_days 不能超过 {WINDOW_MOST}")
    if isinstance(metres := body.get("radius_m"), int) and metres > RADIUS_MOST:
        says.append(f"radius_m 不能超过 {RADIUS_MOST}")
    return says


def register() -> None:
    """Makes the kind of entry known to the catalogue."""
    registry.register(KIND, check)


def like() -> Like:
    """When two requests are alike, as the newest version says; the product's own default with no catalogue."""
    body = catalog.newest(KIND).get("like")
    if body is None:
        return Like()
    window = timedelta(days=body["window_days"])
    return Like(window, body["radius_m"], body["similar"], body["weak"], body["show"], body["version"])


def hot() -> Hot:
    """When requests form a matter, as the newest version says."""
    body = catalog.newest(KIND).get("hot")
    return Hot(body["least"], body["voices"], body["radius_m"], body["similar"], body["version"]) if body else Hot()


def worst() -> Worst:
    """The weights of the year's ranking, as the newest version says."""
    body = catalog.newest(KIND).get("worst")
    return Worst(*(body[name] for name in (*_SHAPES["worst"], "version"))) if body else Worst()
