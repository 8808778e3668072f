"""Behind proxies of ours the sender's address is the last one a sender could not have written."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from huhang.doors.cli.doctor import _proxies
from huhang.doors.frame.proxies import ProxiesMiddleware


def seen(forwarded: str | None) -> str:
    told: list[str] = []

    def page(request: HttpRequest) -> HttpResponse:
        told.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    more = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    ProxiesMiddleware(page)(RequestFactory(REMOTE_ADDR="10.0.0.9").get("/", **more))  # type: ignore[arg-type]
    return told[0]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "1.1.1.1", "10.0.0.9"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 10.0.0.8", "1.1.1.1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (2, "1.1.1.1", "10.0.0.9"),
        (1, "unknown", "10.0.0.9"),
        (1, None, "10.0.0.9"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(
    settings: Any, proxies: int, forwarded: str | None, address: str
) -> None:
    settings.HUHANG_PROXIES = proxies
    assert seen(forwarded) == address


def test_the_doctor_says_when_proxies_were_forgotten(settings: Any) -> None:
    settings.BEHIND_TLS, settings.HUHANG_PROXIES = True, 0
    assert not _proxies().well
    settings.HUHANG_PROXIES = 1
    assert _proxies().well
