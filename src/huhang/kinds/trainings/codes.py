"""The code on the wall: signed, of one session and one stage, good for some hours. Nobody signs in with it (B5).

Nothing is read before the signature holds; a code by a key no longer held is as good as forged (SAFEGUARDS 14).
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
from huhang.kinds.trainings.rules import STAGES

_SHAPE, _SIGNED = ">16sBI", 16
_LENGTH = struct.calcsize(_SHAPE) + _SIGNED
GOOD_FOR = timedelta(hours=6)
"""A session lasts no longer; a code photographed and posted afterwards counts nobody."""
_STAGES = [name for name, _label in STAGES]


def _sign(raw: bytes, key: bytes) -> bytes:
    return hmac.new(key, b"training.code\x00" + raw, hashlib.sha256).digest()[:_SIGNED]


def make(case: uuid.UUID, stage: str, *, now: datetime) -> tuple[str, datetime]:
    """A code of a session for a stage, and until when it is good."""
    until = int((now + GOOD_FOR).timestamp())
    raw = struct.pack(_SHAPE, case.bytes, _STAGES.index(stage), until)
    text = base64.b32encode(raw + _sign(raw, keys.ring("token").now)).decode().rstrip("=")
    return text, datetime.fromtimestamp(until, UTC)


def read(text: str, *, now: datetime) -> tuple[uuid.UUID, str]:
    """Which session and stage a code is of.

    Raises:
        Invalid: forged or expired; each with its reason.
    """
    forged = Invalid("码不是本系统发的，或者不完整，请重新扫码。", field="code")
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
    of, stage, until = struct.unpack(_SHAPE, raw)
    if now >= datetime.fromtimestamp(until, UTC):
        raise Invalid("码已过期，请主办的民警重新出示。", field="code")
    return uuid.UUID(bytes=of), _STAGES[stage]
