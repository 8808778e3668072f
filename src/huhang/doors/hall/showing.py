"""How every page of the hall is shown: who is here, in which language, and that nobody's data stays in a cache."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from huhang.doors.frame.gates import actor_of
from huhang.doors.frame.parts import Who
from huhang.doors.frame.saying import say, say_hint
from huhang.doors.hall.visitor import phone_masked
from huhang.kernel.errors import Refusal, TooMany
from huhang.kernel.worktime import Language


def language() -> Language:
    """In which language worked-out sentences are told."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def page_of(request: HttpRequest) -> int:
    """Which page of a list is asked for: 1 unless a sensible number says otherwise."""
    asked = request.GET.get("page", "")
    # "²" is a digit to Python and no number to int
    return max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1


def hinted(refusal: Refusal) -> str:
    """A refusal's sentence in the reader's language, with what to do about it."""
    return f"{say(refusal)} {say_hint(refusal)}".rstrip()


def _who(request: HttpRequest) -> Who | None:
    actor = actor_of(request)
    if actor.kind == "person":
        return Who(actor.label)
    masked = phone_masked(request.session) if actor.kind == "stranger" else ""
    return Who(masked) if masked else None


def show(
    request: HttpRequest, name: str, context: Mapping[str, Any] | None = None, *, status: int = 200, open_: bool = False
) -> HttpResponse:
    """The page; ``open_`` ones hold nothing of anybody's and may stay in the browser's own cache."""
    around = {"who": _who(request), "kept_done": "", **(context or {})}
    response = render(request, f"hall/{name}.html", around, status=status)
    response["Cache-Control"] = "private, max-age=0" if open_ else "no-store, private"
    return response


def limited(response: HttpResponse, refusal: Refusal) -> HttpResponse:
    """Says when to come back, if that is what the refusal is about."""
    if isinstance(refusal, TooMany):
        response["Retry-After"] = str(refusal.retry_after)
    return response
