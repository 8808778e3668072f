"""This room's catalogue entries: the thresholds, in versions."""

from typing import Any

from django.utils.translation import get_language

from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.cases.rules import Promise
from huhang.kinds.cards.rules import Band, Ladder, ladder_of, problems

THRESHOLDS, CODE = "card_thresholds", "default"


def check(body: dict[str, Any]) -> list[str]:
    """What is wrong with thresholds."""
    names = ("name", "name_en", "source", "source_en")
    says = [f"缺少 {key}" for key in names if not isinstance(body.get(key), str) or not body[key]]
    return [*says, *problems(body)]


def register() -> None:
    """Makes the kind of entry known to the catalogue."""
    registry.register(THRESHOLDS, check)


_held: tuple[Any, Ladder] | None = None


def newest() -> Ladder | None:
    """The thresholds new cards are issued by; none while no catalogue is loaded, and then no card is issued.

    Kept with the body it was read from: a list asks for it once a row.
    """
    global _held
    body = catalog.newest(THRESHOLDS).get(CODE)
    if not body:
        return None
    if _held is None or _held[0] is not body:
        _held = body, ladder_of(body)
    return _held[1]


def ladder(version: int) -> Ladder | None:
    """One exact version: what a running card keeps to."""
    body = catalog.version(THRESHOLDS, CODE, version)
    return ladder_of(body) if body else None


def source() -> str:
    """Whose figures they are, in words."""
    body = catalog.newest(THRESHOLDS).get(CODE)
    if not body:
        return ""
    return str(body["source_en" if (get_language() or "").startswith("en") else "source"])


def promise(known: Ladder, band: Band) -> Promise:
    """The time a card of a level gets for its written answer."""
    return Promise(f"{known.name}", band.amount, band.unit)
