"""Which devices are the staff's: no rating is taken from them, so that nobody rates their own work (C4).

A browser in which an officer ever signed in carries a signed mark; networks of the bureau are named in the settings.
"""

import ipaddress
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Responds = Callable[[HttpRequest], HttpResponse]
COOKIE = "huhang_staff"
LASTS = 180 * 24 * 3600
_SALT = "staff.device"


class DevicesMiddleware:
    """Marks the browser an officer works in; the mark stays when they sign out."""

    def __init__(self, get_response: Responds) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        actor = getattr(request, "actor", None)
        if actor is not None and actor.kind == "officer" and actor.door == "desk" and COOKIE not in request.COOKIES:
            response.set_signed_cookie(
                COOKIE,
                "1",
                salt=_SALT,
                max_age=LASTS,
                httponly=True,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )
        return response


@cache
def _networks() -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(one, strict=False) for one in settings.HUHANG_STAFF_NETWORKS)


def is_staff_device(request: HttpRequest) -> bool:
    """Whether this request comes from a device or a network of the staff."""
    actor = getattr(request, "actor", None)
    if actor is not None and actor.kind == "officer":
        return True
    if request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=LASTS):
        return True
    try:
        address = ipaddress.ip_address(str(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return False
    return any(address in network for network in _networks())
