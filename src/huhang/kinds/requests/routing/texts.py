"""What a classifier reads in a request: runs of one and two characters, and a few facts as words of their own.

Digits are one sign and letters are small, so that no telephone or identity number can become part of a vocabulary.
"""

import re
from collections import Counter

from huhang.kernel.text import half_width

LONGEST = 2
"""Characters in a run."""
READ = 3_000
"""Characters of a request that are read; what a matter is about stands early."""

_DIGITS, _SPACE = re.compile(r"\d+"), re.compile(r"\s+")
_PLACE = re.compile(r"[a-z]\d*(?=[市区县镇])")
Read = tuple[str, tuple[str, ...]]
"""A text made plain, and the facts beside it."""
MARK = "\x1f"
"""Begins a fact, so that it can never be mistaken for text."""


def reading(title: str, body: str, *facts: str) -> Read:
    """Title and body as one plain text, the title once when the body begins with it, and the facts beside it."""
    title, body = half_width(title).lower(), half_width(body).lower()
    text = body if body.startswith(title) else f"{title}。{body}"
    return _SPACE.sub("", _DIGITS.sub("0", _PLACE.sub("某", text[:READ]))), tuple(f for f in facts if f)


def grams(read: Read) -> Counter[str]:
    """How often every run of one and two characters occurs, and every fact once."""
    text, facts = read
    found: Counter[str] = Counter()
    for length in range(1, LONGEST + 1):
        found.update(text[i : i + length] for i in range(len(text) - length + 1))
    for fact in facts:
        found[MARK + fact] = 1
    return found
