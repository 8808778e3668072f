"""JSON as it leaves the house: built from plain dictionaries, because models cost more than the query behind them."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.functional import Promise


def moment(when: datetime | None) -> str | None:
    """An instant in UTC, to the second: ``2026-11-20T02:00:00Z``."""
    return when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z" if when else None


def _spelled(value: Any) -> str:
    if type(value) is UUID:
        return str(value)
    match value:
        case UUID() | Promise():
            return str(value)
        case datetime():
            return str(moment(value))
        case date():
            return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


def text_of(data: Any) -> str:
    """The JSON text of an answer."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_spelled)


def answer(
    data: Any, status: int = 200, *, content_type: str = "application/json", headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """One answer. Nothing here may be kept by a cache: what is seen depends on who asks."""
    text = data if isinstance(data, str) else text_of(data)
    response = HttpResponse(text.encode(), status=status, content_type=content_type, headers=dict(headers or {}))
    response["Cache-Control"] = "no-store, private"
    return response


def etag(version: int) -> str:
    """The version of a case as an entity tag."""
    return f'"{version}"'
