"""Saying on the next page what was done, and telling the browser that a kept draft has arrived."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse


def done(request: HttpRequest, text: str, *, keep: str = "") -> None:
    """Say ``text`` on the next page; ``keep`` is the ``data-keep`` key of the form whose draft may now be forgotten."""
    messages.success(request, text, extra_tags=f"kept:{keep}" if keep else "")


def forget_draft(response: HttpResponse, keep: str) -> HttpResponse:
    """Let a partial answer tell the browser to forget the draft ``keep``; other events in the header are left."""
    events = json.loads(response.headers.get("HX-Trigger", "{}"))
    response["HX-Trigger"] = json.dumps({**events, "kept-done": keep})
    return response
