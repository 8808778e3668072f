"""Sealed bytes on disk: written whole or not at all, found again by id."""

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from huhang.base.files.rules import seal
from huhang.base.keyring import keys
from huhang.kernel.errors import Unavailable


def place(file: UUID) -> Path:
    """Where a file lies. The random end of the id spreads files evenly over 65,536 folders."""
    name = file.hex
    return Path(settings.HUHANG_FILES) / name[-2:] / name[-4:-2] / str(file)


def put(file: UUID, content: bytes) -> None:
    """Seals and writes a file; after return it outlives a power cut.

    Raises:
        Unavailable: the disk is full or does not take it; nothing is left behind.
    """
    target = place(file)
    part = target.with_suffix(".part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            for piece in seal(content, file, keys.ring("file"), secrets.token_bytes(16)):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        part.rename(target)
        _settle(target.parent)
    except OSError as problem:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise Unavailable(
            "文件没有存上，可能是存储空间不足。您填写的其他内容没有丢。",
            hint="请稍后再试，或先不带附件提交；请管理员运行 huhang doctor 查看存储空间。",
        ) from problem


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(file: UUID) -> None:
    """Takes a file away; one that is gone already is no fault."""
    place(file).unlink(missing_ok=True)


def older_than(moment: datetime) -> Iterator[tuple[Path, UUID | None]]:
    """Every file written before a moment, with its id; none for a leftover that never got its name."""
    for path in Path(settings.HUHANG_FILES).glob("??/??/*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < moment.timestamp():
                yield path, _id(path.name)


def _id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
