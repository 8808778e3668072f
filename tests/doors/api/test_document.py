"""The document says what the API does: every operation, every refusal, and every answer fits what was published."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from huhang.doors.api import schemas
from huhang.doors.api.openapi import document
from huhang.doors.api.problems import SORTS
from tests.doors.api.callers import Caller, caller
from tests.factories.city import City

pytestmark = pytest.mark.django_db

REFUSED_BY_METHOD = {
    "get": {"401", "500", "503"},
    "post": {"400", "401", "403", "409", "413", "422", "429", "500", "503"},
}


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(v) for v in value.values()))
    return set().union(*(references(v) for v in value)) if isinstance(value, list) else set()


def routes(resolver: URLResolver, before: str = "") -> list[str]:
    found: list[str] = []
    for one in resolver.url_patterns:
        here = before + str(one.pattern)
        found += routes(one, here) if isinstance(one, URLResolver) else [here] if isinstance(one, URLPattern) else []
    return found


def test_every_operation_tells_what_it_is_and_how_it_is_refused() -> None:
    spec = document()
    ids = []
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            ids.append(operation["operationId"])
            assert operation["summary"], path
            assert len(operation["description"]) > 5, path
            assert operation["security"] == [{"Token": []}], path
            assert set(operation["responses"]) >= REFUSED_BY_METHOD[method], path
            if "{number}" in path:
                assert "404" in operation["responses"], path
            for status, said in operation["responses"].items():
                kinds = set(said.get("content", {}))
                assert kinds == {"application/problem+json"} if status >= "400" else kinds, (path, status)
    assert len(ids) == len(set(ids))
    assert spec["components"]["securitySchemes"]["Token"]["scheme"] == "bearer"


def test_nothing_is_referred_to_that_is_not_there() -> None:
    spec = document()
    known = {f"#/components/schemas/{name}" for name in spec["components"]["schemas"]}
    assert references(spec) <= known
    assert json.loads(json.dumps(spec)) == spec


def test_every_route_is_in_the_document_or_describes_the_api() -> None:
    import re

    described = {re.sub(r"\{[^}]+\}", "*", path) for path in document()["paths"]}
    described |= {f"/api/v1/{name}" for name in ("", "docs", "openapi.json", "problems/*")}
    real = {"/" + re.sub(r"<[^>]+>", "*", route) for route in routes(get_resolver()) if route.startswith("api/v1/")}
    assert real == described


def test_the_page_shows_every_operation_without_any_script_from_outside(client: Client) -> None:
    page = client.get("/api/v1/docs")
    text = page.content.decode()
    assert page.status_code == 200
    for path in document()["paths"]:
        assert path in text
    assert 'src="http' not in text
    assert client.get("/api/v1/").headers["Location"] == "/api/v1/docs"
    assert Caller().get("/openapi.json").json()["info"]["version"] == "1"


def test_every_type_of_problem_opens_a_page_that_explains_it(client: Client) -> None:
    for code, sort in SORTS.items():
        page = client.get(f"/api/v1/problems/{code}")
        assert page.status_code == 200
        assert str(sort.say) in page.content.decode()
    assert client.get("/api/v1/problems/nothing").status_code == 404


def test_every_answer_fits_its_published_schema(city: City) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    clerk, dispatcher = caller("clerk"), caller("dispatcher")
    made = clerk.file()
    number = made["number"]
    schemas.Filed.model_validate(made, extra="forbid", by_alias=True)
    moved = dispatcher.move(number, "classify", category="PS-02", nature="help", urgency="0").json()
    schemas.Moved.model_validate(moved, extra="forbid")
    clerk.post(f"/requests/{number}/comments", {"text": "备注"})
    sent = clerk.upload(f"/requests/{number}/attachments", file=SimpleUploadedFile("a.txt", "字".encode()))
    schemas.Attachment.model_validate(sent.json(), extra="forbid")
    shapes: tuple[tuple[str, Any], ...] = (
        ("/me", schemas.Me),
        ("/units", schemas.Units),
        ("/categories", schemas.Categories),
        ("/natures", schemas.Natures),
        ("/states", schemas.States),
        ("/kinds", schemas.Kinds),
        ("/calendar/2026", schemas.CalendarYear),
        ("/calendar/2031", schemas.CalendarYear),
        ("/requests?count=true", schemas.Page),
        (f"/requests/{number}", schemas.Record),
        (f"/requests/{number}/steps", schemas.Steps),
        (f"/requests/{number}/clocks", schemas.Clocks),
        (f"/requests/{number}/comments", schemas.Comments),
        (f"/requests/{number}/attachments", schemas.Attachments),
    )
    for path, shape in shapes:
        answer = dispatcher.get(path)
        assert answer.status_code == 200, (path, answer.content.decode())
        shape.model_validate(answer.json(), extra="forbid", by_alias=True)
        assert answer["Cache-Control"] == "no-store, private"
    refused = dispatcher.get("/requests?state=nowhere")
    schemas.Problem.model_validate(refused.json(), extra="forbid")


def test_the_year_says_which_notice_it_follows_or_that_it_is_provisional(city: City) -> None:
    known, later = (caller("clerk").get(f"/calendar/{year}").json() for year in (2026, 2031))
    assert (known["version"] >= 1, known["working_days"] > 240) == (True, True)
    assert (later["version"], later["provisional"]) == (0, True)
    assert caller("clerk").get("/calendar/1850").status_code == 404
