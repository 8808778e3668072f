"""GeoReport v2 described as OpenAPI, written down from the standard; answers are held against it by tests."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from huhang.doors.api.answers import answer
from huhang.doors.frame.gates import public


@cache
def document() -> dict[str, Any]:
    """The document. Read once: do not change it."""
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "georeport.yaml").read_text("utf-8"))
    return found


@public
@require_GET
def openapi(request: HttpRequest) -> HttpResponse:
    """The document for programs."""
    return answer(document())
