"""Who carries a message to another system. A carrier is named by its dotted path in ``settings.HUHANG_WEBHOOKS``."""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from huhang.base.exchange import hosts
from huhang.kernel.errors import Unavailable

PATIENCE = 5.0
"""Seconds a receiver has, from the first packet to the last."""
_READ = 4096
"""Bytes of an answer that are read; only its status counts."""


class Carrier(Protocol):
    """Something that posts a message and tells the status it was answered with."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Posts it once and follows no redirect.

        Raises:
            Unavailable: nobody answered in time, or the address may not be reached.
        """


class Sandbox:
    """Sends nothing: the message stays on the page of deliveries, as if it had been taken."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        return 200


class Failing:
    """An outside world that is down, for tests of survival (SAFEGUARDS 19)."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        raise Unavailable("接收方没有应答。")


class Http:
    """Posts over HTTP or HTTPS to the address that was checked."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        to = hosts.target(url)
        line = _Line(to, hosts.resolved(to))
        # a time-out counts from packet to packet: a receiver that drips bytes is cut off by this
        cut = threading.Timer(PATIENCE, line.cut)
        cut.daemon = True
        cut.start()
        try:
            line.request("POST", to.path, body, {"Host": to.name, "Content-Type": "application/json", **headers})
            answer = line.getresponse()
            answer.read(_READ)
            if line.was_cut:  # half an answer reads like a whole one
                raise TimeoutError
            return answer.status
        except (OSError, http.client.HTTPException, ValueError) as problem:
            late = isinstance(problem, TimeoutError) or line.was_cut
            raise Unavailable("接收方没有及时应答。" if late else "连不上接收方。") from problem
        finally:
            cut.cancel()
            line.close()


class _Line(http.client.HTTPConnection):
    """A connection to one checked address, with the certificate of the name."""

    def __init__(self, to: hosts.Target, address: str) -> None:
        super().__init__(to.host, to.port, timeout=PATIENCE)
        self._to, self._address, self.was_cut = to, address, False
        self._plain: socket.socket | None = None

    def connect(self) -> None:
        self._plain = socket.create_connection((self._address, self._to.port), PATIENCE)
        self.sock: Any = self._plain
        if self._to.tls:
            self.sock = ssl.create_default_context().wrap_socket(self._plain, server_hostname=self._to.host)

    def cut(self) -> None:
        """Ends the call, wherever it is."""
        self.was_cut = True
        for one in (self.sock, self._plain):
            if one is not None:
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # it has ended already


def chosen() -> Carrier:
    """The carrier of this installation.

    Raises:
        Unavailable: a trial installation is set to speak to the world, or the path names nothing.
    """
    try:
        found = import_string(settings.HUHANG_WEBHOOKS)
    except ImportError as problem:
        raise Unavailable("推送通道的设置不对。", hint="请检查 HUHANG_WEBHOOKS。") from problem
    if settings.HUHANG_TRIAL and found is not Sandbox:
        raise Unavailable("试用环境不向外推送。", hint="正式使用时设置 HUHANG_TRIAL=0。")
    carrier: Carrier = found()
    return carrier


def is_sandbox() -> bool:
    """Whether nothing is really sent."""
    return bool(import_string(settings.HUHANG_WEBHOOKS) is Sandbox)
