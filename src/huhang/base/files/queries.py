"""Reading stored files."""

import hashlib
from collections.abc import Iterator

from huhang.base.files import disk
from huhang.base.files.models import StoredFile
from huhang.base.files.rules import DamagedError, unseal
from huhang.base.keyring import keys
from huhang.kernel.errors import Missing, Unavailable

_BROKEN = "这份文件在存储里缺失或已损坏，打不开。"
_BROKEN_HINT = "请管理员从备份恢复这份文件。"


def open_file(stored: StoredFile) -> Iterator[bytes]:
    """The plain bytes in pieces, each checked before it is given out, the whole against its digest at the end.

    Who may read it, and the line about the reading, are `actions.serve`'s; this is for serving and for back-up checks.

    Raises:
        Missing: it was removed.
        Unavailable: it is gone from the disk, damaged, or does not open with our keys.
    """
    if stored.removed_at is not None:
        raise Missing("这份文件已按规定删除。")
    digest = hashlib.sha256()
    try:
        with disk.place(stored.pk).open("rb") as sealed:
            for piece in unseal(sealed, stored.pk, keys.ring("file")):
                digest.update(piece)
                yield piece
    except (OSError, DamagedError) as problem:
        raise Unavailable(_BROKEN, hint=_BROKEN_HINT) from problem
    if digest.hexdigest() != stored.digest:
        raise Unavailable(_BROKEN, hint=_BROKEN_HINT)
