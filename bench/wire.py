"""Asking through WSGI, as the server does it: no test client stands between, so nothing but the product is measured."""

import io
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import urlencode


class Answer(NamedTuple):
    """What came back."""

    status: int
    content: bytes
    cookies: dict[str, str]


_BASE = {
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "HTTP_HOST": "localhost",
    "HTTP_ACCEPT_LANGUAGE": "zh-CN,zh;q=0.9,en;q=0.8",
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}


class Wire:
    """One application; built when first asked."""

    def __init__(self) -> None:
        from django.core.wsgi import get_wsgi_application

        self._app = get_wsgi_application()

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes = b"",
        content_type: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request and its answer, read to the end and closed."""
        said: dict[str, Any] = {}

        def start(status: str, told: list[tuple[str, str]], exc_info: Any = None) -> None:
            said["status"], said["told"] = int(status.split(" ", 1)[0]), told

        environ = {
            **_BASE,
            "REQUEST_METHOD": method,
            "PATH_INFO": path.encode().decode("latin-1"),
            "QUERY_STRING": urlencode(query or {}),
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": content_type,
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (headers or {}).items()},
        }
        chunks = self._app(environ, start)
        try:
            content = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        return Answer(said["status"], content, _cookies(said["told"]))


def _cookies(told: list[tuple[str, str]]) -> dict[str, str]:
    held: SimpleCookie = SimpleCookie()
    for name, value in told:
        if name.lower() == "set-cookie":
            held.load(value)
    return {name: morsel.value for name, morsel in held.items()}
