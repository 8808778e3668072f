"""Sealing and blind indexing of personal fields: the arithmetic, without keys on disk or journal.

A sealed value is ``1 byte algorithm | 1 byte key-name length | key name | 12 byte nonce | ciphertext and tag``, so old
values stay readable after a key or algorithm change (SAFEGUARDS: "algorithm ids stored"). The purpose is bound in as
associated data: a phone's ciphertext put into an ID-number column does not open.
"""

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huhang.base.keyring.keys import Ring

AES_256_GCM = 1
HMAC_SHA256 = 1


class Unreadable(Exception):  # noqa: N818  a state of the value, not a fault of ours
    """A sealed value that no key of ours opens: damaged, moved to another column, or its key is gone."""


def seal(plain: str, purpose: str, ring: Ring) -> bytes:
    """The sealed bytes of ``plain`` for one purpose (such as ``person.phone``)."""
    nonce = secrets.token_bytes(12)
    name = ring.current.encode()
    body = AESGCM(ring.now).encrypt(nonce, plain.encode(), purpose.encode())
    return bytes((AES_256_GCM, len(name))) + name + nonce + body


def unseal(sealed: bytes, purpose: str, ring: Ring) -> str:
    """The plain text of a sealed value.

    Raises:
        Unreadable: wrong purpose, wrong or missing key, or a changed byte.
    """
    try:
        algorithm, length = sealed[0], sealed[1]
        name = sealed[2 : 2 + length].decode()
        nonce, body = sealed[2 + length : 14 + length], sealed[14 + length :]
        if algorithm != AES_256_GCM:
            raise Unreadable(f"unknown algorithm {algorithm}")
        return AESGCM(ring[name]).decrypt(nonce, body, purpose.encode()).decode()
    except (IndexError, KeyError, ValueError, InvalidTag) as problem:
        raise Unreadable("the value cannot be opened") from problem


def blind(plain: str, purpose: str, ring: Ring) -> bytes:
    """A keyed, purpose-bound index of ``plain``: equal values meet, nobody without the key can try them all."""
    digest = hmac.new(ring.now, f"{purpose}\x00{plain}".encode(), hashlib.sha256).digest()
    return bytes((HMAC_SHA256,)) + digest
