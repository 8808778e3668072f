"""The code at the gate: signed, of one subject, good for a while; scanned, it begins the visit (B3, 扫码入企).

It says which subject, when it was made and for how many minutes. Nothing is read before the signature holds; a code by
a key no longer held is as good as forged (SAFEGUARDS 14).
"""

import base64
import binascii
import hashlib
import hmac
import struct
import uuid
from datetime import UTC, datetime, timedelta

from huhang.base.keyring import keys
from huhang.kernel.errors import Invalid
from huhang.kinds.visits import catalogue

_SHAPE, _SIGNED = ">16sII", 16
_LENGTH = struct.calcsize(_SHAPE) + _SIGNED
AHEAD = timedelta(minutes=5)
"""So far may the clocks of two of our servers differ."""


def _sign(raw: bytes, key: bytes) -> bytes:
    return hmac.new(key, b"visit.gate\x00" + raw, hashlib.sha256).digest()[:_SIGNED]


def make(subject: uuid.UUID, *, now: datetime, printed: bool) -> tuple[str, datetime]:
    """A code of a subject and until when it is good: minutes on a screen, a quarter on paper (catalogue)."""
    rule = catalogue.rule()
    minutes = rule.gate_days * 24 * 60 if printed else rule.gate_minutes
    made = int(now.timestamp())
    raw = struct.pack(_SHAPE, subject.bytes, made, minutes)
    text = base64.b32encode(raw + _sign(raw, keys.ring("token").now)).decode().rstrip("=")
    return text, datetime.fromtimestamp(made, UTC) + timedelta(minutes=minutes)


def read(text: str, *, now: datetime, subject: uuid.UUID | None = None) -> uuid.UUID:
    """Which subject a code is of.

    Args:
        subject: whom the visit is to, if that is chosen already.

    Raises:
        Invalid: forged, not yet good, expired, or of another subject; each with its reason.
    """
    forged = Invalid("签到码不是本系统发的，或者不完整，请重新扫码。", field="code")
    bare = text.strip().upper()
    if len(bare) != -(-_LENGTH * 8 // 5):
        raise forged
    try:
        whole = base64.b32decode(bare + "=" * (-len(bare) % 8))
    except (binascii.Error, ValueError):
        raise forged from None
    raw, signed = whole[:-_SIGNED], whole[-_SIGNED:]
    if base64.b32encode(whole).decode().rstrip("=") != bare:  # spare bits of the last sign are no second spelling
        raise forged
    if not any(hmac.compare_digest(signed, _sign(raw, key)) for key in keys.ring("token").keys.values()):
        raise forged
    of, made, minutes = struct.unpack(_SHAPE, raw)
    at = datetime.fromtimestamp(made, UTC)
    if at > now + AHEAD:
        raise Invalid("签到码还没有生效，请核对服务器的时间。", field="code")
    if now >= at + timedelta(minutes=minutes):
        raise Invalid("签到码已过期，请对方重新出示。", field="code")
    found = uuid.UUID(bytes=of)
    if subject is not None and found != subject:
        raise Invalid("签到码是另一个主体的，请到要走访的主体扫码。", field="code")
    return found
