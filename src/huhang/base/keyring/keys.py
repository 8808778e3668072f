"""The keys of this installation: one file in the data folder, readable by its owner only, never in the database.

The file is made on first use and then only read. Losing it makes sealed fields unreadable for good: `huhang db dump`
therefore says to keep a copy of it elsewhere (docs/howto).
"""

import base64
import json
import os
import secrets
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from huhang.kernel.errors import Unavailable

USES = ("seal", "blind", "token", "file", "django")


@dataclass(frozen=True)
class Ring:
    """Named keys of one use; ``current`` seals, every key opens."""

    current: str
    keys: dict[str, bytes] = field(repr=False)

    def __getitem__(self, name: str) -> bytes:
        return self.keys[name]

    @property
    def now(self) -> bytes:
        """The key in use today."""
        return self.keys[self.current]


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _fresh() -> dict[str, Any]:
    rings = {use: {"current": "k1", "keys": {"k1": _encode(secrets.token_bytes(32))}} for use in USES}
    return {"format": 1, "rings": rings, "anchor": _encode(Ed25519PrivateKey.generate().private_bytes_raw())}


def make(path: Path) -> None:
    """Writes a fresh key file; two processes at once leave one whole file, the other's is dropped."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump(_fresh(), out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(part, path)  # fails when another process was first, whose keys then hold
    except FileExistsError:
        return
    finally:
        part.unlink()


@cache
def load(path: Path) -> dict[str, Any]:
    if not path.exists():
        make(path)
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError) as problem:
        raise Unavailable(
            "密钥文件读不出来，个人信息无法加密或打开。", hint="从备份恢复 keys.json，或检查它的读取权限。"
        ) from problem
    return found


def ring(use: str) -> Ring:
    """The ring of keys for one use: ``seal``, ``blind``, ``token`` or ``file``."""
    entry = load(Path(settings.HUHANG_KEYS))["rings"][use]
    return Ring(entry["current"], {name: base64.b64decode(key) for name, key in entry["keys"].items()})


def anchor_key() -> Ed25519PrivateKey:
    """The private key that signs journal anchors."""
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(load(Path(settings.HUHANG_KEYS))["anchor"]))
