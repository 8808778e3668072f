"""L3: a receiver's address never leads into our own network (server-side request forgery)."""

import ipaddress
import socket
from typing import Any

import pytest

from huhang.base.exchange import hosts
from huhang.base.exchange.rules import signature, wait_after
from huhang.kernel.errors import Invalid, Unavailable


@pytest.fixture(autouse=True)
def allowed(settings: Any) -> Any:
    settings.HUHANG_WEBHOOK_HOSTS = ["platform.example.cn", ".gov.example", "127.0.0.1", "10.0.0.7", "::1"]
    settings.HUHANG_WEBHOOK_NETS = []
    return settings


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://platform.example.cn/hooks?x=1", "platform.example.cn", "/hooks?x=1"),
        ("http://a.b.gov.example:8080", "a.b.gov.example:8080", "/"),
        ("https://PLATFORM.example.cn.:443/", "platform.example.cn", "/"),
    ],
)
def test_what_is_listed_may_be_told(url: str, host: str, path: str) -> None:
    to = hosts.target(url)
    assert (to.name, to.path) == (host, path)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "ftp://platform.example.cn/",
        "file:///etc/passwd",
        "https://",
        "https://elsewhere.example/",
        "https://gov.example/",
        "https://evilgov.example/",
        "https://user:pw@platform.example.cn/",
        "https://platform.example.cn/#x",
        "https://platform.example.cn:99999/",
        "https://platform.example.cn\r\nHost: x/",
        "https://platform.example.cn\\@10.0.0.1/",
        "https://平台.example.cn/",
        "http://127.0.0.1/",
        "http://10.0.0.7/",
        "http://[::1]/",
        "https://platform.example.cn/" + "a" * 500,
    ],
)
def test_everything_else_is_refused_beside_the_field(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        hosts.target(url)
    assert "url" in refused.value.problems


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
        ),
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1"),
        *("64:ff9b::a00:1", "2001:db8::1"),
    ],
)
def test_no_private_address_is_reachable_in_any_spelling(address: str) -> None:
    assert not hosts.reachable(ipaddress.ip_address(address))


def test_public_ones_are_and_networks_of_ones_own_when_named(settings: Any) -> None:
    assert hosts.reachable(ipaddress.ip_address("93.184.216.34"))
    assert hosts.reachable(ipaddress.ip_address("2606:2800:220:1::1"))
    settings.HUHANG_WEBHOOK_NETS = ["10.0.0.0/8"]
    assert hosts.reachable(ipaddress.ip_address("10.1.2.3"))
    assert not hosts.reachable(ipaddress.ip_address("192.168.1.1"))


def test_a_name_that_leads_inside_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even when one of its addresses is a good one: the next look might give the other."""

    def told(*addresses: str) -> None:
        rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 443)) for a in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: rows)

    to = hosts.target("https://platform.example.cn/")
    told("93.184.216.34")
    assert hosts.resolved(to) == "93.184.216.34"
    for inside in (("10.0.0.1",), ("93.184.216.34", "127.0.0.1"), ()):
        told(*inside)
        with pytest.raises(Unavailable):
            hosts.resolved(to)


def test_the_signature_is_the_documented_one() -> None:
    told = signature("whs_secret", 1764000000, b'{"id":"x"}')
    assert told == "v1=" + __import__("hmac").new(b"whs_secret", b'1764000000.{"id":"x"}', "sha256").hexdigest()


def test_waits_grow_to_six_hours_and_no_further() -> None:
    waits = [wait_after(n).total_seconds() for n in (1, 2, 3, 4, 11, 12, 1000)]
    assert waits == [15, 30, 60, 120, 15360, 21600, 21600]
