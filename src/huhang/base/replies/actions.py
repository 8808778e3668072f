"""One submission, one effect: the first under a key does the work, the others get its answer.

The key row is inserted before the work, in the work's own transaction. A second submission waits on that row's unique
index until the first has committed or failed, so there is no moment at which both could work.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from huhang.base.keyring import keys
from huhang.base.replies.models import Reply
from huhang.base.statements import rows
from huhang.base.statements.prepared import prepared
from huhang.base.statements.whole import whole
from huhang.kernel.errors import Conflict, Invalid


@dataclass(frozen=True)
class Answer:
    """What is answered to a submission: a status, a body, and where the made thing is."""

    status: int
    body: str = ""
    location: str = ""
    again: bool = False


def _hash(*parts: str) -> bytes:
    """Keyed, because a submission may hold a phone number, and an unkeyed hash of one can be tried out."""
    return hmac.new(keys.ring("blind").now, "\x1f".join(("reply", *parts)).encode(), hashlib.sha256).digest()


def once(key: str, *, who: str, content: str, now: datetime, work: Callable[[], Answer]) -> Answer:
    """Runs ``work`` once for a key of one sender and answers the same to every repeat.

    Args:
        key: the sender's own idempotency key.
        who: whose key it is, so that keys of two senders never meet.
        content: the submission in canonical form.

    Raises:
        Invalid: the key was used before for something else.
        Conflict: the first submission under this key is still at work elsewhere.
    """
    mark, digest = _hash(who, key), _hash(content)
    with prepared(), whole():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO replies_reply (key, digest, status, body, location, at) VALUES (%s, %s, 0, '', '', %s)"
                " ON CONFLICT (key) DO NOTHING",
                [mark, digest, now],
            )
            first = cursor.rowcount == 1
        if not first:
            return _repeat(mark, digest)
        answer = work()
        rows.change(
            Reply(key=mark, status=answer.status, body=answer.body, location=answer.location),
            "status",
            "body",
            "location",
        )
        return answer


def kept(key: str, *, who: str) -> Answer | None:
    """What was answered under a sender's key, for one whose line broke before the answer came; else none."""
    held = Reply.objects.filter(pk=_hash(who, key)).exclude(status=0).first()
    return Answer(held.status, held.body, held.location, again=True) if held else None


KEPT = timedelta(days=30)
"""So long a submission is recognised as a repeat."""


def expire(*, now: datetime) -> int:
    """Forgets answers older than `KEPT`; returns how many."""
    return Reply.objects.filter(at__lt=now - KEPT).delete()[0]


def _repeat(mark: bytes, digest: bytes) -> Answer:
    held = Reply.objects.filter(pk=mark).first()
    if held is None:
        raise Conflict("同一份提交正在办理，请稍候再看结果。")
    if bytes(held.digest) != digest:
        raise Invalid("这个幂等键已用于另一份内容，请换一个键再提交。", field="Idempotency-Key")
    return Answer(held.status, held.body, held.location, again=True)
