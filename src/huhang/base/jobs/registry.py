"""Which functions do which work, and which duties come round; rooms say so in a module named ``jobs``."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from django.utils.module_loading import autodiscover_modules

Do = TypeVar("Do", bound=Callable[..., None])
Run = TypeVar("Run", bound=Callable[[threading.Event], None])
DoDuty = TypeVar("DoDuty", bound=Callable[[datetime], object])


@dataclass(frozen=True)
class Task:
    """One sort of work.

    Attributes:
        whole: True when the function runs in one transaction with the ledger's tick; False when it keeps transactions
            of its own and can be resumed.
        forget: arguments taken out of the ledger as soon as the work is done or given up.
    """

    name: str
    do: Callable[..., None]
    whole: bool = True
    forget: tuple[str, ...] = ()


@dataclass(frozen=True)
class Duty:
    """Something that comes round; ``do`` is given the moment."""

    name: str
    every: timedelta
    do: Callable[[datetime], object]


@dataclass(frozen=True)
class Companion:
    """Something that runs in a thread of its own as long as the worker does, until the event it is given is set."""

    name: str
    do: Callable[[threading.Event], None]


_companions: dict[str, Companion] = {}
_tasks: dict[str, Task] = {}
_duties: dict[str, Duty] = {}


def work(name: str, *, whole: bool = True, forget: tuple[str, ...] = ()) -> Callable[[Do], Do]:
    """Registers the function that does the work of this name. It must do no harm when it is run a second time.

    Raises:
        ValueError: the name is taken by another function.
    """

    def register(do: Do) -> Do:
        _claim(_tasks, name, do)
        _tasks[name] = Task(name, do, whole, forget)
        return do

    return register


def duty(name: str, *, every: timedelta) -> Callable[[DoDuty], DoDuty]:
    """Registers something to be done again and again, at least this far apart.

    Raises:
        ValueError: the name is taken by another function.
    """

    def register(do: DoDuty) -> DoDuty:
        _claim(_duties, name, do)
        _duties[name] = Duty(name, every, do)
        return do

    return register


def companion(name: str) -> Callable[[Run], Run]:
    """Registers what runs beside the worker; when it fails, the worker starts it again.

    Raises:
        ValueError: the name is taken by another function.
    """

    def register(do: Run) -> Run:
        _claim(_companions, name, do)
        _companions[name] = Companion(name, do)
        return do

    return register


def companions() -> list[Companion]:
    """Everything that runs beside the worker, by name."""
    _discover()
    return [_companions[name] for name in sorted(_companions)]


def _claim(taken: dict[str, Any], name: str, do: Callable[..., Any]) -> None:
    there = taken.get(name)
    if there is not None and (there.do.__module__, there.do.__qualname__) != (do.__module__, do.__qualname__):
        raise ValueError(f"{name} is registered twice")


@cache
def _discover() -> None:
    autodiscover_modules("jobs")


def task(name: str) -> Task | None:
    """The registered work of a name; none when this version does not know it."""
    _discover()
    return _tasks.get(name)


def duties() -> list[Duty]:
    """Every registered duty, by name."""
    _discover()
    return [_duties[name] for name in sorted(_duties)]
