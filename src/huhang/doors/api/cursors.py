"""Where a page of a list ended, as a word that programs hand back unread.

It is checked and not signed: it only says from where to go on, and what is seen is decided by who asks.
"""

import base64
import binascii

from huhang.kernel.errors import Invalid
from huhang.reading.rules import Place

_LONGEST = 160
_YEARS = range(1900, 2200)


def word(order: str, place: Place) -> str:
    """The place as one word."""
    return base64.urlsafe_b64encode(f"{order}!{place.token()}".encode()).decode().rstrip("=")


def read(order: str, text: str) -> Place:
    """The place behind a word.

    Raises:
        Invalid: it is not one of ours, or belongs to a list in another order.
    """
    try:
        if len(text) > _LONGEST:
            raise ValueError(len(text))
        whole = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        said, _, token = whole.partition("!")
        place = Place.read(token)
        if said != order or (place.at is not None and place.at.year not in _YEARS):
            raise ValueError(said)
        if place.at is None and order != "due":
            raise ValueError(said)
    except (ValueError, binascii.Error, Invalid):
        raise Invalid(problems={"after": "翻页标记不对，请用上一页答复里的 next，并保持排序不变。"}) from None
    return place
