"""Asking who somebody is, before a page is made: every page passes one of these or is marked public."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import urlencode

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.kernel.errors import Denied

Page = Callable[..., HttpResponseBase]


def actor_of(request: HttpRequest) -> Actor:
    """The actor that admission resolved."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def officers(perm: Perm | None = None) -> Callable[[Page], Page]:
    """Only officers; with ``perm`` only those who hold it in some post. Strangers are sent to sign in."""

    def gate(page: Page) -> Page:
        @wraps(page)
        def inner(request: HttpRequest, *args: Any, **kw: Any) -> HttpResponseBase:
            actor = actor_of(request)
            if actor.kind != "officer":
                if request.headers.get("HX-Request"):
                    return HttpResponse(status=401)
                return redirect("/account/login/?" + urlencode({"next": request.get_full_path()}))
            if perm is not None and not allows(actor, perm):
                raise Denied
            return page(request, *args, **kw)

        inner.gate = "officers"  # type: ignore[attr-defined]
        return inner

    return gate


def public(page: Page) -> Page:
    """Marks a page that anybody may open; such pages stand in the reviewed list (SAFEGUARDS 1)."""
    page.gate = "public"  # type: ignore[attr-defined]
    return page
