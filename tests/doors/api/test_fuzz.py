"""SAFEGUARDS 12: hostile input of every sort at every operation, by everybody: never a fault of the server."""

import json
import os
from collections import Counter
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huhang.base.journal.models import Entry
from huhang.cases.registry import kind_of
from huhang.doors.api.openapi import document
from tests.doors.api.callers import Caller, caller
from tests.factories.city import City

FUZZ = int(os.environ.get("HUHANG_FUZZ", "200"))

pytestmark = pytest.mark.django_db

HOSTILE = (
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "😀" * 30,
    "‮txt.exe",
    "';DROP TABLE cases_case;--",
    "=cmd|'/c calc'!A1",
    "%s%(x)s{0}",
    "${jndi:ldap://x}",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "字" * 5000,
    "2026-99-99",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "nan",
    "1e999",
    "-1",
    "00000000-0000-0000-0000-000000000000",
    "*",
    '"1"',
    "yes",
)
SCALARS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=12),
    st.integers(),
    st.sampled_from([2**31, 2**63, -(2**63), 10**30]),
    st.floats(),
    st.booleans(),
    st.none(),
)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)
RAW = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"[" * 100_000, b'{"a":' * 3000, b'{"body": Infinity}', b'{"a":1,"a":2}', b"\xef\xbb\xbf{}", b"null", b"3"]
    ),
)
CONTENT = st.sampled_from(
    ["application/json"] * 16
    + ["text/plain", "multipart/form-data; boundary=x", "", "application/xml", "application/json; charset=utf-7"]
)


def resolved(schema: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    return known[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema


def fitting(schema: dict[str, Any], known: dict[str, Any]) -> st.SearchStrategy[Any]:
    """A value as the schema asks for it, or nearly."""
    schema = resolved(schema, known)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([fitting(one, known) for one in schema["anyOf"]])
    match schema.get("type"):
        case "object":
            parts = schema.get("properties", {})
            needed = {n: fitting(s, known) for n, s in parts.items() if n in schema.get("required", [])}
            rest = {n: fitting(s, known) for n, s in parts.items() if n not in needed}
            return st.fixed_dictionaries(needed, optional=rest)
        case "string":
            if schema.get("format") == "uuid":
                return st.uuids().map(str)
            return st.text(alphabet="渣土车噪声ab1", min_size=1, max_size=20)
        case "integer":
            return st.integers(schema.get("minimum", 0), schema.get("maximum", 9))
        case "number":
            return st.floats(0, 80)
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
    return ANYTHING


def spoiled(draw: Any, value: Any) -> Any:
    """The value with one thing in it replaced or added, every other time."""
    if not isinstance(value, dict) or draw(st.booleans()):
        return value
    name = draw(st.sampled_from([*value, "surprise", "values", "version"]))
    return {**value, name: draw(ANYTHING)}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, said) for path, methods in document()["paths"].items() for method, said in methods.items()]


def address(draw: Any, path: str, numbers: list[str]) -> str:
    moves = [move.name for move in kind_of("request").moves]
    places = {
        "{number}": st.one_of(*[st.sampled_from(numbers)] * 6, st.sampled_from(HOSTILE), st.text(max_size=9)),
        "{move}": st.one_of(st.sampled_from(moves), st.sampled_from(HOSTILE)),
        "{year}": st.one_of(st.integers(1990, 2110).map(str), st.sampled_from(HOSTILE)),
        "{webhook}": st.one_of(st.uuids().map(str), st.sampled_from(HOSTILE)),
        "{delivery}": st.one_of(st.uuids().map(str), st.sampled_from(HOSTILE)),
        "{act}": st.one_of(st.sampled_from(["pause", "resume", "end"]), st.sampled_from(HOSTILE)),
        "{attachment}": st.one_of(st.uuids().map(str), st.sampled_from(HOSTILE)),
    }
    for name, strategy in places.items():
        if name in path:
            path = path.replace(name, quote(draw(strategy), safe="", errors="replace"))
    return path.removeprefix("/api/v1")


def queried(draw: Any, operation: dict[str, Any], known: dict[str, Any]) -> str:
    asked = [p for p in operation["parameters"] if p["in"] == "query"]
    chosen = draw(st.lists(st.sampled_from(asked), max_size=4)) if asked else []
    parts = []
    for parameter in chosen:
        value = draw(st.one_of(fitting(parameter["schema"], known), st.sampled_from(HOSTILE)))
        parts.append(f"{parameter['name']}={quote(str(value), errors='replace')}")
    return f"?{'&'.join(parts)}" if parts else ""


def body_of(draw: Any, operation: dict[str, Any], known: dict[str, Any]) -> bytes:
    content = operation.get("requestBody", {}).get("content", {})
    if not content or draw(st.integers(0, 9)) == 0:
        return bytes(draw(RAW))
    value = spoiled(draw, draw(fitting(next(iter(content.values()))["schema"], known)))
    return json.dumps(value).encode()


@pytest.mark.parametrize("who", ["stranger", "handler", "auditor"])
def test_nothing_sent_is_ever_a_fault_of_the_server(city: City, who: str) -> None:
    spec, everything = document(), operations()
    known = spec["components"]["schemas"]
    own = caller("handler").file()["number"]
    foreign = caller("clerk").file(phone="13800000009")["number"]
    program = Caller() if who == "stranger" else caller(who)
    told: Counter[int] = Counter()
    before = set(Entry.objects.values_list("id", flat=True))

    @settings(
        max_examples=FUZZ, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.data())
    def attack(data: st.DataObject) -> None:
        path, method, operation = data.draw(st.sampled_from(everything))
        here = address(data.draw, path, [own, foreign]) + queried(data.draw, operation, known)
        headers = {
            name: data.draw(st.sampled_from(["*", '"1"', "", "x", "9" * 40]))
            for name in data.draw(st.sets(st.just("If-Match")))
        }
        fresh = f"a-good-key-{told.total()}"
        key = data.draw(st.sampled_from([fresh, fresh, fresh, "", "a-good-key-0", "short", "k" * 300]))
        body = body_of(data.draw, operation, known) if method == "post" else b""
        answer = program.raw(method.upper(), here, body, data.draw(CONTENT), key=key, **headers)
        told[answer.status_code] += 1
        assert answer.status_code < 500, (method, here, body[:300], answer.content.decode())
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json"
            assert "\0" not in answer.content.decode()
        if who == "stranger":
            assert answer.status_code in (400, 401, 404, 405), (method, here)  # 400: a null character in the address
        if who == "auditor" and path.endswith("/talk/read") and answer.status_code == 200:
            assert answer.json() == {"marked": 0}, "an auditor speaks for neither side, so nothing is marked"
        elif who == "auditor" and method == "post" and not path.endswith("/download"):
            assert answer.status_code >= 400, (method, here)

    attack()
    print(f"fuzz as {who}: {sum(told.values())} requests, {dict(sorted(told.items()))}, no 5xx")
    if who != "handler":
        assert set(Entry.objects.values_list("id", flat=True)) == before
