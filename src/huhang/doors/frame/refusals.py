"""Refusals become pages (or, under /api/, are left to the API's own problem answers)."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from psycopg_pool import PoolTimeout

from huhang.base.people.admission import OUTSIDE
from huhang.doors.frame.pages import error_page, refused
from huhang.kernel.errors import Denied, Missing, Refusal

log = logging.getLogger(__name__)
Responds = Callable[[HttpRequest], HttpResponse]
Page = Callable[..., HttpResponse]
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class RefusalMiddleware:
    """Turns a refusal raised anywhere in a page into the page that says it.

    A page that writes runs in a savepoint: whatever it had written before it refused is undone, and the page that says
    so can still be made. A page that wants a try counted although it refuses answers 422 itself instead of raising.
    Programs' doors turn refusals into problems inside their views, so a savepoint around those would undo nothing.
    """

    def __init__(self, get_response: Responds) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, page: Page, args: Any, kw: Any) -> HttpResponse | None:
        """Runs a writing page; reading ones, and signing in, are left to Django and allauth."""
        outside = request.method in SAFE or request.path.startswith((*OUTSIDE, "/api/"))
        if outside or not transaction.get_connection().in_atomic_block:
            return None
        try:
            with transaction.atomic():
                return page(request, *args, **kw)
        except Exception as exception:
            answer = self.process_exception(request, exception)
            if answer is None:
                raise
            return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for what went wrong, or none to let Django answer."""
        if isinstance(exception, Refusal):
            return self._refusal(request, exception)
        if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
            return error_page(413, request=request)
        if isinstance(exception, OperationalError | InterfaceError | PoolTimeout):
            log.error("the database did not answer: %s", type(exception).__name__)
            return error_page(503)
        return None

    def _refusal(self, request: HttpRequest, refusal: Refusal) -> HttpResponse:
        actor = getattr(request, "actor", None)
        stranger = actor is not None and actor.kind == "stranger"
        if stranger and isinstance(refusal, Missing | Denied) and request.path.startswith("/desk/"):
            return redirect("/account/login/?" + urlencode({"next": request.get_full_path()}))
        return refused(request, refusal)
