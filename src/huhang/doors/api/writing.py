"""Doing something once: the first post under a key does the work, every repeat gets its answer.

The kept answer is sealed, because it may hold the secret of a request, which stands in plain text nowhere.
"""

import base64
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja.params.functions import Header

from huhang.base.access.rules import Actor
from huhang.base.keyring import keys
from huhang.base.replies.actions import Answer, once
from huhang.base.vault import rules as sealing
from huhang.doors.api.answers import answer, text_of
from huhang.kernel.errors import Unavailable
from huhang.kernel.text import canonical_json

_PURPOSE = "api.reply"
_RULES: dict[str, Any] = {"min_length": 8, "max_length": 200, "pattern": r"^[\x21-\x7e]+$"}


def key_needed() -> Any:
    """The header a request for something new must carry."""
    return Header(
        ...,
        alias="Idempotency-Key",
        description="调用方自己起的键；同一个键再发一次，得到同一个答复，不会办两次",
        example="f3b1c9e2-7a54",
        **_RULES,
    )


def key_welcome() -> Any:
    """The same header where it may be left out."""
    return Header(None, alias="Idempotency-Key", description="可选；同一个键再发一次，得到同一个答复", **_RULES)


def _seal(text: str) -> str:
    return base64.b64encode(sealing.seal(text, _PURPOSE, keys.ring("token"))).decode()


def _open(kept: str) -> str:
    try:
        return sealing.unseal(base64.b64decode(kept), _PURPOSE, keys.ring("token"))
    except sealing.Unreadable as problem:
        raise Unavailable("上次的答复打不开了。", hint="请按编号查询这件事。") from problem


def sender(by: Actor) -> str:
    """Whose key it is."""
    return f"api:{by.id}"


def reopened(held: Answer) -> dict[str, Any]:
    """The data of a kept answer."""
    data = json.loads(_open(held.body)) if held.body else {}
    return data if isinstance(data, dict) else {}


def once_only(
    key: str | None, *, by: Actor, path: str, content: Any, now: datetime, work: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """Runs ``work`` and gives its data; under a key, once. The second value says that it was done before.

    Raises:
        Invalid: the key was used for something else.
        Conflict: the first post under this key is still at work.
    """
    if key is None:
        return work(), False
    said = canonical_json({"path": path, "content": content})
    held = once(key, who=sender(by), content=said, now=now, work=lambda: Answer(201, _seal(text_of(work()))))
    return reopened(held), held.again


def done(
    request: HttpRequest,
    key: str | None,
    *,
    by: Actor,
    content: Any,
    now: datetime,
    work: Callable[[], tuple[Any, str]],
    status: int = 200,
) -> HttpResponse:
    """Runs ``work`` (which gives the answer's data and its location) and answers; with a key, once.

    Args:
        content: what was sent, apart from the address, which counts too.

    Raises:
        Invalid: the key was used for something else.
        Conflict: the first post under this key is still at work.
    """
    if key is None:
        data, location = work()
        return _made(text_of(data), status, location)

    def kept() -> Answer:
        data, location = work()
        return Answer(status, _seal(text_of(data)), location)

    said = canonical_json({"path": request.path, "content": content})
    held = once(key, who=sender(by), content=said, now=now, work=kept)
    response = _made(_open(held.body), held.status, held.location)
    if held.again:
        response["Idempotency-Replayed"] = "true"
    return response


def _made(text: str, status: int, location: str) -> HttpResponse:
    return answer(text, status, headers={"Location": location} if location else None)
