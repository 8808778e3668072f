"""Querysets that are compiled once for each shape of their values (ADR 39).

What a page asks by key is the same statement every time. Building and compiling it with the ORM costs several times
what the database needs to answer, so the text and the way its columns become rows are kept, and only values change.
"""

import copy
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable

from huhang.base.statements.prepared import prepared

M = TypeVar("M", bound=Model)
Build = Callable[..., "QuerySet[M]"]
Place = tuple[str, int | None]
"""Where a value comes from: its name, and its place in a tuple of values."""

_MARK = "⟦kept⟧"
_BEGIN = 0x68756861_6E676B70_74000000_00000000
SHAPES = 512
"""So many statements are kept at most; the least used one goes first."""


@dataclass(frozen=True)
class _Kept:
    compiler: Any
    sql: str
    parts: tuple[Callable[[Mapping[str, Any]], Any], ...]


class _Rows:
    """As much of a queryset and its query as rows are made from."""

    def __init__(self, compiler: Any) -> None:
        self._compiler = compiler
        self.db = connection.alias
        self._known_related_objects: Mapping[Any, Any] = {}

    @property
    def query(self) -> "_Rows":
        return self

    def get_compiler(self, using: str) -> Any:
        return self._compiler


def _shape(value: Any) -> Hashable:
    """What of a value decides on the text of a statement: nothing, truth, sort, or how many there are."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, tuple | list):
        return len(value)
    return cast("Hashable", type(value))


def _stand_in(shape: Hashable, nth: int) -> Any:
    if shape is None or isinstance(shape, bool):
        return shape
    if isinstance(shape, int):
        return tuple(UUID(int=_BEGIN + nth * 10_000 + place) for place in range(shape))
    if shape is UUID:
        return UUID(int=_BEGIN + nth * 10_000)
    if shape is str:
        return f"{_MARK}{nth}"
    if shape is datetime:
        return datetime(1, 1, 1, 0, 0, 0, nth, tzinfo=UTC)
    raise TypeError(f"no stand-in for {shape}")


def _part(value: Any, places: Mapping[Any, Place]) -> Callable[[Mapping[str, Any]], Any]:
    """How one value of the statement is had from the values of a call."""
    if isinstance(value, list | tuple):
        inside = [_part(one, places) for one in value]
        return lambda given: [part(given) for part in inside]
    found = places.get(value) if isinstance(value, Hashable) else None
    if found is not None:
        name, place = found
        return (lambda given: given[name]) if place is None else (lambda given: given[name][place])
    if _MARK in str(value) or (isinstance(value, UUID) and value.int >> 32 == _BEGIN >> 32):
        raise TypeError(f"a value was changed on its way into the statement: {value!r}")
    return lambda given: value


@lru_cache(maxsize=SHAPES)
def _kept(build: "Build[Any]", fixed: tuple[Hashable, ...], shapes: tuple[tuple[str, Hashable], ...]) -> _Kept:
    stand_ins = {name: _stand_in(shape, nth) for nth, (name, shape) in enumerate(shapes, 1)}
    places: dict[Any, Place] = {}
    for name, value in stand_ins.items():
        if isinstance(value, tuple):
            places |= {one: (name, place) for place, one in enumerate(value)}
        elif value is not None and not isinstance(value, bool):
            places[value] = (name, None)
    compiler = build(*fixed, **stand_ins).query.get_compiler(connection.alias)
    sql, values = compiler.as_sql()
    return _Kept(compiler, sql, tuple(_part(value, places) for value in values))


def kept(build: "Build[M]", *fixed: Hashable, **values: Any) -> list[M]:
    """The rows of ``build(*fixed, **values)``, its statement compiled once and prepared by the database.

    For what finds by key: the plan is the same whatever the values are. ``build`` must be a function of a module, take
    its values by name and use them as they are (no ``icontains``); ``prefetch_related`` is not followed.

    Args:
        build: makes the queryset.
        fixed: what decides on the text of the statement beyond the shape of its values.
        values: a UUID, text, instant, truth value, nothing, or a tuple of UUIDs, by name.

    Raises:
        TypeError: a value of another sort, or one that the queryset turns into something else.
    """
    made = _kept(build, fixed, tuple((name, _shape(value)) for name, value in values.items()))
    bound = tuple(part(values) for part in made.parts)
    compiler = copy.copy(made.compiler)
    compiler.connection = connection
    compiler.as_sql = lambda *args, **more: (made.sql, bound)
    rows: Any = _Rows(compiler)
    with prepared():
        return list(ModelIterable(rows))


def forget() -> None:
    """Compiles every statement anew at its next use."""
    _kept.cache_clear()
