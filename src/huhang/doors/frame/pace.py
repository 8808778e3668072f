"""How fast one program or one address may go on, before anything is looked up for it; others never wait for it.

Each has a bucket that holds a minute's worth and fills evenly. The buckets are this process's own: no database, so a
flood costs nothing but its own refusals. Each of ``HUHANG_PROCESSES`` processes holds its share, rounded up, so all of
them together let through the limit and at most one less than their number more; whoever always meets the same process
has only that share.
"""

import hashlib
import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from huhang.doors.frame.pages import error_page

Responds = Callable[[HttpRequest], HttpResponse]
MOST_KEPT = 20_000
"""Buckets held; the one unused longest goes first."""
_INSIDE = ("/desk/", "/supervision/", "/static/")
"""Officers are known by name and answer for themselves; a whole bureau may come from one address."""


@dataclass
class Bucket:
    """What is left of a minute's worth, and when that was counted."""

    left: float
    at: float


class Buckets:
    """Many buckets, safe between threads."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, str], Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: tuple[str, str], a_minute: int, now: float) -> int:
        """Takes one; 0 when there was one, else the seconds until there is."""
        with self._lock:
            bucket = self._held.pop(key, None) or Bucket(a_minute, now)
            self._held[key] = bucket
            while len(self._held) > MOST_KEPT:
                self._held.popitem(last=False)
            bucket.left = min(a_minute, bucket.left + (now - bucket.at) * a_minute / 60)
            bucket.at = now
            if bucket.left < 1:
                return max(1, math.ceil((1 - bucket.left) * 60 / a_minute))
            bucket.left -= 1
            return 0

    def clear(self) -> None:
        """Forgets everybody."""
        with self._lock:
            self._held.clear()


BUCKETS = Buckets()


def moment() -> float:
    """Seconds on a clock that nobody sets."""
    return time.monotonic()


def share(most: int) -> int:
    """This process's part of what is allowed a minute, at least one."""
    return math.ceil(most / max(1, settings.HUHANG_PROCESSES))


def _limits(request: HttpRequest) -> Iterator[tuple[tuple[str, str], int]]:
    """The buckets a request draws from, with what they hold; a limit of 0 is none."""
    path, source = request.path_info, str(request.META.get("REMOTE_ADDR", ""))
    if path.startswith("/api/"):
        shown = request.headers.get("Authorization") or request.GET.get("api_key")
        if shown:
            yield ("token", hashlib.sha256(shown.encode(errors="replace")).hexdigest()), settings.HUHANG_PACE_TOKEN
        if not _is_here(source):
            yield ("source", source), settings.HUHANG_PACE_SOURCE
    elif request.method == "POST" and not path.startswith(_INSIDE) and not _is_here(source):
        yield ("post", source), settings.HUHANG_PACE_POSTS


def _is_here(source: str) -> bool:
    """An address of this machine is a proxy nobody counted (HUHANG_PROXIES), not a sender."""
    try:
        return ipaddress.ip_address(source).is_loopback
    except ValueError:
        return True


class PaceMiddleware:
    """Answers 429 with ``Retry-After`` to whoever goes too fast."""

    def __init__(self, get_response: Responds) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = moment()
        wait = max((BUCKETS.take(key, share(most), now) for key, most in _limits(request) if most > 0), default=0)
        if not wait:
            return self.get_response(request)
        if request.path_info.startswith("/api/"):  # put into words outside, as every refusal there
            return HttpResponse(status=429, headers={"Retry-After": str(wait)})
        say = _("短时间内请求太多，请 %(wait)d 秒后再试；没有保存的内容请再提交一次。") % {"wait": wait}
        response = error_page(429, request=None, say=say)
        response["Retry-After"] = str(wait)
        return response
