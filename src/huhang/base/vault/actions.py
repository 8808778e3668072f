"""Sealing with this installation's keys, and the one door back to plain text."""

import uuid
from datetime import datetime

from huhang.base.journal import actions as journal
from huhang.base.journal.rules import By
from huhang.base.keyring import keys
from huhang.base.vault import rules
from huhang.kernel.errors import Invalid, Unavailable


def seal(plain: str, purpose: str) -> bytes:
    """Sealed bytes of a personal value; ``purpose`` names the column it is kept in."""
    return rules.seal(plain, purpose, keys.ring("seal"))


def blind(plain: str, purpose: str) -> bytes:
    """The blind index of a personal value, for finding it again without opening it."""
    return rules.blind(plain, purpose, keys.ring("blind"))


def reveal(
    sealed: bytes,
    purpose: str,
    *,
    person: uuid.UUID | None,
    why: str,
    by: By,
    now: datetime,
    case: uuid.UUID | None = None,
) -> str:
    """Plain text of a sealed value; the reading is journalled before anything is opened (SAFEGUARDS 9, 10).

    Args:
        person: whose it is; none only for a value nobody in the register is known to own yet, such as a number typed
            in for a phone check.

    Raises:
        Invalid: no reason was given.
        Unavailable: the value does not open with the keys of this installation.
    """
    if not why.strip():
        raise Invalid("请写明查看个人信息的用途。", field="why")
    journal.write("person.read", by=by, now=now, case=case, person=person, about=why.strip(), data={"field": purpose})
    try:
        return rules.unseal(bytes(sealed), purpose, keys.ring("seal"))
    except rules.Unreadable as problem:
        raise Unavailable(
            "这条个人信息用现有密钥打不开。", hint="请管理员核对 keys.json 是否为本系统的密钥备份。"
        ) from problem
