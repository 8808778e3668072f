"""The secret beside a number, by which somebody without an account follows a case (C7); any kind may give one."""

import hashlib
import hmac
import uuid

from huhang.base.access.context import SYSTEM, acting
from huhang.base.keyring import keys
from huhang.cases.models import Case
from huhang.kernel.errors import Missing
from huhang.kernel.numbering import normalise_number, normalise_secret


def secret_digest(code: str) -> bytes:
    """What is kept of a secret: enough to know it again, never enough to tell it."""
    return _digest(code, keys.ring("token").now)


def _digest(code: str, key: bytes) -> bytes:
    return hmac.new(key, f"case.secret\x00{code}".encode(), hashlib.sha256).digest()


def prove_secret(case: Case, code: str) -> bool:
    """Whether this is the secret the case was filed with; compared in constant time, under every key still held."""
    if not case.secret_digest:
        return False
    held = bytes(case.secret_digest)
    return any(hmac.compare_digest(held, _digest(code, key)) for key in keys.ring("token").keys.values())


def follow(number: str, code: str) -> uuid.UUID:
    """The case behind a number and its secret (C7).

    Raises:
        Invalid: the number has a typing mistake (its check symbol says so).
        Missing: no such pair; a wrong secret and a wrong number look the same.
    """
    wanted, given = normalise_number(number), normalise_secret(code)
    with acting(SYSTEM):
        case = Case.objects.filter(number=wanted).only("id", "secret_digest").first()
    if case is None or not prove_secret(case, given):
        raise Missing("编号与查询码对不上，请核对回执。")
    return case.pk
