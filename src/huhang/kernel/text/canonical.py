"""One spelling for one value, so that equal things have equal hashes (journal, idempotency keys, duplicates)."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from huhang.kernel.text.grams import fold


def canonical_json(obj: Any) -> str:
    """JSON with sorted keys, no spaces, Chinese as itself, moments in UTC to the microsecond.

    Raises:
        ValueError: a moment without a time zone, a number that is not finite, or half a character (lone surrogate).
        TypeError: a key that is not text, or a value JSON has no sure spelling for (sets, bytes, objects).
    """
    text = json.dumps(_plain(obj), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    text.encode()  # fails here, where the value is made, and not years later where the hash is checked
    return text


def plain(obj: Any) -> Any:
    """The same data as it will be read back from JSON: dates, times and ids as text, tuples as lists."""
    return json.loads(canonical_json(obj))


def digest(obj: Any) -> str:
    """SHA-256, in hexadecimal, of ``canonical_json(obj)``. Raises what that raises."""
    return hashlib.sha256(canonical_json(obj).encode()).hexdigest()


def fingerprint(text: str) -> str:
    """SHA-256, in hexadecimal, of what a text says: spacing, punctuation, width and case do not count.

    Equal fingerprints mean the same words (exact duplicates). It has no key: never use it to hide an ID number.
    """
    folded = fold(text)
    said = "".join(char for char in folded if unicodedata.category(char)[0] not in "PZ")
    return hashlib.sha256((said or folded).encode()).hexdigest()


def _plain(obj: Any) -> Any:
    """The value in JSON's own types."""
    match obj:
        case Enum():
            return _plain(obj.value)
        case None | bool() | int() | float() | str():
            return obj
        case datetime():
            return _moment(obj)
        case date():
            return obj.isoformat()
        case UUID() | Decimal():
            return str(obj)
        case Mapping():
            return {_key(key): _plain(value) for key, value in obj.items()}
        case list() | tuple():
            return [_plain(value) for value in obj]
    raise TypeError(f"no canonical JSON for {type(obj).__name__}")


def _moment(when: datetime) -> str:
    if when.utcoffset() is None:
        raise ValueError("a moment in canonical JSON needs a time zone")
    return when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _key(key: Any) -> str:
    """Keys are text only: 1 and "1" would become the same key."""
    if not isinstance(key, str):
        raise TypeError(f"a key in canonical JSON is text, not {type(key).__name__}")
    return str(key.value) if isinstance(key, Enum) else key
