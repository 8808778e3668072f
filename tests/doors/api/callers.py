"""Programs that call the API: a token for any officer of the test city, and calls that read like sentences."""

import json
import threading
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.people.queries import actor_for
from huhang.base.people.tokens import issue
from huhang.kernel.numbering import uuid7

V1 = "/api/v1"
WORDS = {
    "title": "夜间渣土车噪声影响园区宿舍",
    "body": "晚上十二点以后渣土车从三号门过，宿舍睡不好。",
    "channel": "hotline",
    "nature": "help",
    "name": "王海燕",
    "phone": "13800000001",
}


_held = threading.local()


def _client() -> Client:
    """One client a thread: making one loads every middleware anew."""
    if not hasattr(_held, "client"):
        _held.client = Client(raise_request_exception=False)
    client: Client = _held.client
    client.cookies.clear()
    return client


@dataclass
class Caller:
    """One program with one token (or none)."""

    token: str = ""

    def _headers(self, given: dict[str, str]) -> dict[str, str]:
        return {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **given}

    def get(self, path: str, **headers: str) -> Any:
        return _client().get(V1 + path, headers=self._headers(headers))

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        """Posts JSON; bytes and text go as they are."""
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.raw("POST", path, data, "application/json", key=key, **headers)

    def raw(self, method: str, path: str, data: Any, content_type: str, *, key: str = "", **headers: str) -> Any:
        more = {"Idempotency-Key": key} if key else {}
        return _client().generic(
            method, V1 + path, data, content_type=content_type, headers=self._headers({**more, **headers})
        )

    def upload(self, path: str, **parts: Any) -> Any:
        return _client().post(V1 + path, parts, headers=self._headers({}))

    def file(self, **values: Any) -> dict[str, Any]:
        """Files a request and gives what was answered."""
        answer = self.post("/requests", {**WORDS, **values}, key=uuid7().hex)
        assert answer.status_code == 201, answer.content.decode()
        return dict(answer.json())

    def move(self, number: str, name: str, version: int | None = None, **values: Any) -> Any:
        """Makes a move on the version now known, unless one is given."""
        seen = version if version is not None else self.get(f"/requests/{number}").json()["version"]
        return self.post(f"/requests/{number}/moves/{name}", {"version": seen, "values": values})


def caller(username: str) -> Caller:
    """A program of this officer."""
    now = timezone.now()
    with acting(SYSTEM):
        actor = actor_for(username, now=now, door="desk")
    with acting(actor):
        return Caller(issue(name="测试", by=actor, now=now)[1])
