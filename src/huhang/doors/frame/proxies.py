"""Where a request really comes from, when proxies of ours stand in front; limits and lock-outs count by it."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Responds = Callable[[HttpRequest], HttpResponse]


class ProxiesMiddleware:
    """Takes the address the outermost of our own proxies saw as the sender's.

    Every proxy appends whom it heard from to ``X-Forwarded-For``, so with n proxies of ours the n-th entry from the
    right is the last one that a sender could not have written. Without such a setting the header is nobody's word.
    """

    def __init__(self, get_response: Responds) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        count = settings.HUHANG_PROXIES
        if count > 0:
            heard = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
            if len(heard) >= count and _is_address(heard[-count]):
                request.META["REMOTE_ADDR"] = heard[-count]
        return self.get_response(request)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
