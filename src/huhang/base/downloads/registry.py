"""Who can make which file. Upper rooms register a maker under a name; the worker finds it by the name alone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Protocol

from huhang.base.access.rules import Actor


@dataclass(frozen=True)
class Made:
    """A finished file at its beginning, how many rows it holds, and whether there were more."""

    file: IO[bytes]
    name: str
    media_type: str
    count: int
    cut: bool = False
    noted: Any = None


class Maker(Protocol):
    """Makes a file as the officer who asked; ``told`` is called with the number of rows done so far."""

    def __call__(self, *, by: Actor, asked: str, form: str, now: datetime, told: Callable[[int], None]) -> Made: ...


_makers: dict[str, Maker] = {}


def maker(what: str) -> Callable[[Maker], Maker]:
    """Registers the maker of a name.

    Raises:
        ValueError: another one has the name.
    """

    def register(make: Maker) -> Maker:
        there = _makers.get(what)
        if there is not None and getattr(there, "__qualname__", "") != getattr(make, "__qualname__", ""):
            raise ValueError(f"{what} is registered twice")
        _makers[what] = make
        return make

    return register


def maker_of(what: str) -> Maker | None:
    """The maker of a name, if this version has one."""
    return _makers.get(what)
