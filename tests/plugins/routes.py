"""Every route of the house, the methods it declares, and an address of it with plausible ids."""

import functools
import inspect
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PLAUSIBLE = {
    "number": "HS-0000-0000",
    "name": "sign",
    "move": "sign",
    "code": "missing",
    "kind": "request.category",
    "form": "csv",
    "shape": "csv",
    "media": "json",
    "year": "2026",
}
_PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")


@dataclass(frozen=True)
class Route:
    """One address with its names in place of ids.

    Attributes:
        name: namespaced name, as `reverse` knows it.
        path: as written in urls.py, from the root.
        methods: those the page declares.
    """

    name: str
    path: str
    methods: tuple[str, ...]

    def url(self, given: Mapping[str, Any] | None = None) -> str:
        """An address of this route; ids not given are made up."""
        values = {**PLAUSIBLE, **(given or {})}

        def fill(place: re.Match[str]) -> str:
            sort, name = place[1] or "str", place[2]
            made = str(uuid.UUID(int=7)) if "uuid" in sort else "1"
            return str(values.get(name, made))

        return "/" + _PLACE.sub(fill, self.path)

    @property
    def ids(self) -> set[str]:
        """The names in the address."""
        return {place[2] for place in _PLACE.finditer(self.path)}


def _restricted(view: Any) -> list[str] | None:
    """The list given to `require_http_methods` anywhere in the chain of decorators."""
    while view is not None:
        code = getattr(view, "__code__", None)
        if code and "request_method_list" in code.co_freevars:
            cell = view.__closure__[code.co_freevars.index("request_method_list")]
            return list(cell.cell_contents)
        view = getattr(view, "__wrapped__", None)
    return None


def methods_of(view: Any) -> tuple[str, ...]:
    """What a view declares: its list, its class's methods, its operations, or GET and what its source asks for."""
    while isinstance(view, functools.partial):
        view = view.func
    held = _restricted(view)
    if held is not None:
        return tuple(m for m in ("GET", "POST") if m in held)
    if (made := getattr(view, "view_class", None)) is not None:
        return tuple(m for m in ("GET", "POST") if hasattr(made, m.lower()))
    source = inspect.getsource(inspect.unwrap(view))
    return ("GET", "POST") if '"POST"' in source else ("GET",)


def _walk(resolver: URLResolver, path: str, spaces: tuple[str, ...]) -> Iterator[tuple[str, str, Any]]:
    for one in resolver.url_patterns:
        here = path + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one, here, (*spaces, one.namespace) if one.namespace else spaces)
        elif isinstance(one, URLPattern):
            yield here, ":".join((*spaces, one.name or "")), one.callback


@functools.cache
def routes() -> tuple[Route, ...]:
    """All of them, in order of address; a path with several operations is one route."""
    from huhang.doors.api.openapi import document

    operations = {
        re.sub(r"\{[^}]+\}", "*", path): tuple(m.upper() for m in methods)
        for path, methods in document()["paths"].items()
    }
    found: dict[str, Route] = {}
    for path, name, view in _walk(get_resolver(), "", ()):
        methods = operations.get("/" + _PLACE.sub("*", path))
        found.setdefault(path, Route(name, path, methods or methods_of(view)))
    return tuple(sorted(found.values(), key=lambda one: one.path))
