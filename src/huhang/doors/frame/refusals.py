"""Refusals become pages (or, under /api/, are left to the API's own problem answers)."""

import logging
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from psycopg_pool import PoolTimeout

from huhang.doors.frame.pages import error_page, refused
from huhang.kernel.errors import Denied, Missing, Refusal

log = logging.getLogger(__name__)
Responds = Callable[[HttpRequest], HttpResponse]


class RefusalMiddleware:
    """Turns a refusal raised anywhere in a page into the page that says it."""

    def __init__(self, get_response: Responds) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

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
        if isinstance(refusal, Missing | Denied) and actor is not None and actor.kind == "stranger":
            if request.path.startswith("/desk/"):
                return redirect("/account/login/?" + urlencode({"next": request.get_full_path()}))
        return refused(request, refusal, problems=getattr(refusal, "problems", {}))
