"""Where messages may go. A receiver's address is somebody else's word: our own network must not be reached by it.

An address is checked when it is entered and again, resolved, before every message; the connection goes to the very
address that was checked, so a name that resolves differently a moment later gains nothing.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from huhang.kernel.errors import Invalid, Unavailable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_HIDDEN = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that stand for IPv4 ones (NAT64)."""


@dataclass(frozen=True)
class Target:
    """A receiver's address taken apart."""

    tls: bool
    host: str
    port: int
    path: str

    @property
    def name(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


def target(url: str, *, anywhere: bool = False) -> Target:
    """The address, if messages may go there.

    Args:
        anywhere: any host will do, because nothing is really sent (the sandbox).

    Raises:
        Invalid: beside ``url``.
    """
    try:
        if not url.isascii() or not url.isprintable() or " " in url or len(url) > 500 or "\\" in url:
            raise ValueError(url)
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise Invalid("地址写法不对，如 https://platform.example.gov.cn/hooks。", field="url") from None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in ("http", "https") or not host or parts.username is not None or parts.fragment:
        raise Invalid("地址要以 https:// 或 http:// 开头，里面不写用户名和 #。", field="url")
    if not (anywhere or _listed(host)):
        raise Invalid(
            "这个主机不在允许的名单里。", field="url", hint="请系统管理员在设置 HUHANG_WEBHOOK_HOSTS 里加上它。"
        )
    literal = _literal(host)
    if literal is not None and not reachable(literal):
        raise Invalid("不能推送到本机和内部网络的地址。", field="url")
    query = f"?{parts.query}" if parts.query else ""
    return Target(parts.scheme == "https", host, port, (parts.path or "/") + query)


def _listed(host: str) -> bool:
    def fits(allowed: str) -> bool:
        return allowed == "*" or host == allowed or (allowed.startswith(".") and host.endswith(allowed))

    return any(fits(one.strip().lower()) for one in settings.HUHANG_WEBHOOK_HOSTS if one.strip())


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def reachable(address: Address) -> bool:
    """Whether messages may go to this address: the public internet, and networks the settings name."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return reachable(address.ipv4_mapped)
        if address in _HIDDEN:
            return reachable(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    nets = (ipaddress.ip_network(net.strip()) for net in settings.HUHANG_WEBHOOK_NETS if net.strip())
    if any(net.version == address.version and address in net for net in nets):
        return True
    return address.is_global and not address.is_multicast and not address.is_reserved


def resolved(to: Target) -> str:
    """The address to connect to; every address the name has must be allowed.

    Raises:
        Unavailable: the name is not known, or leads into a network that is not allowed.
    """
    try:
        found = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise Unavailable("接收地址的主机名查不到。") from problem
    addresses = [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in found]
    if not addresses or not all(reachable(one) for one in addresses):
        raise Unavailable("接收地址指向本机或内部网络，没有推送。")
    return str(addresses[0])
