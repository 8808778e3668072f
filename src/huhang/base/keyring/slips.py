"""Texts that open something to whoever holds them: drawn at random, told once, known again by a keyed digest alone."""

import hashlib
import hmac
import secrets

from huhang.base.keyring import keys

LONGEST = 64
"""No text of ours is so long."""


def _digest(text: str, use: str, key: bytes) -> bytes:
    return hmac.new(key, f"{use}\x00{text}".encode(), hashlib.sha256).digest()


def fresh(use: str) -> tuple[str, bytes]:
    """A text of 128 random bits and its digest. The digest is kept; the text is told once and kept nowhere.

    Args:
        use: what it opens; a text is good for one use alone.
    """
    text = secrets.token_urlsafe(16)
    return text, _digest(text, use, keys.ring("token").now)


def digests(text: str, use: str) -> list[bytes]:
    """The digests a text may be kept under, one for every key still held; none for what cannot be one of ours."""
    if len(text) >= LONGEST:
        return []
    return [_digest(text, use, key) for key in keys.ring("token").keys.values()]
