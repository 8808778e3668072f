"""The API described for people and programs: the document, a page made from it, and a page for every problem."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from huhang.doors.api.answers import answer
from huhang.doors.api.openapi import document
from huhang.doors.api.problems import SORTS, TYPES, Sort, problem
from huhang.doors.frame.gates import public


@dataclass(frozen=True)
class Named:
    """A line of a table: a name, what it is, whether it is needed, and what it means."""

    name: str
    kind: str
    needed: bool
    say: str


@dataclass(frozen=True)
class Endpoint:
    """One operation as the page shows it."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Named]
    sends: str
    fields: list[Named]
    answers: str
    shows: list[Named]
    refusals: list[Sort]


@dataclass(frozen=True)
class Chapter:
    """The operations of one tag."""

    name: str
    say: str
    endpoints: list[Endpoint]


@dataclass(frozen=True)
class Shape:
    """A published schema and what is in it."""

    name: str
    fields: list[Named]


@public
def index(request: HttpRequest) -> HttpResponse:
    """Whoever comes to the door without an address is shown the page."""
    return redirect("api:docs")


@public
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    return answer(document())


@public
def docs(request: HttpRequest) -> HttpResponse:
    """The document as a page."""
    spec = document()
    known = spec["components"]["schemas"]
    told = {
        "info": spec["info"],
        "chapters": [_chapter(tag, spec) for tag in spec["tags"]],
        "shapes": [Shape(name, _fields(schema, known)) for name, schema in sorted(known.items())],
        "problems": [*SORTS.values()],
        "types": TYPES,
    }
    return render(request, "api/docs.html", told)


@public
def problem_page(request: HttpRequest, code: str) -> HttpResponse:
    """What one sort of problem means; this is where ``type`` leads."""
    if code not in SORTS:
        return problem("missing")
    return render(request, "api/problem.html", {"sort": SORTS[code], "address": TYPES + code})


def _chapter(tag: dict[str, str], spec: dict[str, Any]) -> Chapter:
    found = [
        _endpoint(path, method, operation, spec["components"]["schemas"])
        for path, methods in spec["paths"].items()
        for method, operation in methods.items()
        if tag["name"] in operation["tags"]
    ]
    return Chapter(tag["name"], tag["description"], found)


def _endpoint(path: str, method: str, operation: dict[str, Any], known: dict[str, Any]) -> Endpoint:
    body = operation.get("requestBody", {}).get("content", {})
    sends, schema = next(((kind, said["schema"]) for kind, said in body.items()), ("", {}))
    good, said = next((code, said) for code, said in operation["responses"].items() if code.startswith("2"))
    shown: dict[str, Any] = next((content["schema"] for content in said.get("content", {}).values()), {})
    codes = [
        code
        for answered in operation["responses"].values()
        for content in answered.get("content", {}).values()
        for code in content.get("examples", {})
        if code in SORTS
    ]
    return Endpoint(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation["description"],
        parameters=[
            Named(p["name"], _kind(p["schema"]), p["required"], p.get("description", ""))
            for p in operation["parameters"]
        ],
        sends=sends,
        fields=_fields(schema, known),
        answers=good,
        shows=_fields(shown, known),
        refusals=[SORTS[code] for code in codes],
    )


def _fields(schema: dict[str, Any], known: dict[str, Any]) -> list[Named]:
    if "$ref" in schema:
        schema = known[schema["$ref"].rsplit("/", 1)[-1]]
    needed = schema.get("required", [])
    return [
        Named(name, _kind(said), name in needed, _(said["description"]) if said.get("description") else "")
        for name, said in schema.get("properties", {}).items()
    ]


def _kind(schema: dict[str, Any]) -> str:
    """The type of a value in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"{_kind(schema.get('items', {}))}[]"
    return str(schema.get("format") or schema.get("type") or "object")
