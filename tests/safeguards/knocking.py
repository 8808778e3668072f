"""Asking an address without leaving a trace: whatever the answer wrote is undone."""

import io
import re
import zipfile
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

_ONCE = re.compile(
    r'(csrf-token" content|csrfmiddlewaretoken" value|idempotency_key" value|name="key" value|nonce)="[^"]*"'
    r"|urn:uuid:[0-9a-f-]{36}|\"trace\":\"[^\"]*\""
)

_WRITES = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
_WRITES_WITHIN = re.compile(r"\(\s*(INSERT INTO|UPDATE|DELETE FROM)\b").search
"""A common table expression may write too; one that only counts does not."""


def writes(sql: str) -> bool:
    """Whether a statement changes or locks a row."""
    said = sql.lstrip(" (\n").upper()
    within = said.startswith("WITH") and _WRITES_WITHIN(said) is not None
    return said.startswith(_WRITES) or within or " FOR UPDATE" in said


def knock(client: Client, method: str, url: str, data: Any = None, **more: Any) -> Any:
    """One request, undone afterwards; a fault is an answer of 500 like any other.

    The answer carries ``said``, its whole text, and ``wrote``, the statements that changed something.
    """
    client.raise_request_exception = False
    held, wrote = dict(client.cookies), list[str]()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if writes(sql):
            wrote.append(sql)
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(note):
        if method == "GET":
            answer: Any = client.get(url, data or {}, **more) if data else client.get(url, **more)
        elif more.get("content_type"):
            answer = client.generic(method, url, data or "{}", **more)
        else:
            answer = client.post(url, data or {}, **more)
        answer.said, answer.wrote = text_of(answer), wrote
        transaction.set_rollback(True)
    client.cookies.clear()
    dict.update(client.cookies, held)
    cache.clear()
    return answer


def text_of(answer: Any) -> str:
    """Everything an answer says; a workbook is unpacked."""
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if not raw.startswith(b"PK"):
        return raw.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        return "\n".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def bare(text: str, *ids: object) -> str:
    """A text without what differs each time and without the ids that were asked for."""
    text = _ONCE.sub("", text)
    for one in ids:
        text = text.replace(str(one), "X")
    return text
