"""Who comes in: the actor of a request, told to the database for as long as the request lasts."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from huhang.base.access.context import acting
from huhang.base.access.rules import STRANGER, Actor
from huhang.base.people.public import person_actor
from huhang.base.people.queries import actor_of
from huhang.base.people.tokens import bearer

Responds = Callable[[HttpRequest], HttpResponse]
OUTSIDE = ("/account/", "/static/", "/healthz")
"""Signing in counts failures that must stay written, so it stands outside the request's transaction."""


def actor_for_request(request: HttpRequest) -> Actor:
    """Officer by session or token, resident by a proved phone or number and secret, else a stranger."""
    if request.path.startswith("/api/"):
        return bearer(request.headers.get("Authorization", ""))
    user: Any = request.user
    if user.is_authenticated:
        return actor_of(user, door="desk")
    return person_actor(request.session)


def lacks_second_factor(request: HttpRequest, actor: Actor) -> bool:
    """Whether a privileged officer signed in without the second factor that the setting asks for."""
    if not settings.HUHANG_MFA_REQUIRED or not actor.privileged or actor.door != "desk":
        return False
    methods = request.session.get("account_authentication_methods", [])
    return not any(m.get("method") == "mfa" for m in methods)


class AdmissionMiddleware:
    """One transaction a request, in which the database knows who acts; a crash in it leaves nothing written."""

    def __init__(self, get_response: Responds) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OUTSIDE):
            request.actor = STRANGER  # type: ignore[attr-defined]
            return self.get_response(request)
        actor = actor_for_request(request)
        request.actor = actor  # type: ignore[attr-defined]
        if actor.door == "desk" and request.user.must_change_password:  # type: ignore[union-attr]
            return redirect("account_change_password")
        if lacks_second_factor(request, actor):
            return redirect("mfa_index")
        with acting(actor):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Whatever a page had written before it failed is undone."""
        if not request.path.startswith(OUTSIDE) and transaction.get_connection().in_atomic_block:
            transaction.set_rollback(True)
