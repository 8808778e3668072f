"""Writing the journal, and taking signed anchors of it out of the database."""

import base64
import hashlib
import json
import os
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import Error as DatabaseError

from huhang.base.journal.models import Entry, Link
from huhang.base.journal.rules import By
from huhang.base.keyring import keys
from huhang.base.statements import rows
from huhang.kernel.errors import Unavailable
from huhang.kernel.text import canonical_json


def write(
    action: str,
    *,
    by: By,
    now: datetime,
    case: uuid.UUID | None = None,
    person: uuid.UUID | None = None,
    about: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Adds one row in the caller's transaction; without it the change it describes must not happen (SAFEGUARDS 9).

    Args:
        action: what was done, as ``noun.verb``.
        about: a sentence for people, never with personal data in it.
        data: facts for machines, likewise.

    Raises:
        Unavailable: the journal cannot be written; the caller's transaction must end without its change.
    """
    try:
        rows.add(
            Entry(
                at=now,
                action=action,
                actor_kind=by.kind,
                actor=by.id,
                actor_name=by.label,
                unit=by.unit,
                door=by.door,
                case=case,
                person=person,
                about=about,
                data=canonical_json(dict(data)) if data else "",
            )
        )
    except DatabaseError as problem:
        raise Unavailable(
            "日志写不进去，这一步没有办理。", hint="请稍后再试；若一直如此，请管理员运行 huhang doctor。"
        ) from problem


def anchors_file() -> Path:
    """Where anchors are kept: outside the database, one JSON object a line."""
    return Path(settings.HUHANG_ANCHORS)


def _last_line(path: Path) -> str:
    if not path.exists():
        return ""
    lines = path.read_text().splitlines()
    return lines[-1] if lines else ""


def anchor(*, now: datetime) -> dict[str, Any] | None:
    """Signs the newest link and appends it to the anchors file; none when nothing came since the last anchor.

    A chain alone finds neither a cut-off tail nor a whole rewrite; a signed root outside does (SAFEGUARDS 8).
    """
    newest = Link.objects.order_by("-seq").values_list("seq", "hash").first()
    if newest is None:
        return None
    path = anchors_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    last = _last_line(path)
    if last and json.loads(last)["seq"] >= newest[0]:
        return None
    key = keys.anchor_key()
    body = {
        "at": now.astimezone(UTC).isoformat(),
        "seq": newest[0],
        "hash": bytes(newest[1]).hex(),
        "previous": hashlib.sha256(last.encode()).hexdigest() if last else "",
        "key": base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode(),
    }
    body["signature"] = base64.b64encode(key.sign(canonical_json(body).encode())).decode()
    with path.open("a") as out:
        out.write(canonical_json(body) + "\n")
        out.flush()
        os.fsync(out.fileno())
    return body
