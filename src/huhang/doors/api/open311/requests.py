"""Requests through the standard's door: made, listed, one of them, found by token."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from huhang.base.access.rules import Actor
from huhang.base.replies.actions import kept
from huhang.doors.api import writing
from huhang.doors.api.bodies import refuse_unknown
from huhang.doors.api.open311.asked import Asked, posted
from huhang.doors.api.open311.forms import told
from huhang.doors.api.open311.gate import door
from huhang.doors.api.open311.shapes import made_shape, request_shapes
from huhang.doors.api.requests import case_of
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Invalid, Missing
from huhang.kinds.requests.actions import file_request
from huhang.reading import ledger

FARTHEST = 10_000
"""So many rows may be paged through; further back one narrows by date."""
_KEY = "Idempotency-Key"


@door("GET", "POST")
def requests(request: HttpRequest, *, form: str) -> HttpResponse:
    """A list of them, or a new one."""
    return _make(request, form) if request.method == "POST" else _list(request, form)


def _make(request: HttpRequest, form: str) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    values, remark = posted(request.POST)
    key = request.headers.get(_KEY)
    if key is not None and not (8 <= len(key) <= 200 and key.isascii() and key.isprintable() and " " not in key):
        raise Invalid(problems={_KEY: "8 到 200 个可见的英文字符。"})

    def work() -> dict[str, Any]:
        filed = file_request(by=actor, now=now, **values)
        return made_shape(filed.case.number, filed.secret, remark)

    content = {name: request.POST.getlist(name) for name in request.POST if name != "api_key"}
    data, again = writing.once_only(key, by=actor, path="/api/open311/v2/requests", content=content, now=now, work=work)
    answer = told([data], "service_requests", form, 201)
    answer["Location"] = f"/api/open311/v2/requests/{data['service_request_id']}.{form}"
    if again:
        answer["Idempotency-Replayed"] = "true"
    return answer


def _list(request: HttpRequest, form: str) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    asked = Asked.read(request.GET, now)
    lines = list(islice(_within(actor, asked, now), asked.skip, asked.skip + asked.size))
    rows = request_shapes(actor, [line.id for line in lines], extended=asked.extended)
    return told(rows, "service_requests", form)


def _within(actor: Actor, asked: Asked, now: datetime) -> Iterator[ledger.Line]:
    """The list's filter knows days; the standard asks for instants."""
    for line in ledger.every(actor, asked.filter, now=now, most=FARTHEST):
        if asked.named or asked.first <= line.received_at <= asked.last:
            yield line


def _extended(given: QueryDict) -> bool:
    refuse_unknown(given, ("api_key", "jurisdiction_id", "extensions"))
    return given.get("extensions") == "true"


@door("GET")
def one(request: HttpRequest, number: str, *, form: str) -> HttpResponse:
    """One of them; the standard wraps it in a list."""
    actor = actor_of(request)
    case = case_of(actor, number)
    return told(request_shapes(actor, [case.pk], extended=_extended(request.GET)), "service_requests", form)


@door("GET")
def token(request: HttpRequest, token: str, *, form: str) -> HttpResponse:
    """The request behind a token.

    Requests are numbered at once, so a token is only needed by a sender whose line broke before the answer came: it is
    the Idempotency-Key they sent, or the number itself.
    """
    actor = actor_of(request)
    _extended(request.GET)
    held = kept(token, who=writing.sender(actor)) if 0 < len(token) <= 200 else None
    number = writing.reopened(held).get("service_request_id", "") if held is not None else token
    try:
        case = case_of(actor, str(number))
    except Missing:
        raise Missing("没有这个 token。") from None
    return told([{"service_request_id": case.number, "token": token}], "service_requests", form)
