"""Where events come from. Cases live on a floor above; the floor that reads them registers its feed here."""

from datetime import datetime
from typing import Protocol

from huhang.base.access.rules import Actor
from huhang.base.exchange.rules import Span


class Feed(Protocol):
    """What happened, from a cursor on."""

    def after(self, actor: Actor, cursor: int, *, limit: int) -> Span:
        """Up to ``limit`` events behind the cursor that this actor may see now, oldest first."""

    def newest(self) -> int:
        """The cursor behind everything there is."""

    def since(self, moment: datetime) -> int:
        """A cursor before everything that was done from this moment on."""


_found: list[Feed] = []


def register(feed: Feed) -> None:
    """Says where events come from; the last one registered answers."""
    _found[:] = [feed]


def feed() -> Feed:
    """The feed of this installation."""
    return _found[0]
