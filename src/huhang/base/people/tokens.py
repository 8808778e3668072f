"""API tokens: checked by signature before the database is asked, refused once revoked, expired, or the officer left."""

import base64
import binascii
import hashlib
import hmac
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from huhang.base.access.rules import STRANGER, Actor
from huhang.base.journal import actions as journal
from huhang.base.keyring import keys
from huhang.base.people.models import ApiToken
from huhang.base.people.queries import actor_of, officer
from huhang.kernel.errors import Denied, Invalid, Missing
from huhang.kernel.text import clean

_BYTES = 16


def _signature(raw: bytes, key: bytes) -> bytes:
    return hmac.new(key, b"api.token\x00" + raw, hashlib.sha256).digest()


def _text(token: ApiToken) -> str:
    raw = token.id.bytes
    return "hht_" + base64.urlsafe_b64encode(raw + _signature(raw, keys.ring("token").now)).decode().rstrip("=")


def _opened(text: str) -> uuid.UUID | None:
    if not text.startswith("hht_"):
        return None
    try:
        whole = base64.urlsafe_b64decode(text[4:] + "=" * (-len(text[4:]) % 4))
    except (binascii.Error, ValueError):
        return None
    raw, signed = whole[:_BYTES], whole[_BYTES:]
    fits = any(hmac.compare_digest(signed, _signature(raw, key)) for key in keys.ring("token").keys.values())
    return uuid.UUID(bytes=raw) if fits and len(raw) == _BYTES else None


def bearer(header: str) -> Actor:
    """The officer behind an Authorization header; a stranger when it is missing or not good.

    Whoever must change a given password first is nobody until they have.
    """
    scheme, _, text = header.partition(" ")
    token = _opened(text.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        return STRANGER
    user = officer(token, now=timezone.now(), by_token=True)
    return actor_of(user, door="api") if user and not user.must_change_password else STRANGER


@transaction.atomic
def issue(*, name: str, days: int = 90, by: Actor, now: datetime) -> tuple[ApiToken, str]:
    """A new token for oneself; its text is shown once and kept nowhere.

    Raises:
        Denied: not an officer. Invalid: no purpose given, or more than a year.
    """
    if by.user is None:
        raise Denied
    label = clean(name, max_length=64)
    if not label:
        raise Invalid("请写明这个令牌做什么用。", field="name")
    if not 1 <= days <= 366:
        raise Invalid("有效期在 1 到 366 天之间。", field="days")
    token = ApiToken.objects.create(user_id=by.user, name=label, created_at=now, expires_at=now + timedelta(days=days))
    journal.write("token.issue", by=by, now=now, about=label, data={"token": str(token.pk)})
    return token, _text(token)


@transaction.atomic
def revoke(token_id: uuid.UUID, *, by: Actor, now: datetime) -> None:
    """Ends one's own token at once.

    Raises:
        Missing: no such token of this officer.
    """
    if by.user is None:
        raise Denied
    if not ApiToken.objects.filter(pk=token_id, user_id=by.user, revoked_at__isnull=True).update(revoked_at=now):
        raise Missing
    journal.write("token.revoke", by=by, now=now, data={"token": str(token_id)})
