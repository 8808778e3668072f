"""What kinds of file are taken, what they are called, how they are sealed: no disk, no database."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from huhang.base.keyring.keys import Ring
from huhang.kernel.errors import Invalid, Refusal, Sentence
from huhang.kernel.text import clean

TAKEN = Sentence("图片（JPEG、PNG、WebP）、PDF、Word（docx）、Excel（xlsx）、文本（txt）、表格文本（csv）")
"""Said wherever a file is asked for or refused."""


@dataclass(frozen=True)
class Kept:
    """A checked file as it will be stored: pictures have been drawn anew, the rest is byte for byte what was sent."""

    suffix: str
    media_type: str
    content: bytes


def refused(why: str, *, code: str, **places: int) -> Invalid:
    """A refusal that also says what would be taken; ``code`` names the finding for tests and logs."""
    return Invalid(why, hint="可以上传：%(taken)s。", field="file", params={"taken": TAKEN, "why": code, **places})


# ---- names

_LONGEST = 100
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')


def clean_name(name: str, suffix: str) -> str:
    """A name fit to show and to save under: no folders, nothing hidden or reversing, ending in the true kind.

    ``photo.exe`` that is a JPEG becomes ``photo.exe.jpg``; ``报告.JPEG`` becomes ``报告.jpg``.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name).replace("\0", ""))[-1]
    said = _FORBIDDEN.sub("", _visible(last[:1000])).strip().rstrip(" .")
    stem, dot, end = said.rpartition(".")
    if dot and (end.lower() in _SAME.get(suffix, (suffix,))):
        said = stem
    said = said[:_LONGEST].strip(" .") or "附件"
    if _RESERVED.match(said):
        said = f"_{said}"
    return f"{said}.{suffix}"


_SAME = {"jpg": ("jpg", "jpeg", "jpe", "jfif", "webp"), "png": ("png", "webp")}


def _visible(text: str) -> str:
    try:
        return clean(text.replace("\n", " "), max_length=2000)
    except Refusal:
        return ""


def ending(name: str) -> str:
    """The ending a name claims, in small letters; empty without one."""
    return name.rpartition(".")[2].strip().lower() if "." in name else ""


# ---- sealing

CHUNK = 64 * 1024
_MAGIC, _SALT, _TAG = b"HHF1", 16, 16


class Reader(Protocol):
    """Whatever reads a number of bytes, and fewer only at the end."""

    def read(self, size: int, /) -> bytes: ...


class DamagedError(Exception):
    """Sealed bytes that are not what was written: cut off, reordered, changed, another file's, or the key is gone."""


def _cipher(master: bytes, salt: bytes, file: UUID) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"huhang stored file " + file.bytes).derive(master))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if last else b"\0")


def seal(content: bytes, file: UUID, ring: Ring, salt: bytes) -> Iterator[bytes]:
    """The header and the sealed chunks: AES-256-GCM under a key of this file alone.

    File id, chunk number and "this is the last one" are bound to each chunk, so a chunk that was dropped, swapped or
    taken from another file does not open. ``salt`` is 16 random bytes; the number is a safe nonce because of it.
    """
    name = ring.current.encode()
    head = _MAGIC + bytes((len(name),)) + name + salt
    yield head
    cipher = _cipher(ring.now, salt, file)
    count = max(1, -(-len(content) // CHUNK))
    for number in range(count):
        nonce = _nonce(number, number == count - 1)
        yield cipher.encrypt(nonce, content[number * CHUNK : (number + 1) * CHUNK], head + file.bytes + nonce)


def unseal(pieces: Reader, file: UUID, ring: Ring) -> Iterator[bytes]:
    """The plain chunks, each given out only after it was found genuine.

    Raises:
        DamagedError: see there; what came before the damage has been given out, nothing after it is.
    """
    start = pieces.read(len(_MAGIC) + 1)
    if start[:-1] != _MAGIC:
        raise DamagedError("header")
    rest = pieces.read(start[-1] + _SALT)
    name, salt = rest[:-_SALT].decode(errors="replace"), rest[-_SALT:]
    if len(rest) != start[-1] + _SALT or name not in ring.keys:
        raise DamagedError("key")
    cipher, head = _cipher(ring[name], salt, file), start + rest
    number, piece = 0, pieces.read(CHUNK + _TAG)
    while True:
        following = pieces.read(CHUNK + _TAG)
        nonce = _nonce(number, not following)
        try:
            yield cipher.decrypt(nonce, piece, head + file.bytes + nonce)
        except InvalidTag as problem:
            raise DamagedError(f"chunk {number}") from problem
        if not following:
            return
        number, piece = number + 1, following
