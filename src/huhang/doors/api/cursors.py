"""Where a page of a list ended, as a word that programs hand back unread.

It is checked and not signed: it only says from where to go on, and what is seen is decided by who asks.
"""

import base64
import binascii
import uuid
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from huhang.kernel.errors import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_LONGEST = 120


class Place(NamedTuple):
    """The last row of a page: its instant in the order asked for (none: it had none), and its id."""

    at: datetime | None
    id: uuid.UUID


def word(order: str, place: Place) -> str:
    """The place as one word."""
    at = "-" if place.at is None else str((place.at - _EPOCH) // _MICRO)
    return base64.urlsafe_b64encode(f"{order}|{at}|{place.id.hex}".encode()).decode().rstrip("=")


def read(order: str, text: str) -> Place:
    """The place behind a word.

    Raises:
        Invalid: it is not one of ours, or belongs to a list in another order.
    """
    try:
        if len(text) > _LONGEST:
            raise ValueError
        whole = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        said, at, row = whole.split("|")
        if said != order:
            raise ValueError
        when = None if at == "-" else _EPOCH + int(at) * _MICRO
        return Place(when, uuid.UUID(hex=row))
    except (ValueError, OverflowError, binascii.Error):
        raise Invalid(problems={"after": "翻页标记不对，请用上一页答复里的 next，并保持排序不变。"}) from None
