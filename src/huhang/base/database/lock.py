"""One starter at a time: a lock the system releases by itself when its holder dies."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huhang.kernel.errors import Unavailable


@contextmanager
def held(path: Path, *, timeout: float) -> Iterator[None]:
    """Hold the lock file, waiting up to ``timeout`` seconds for another holder.

    Raises:
        Unavailable: somebody else still holds it, or the file cannot be opened.
    """
    try:
        stream = path.open("a")
    except OSError as error:
        raise Unavailable(
            "数据目录 %(folder)s 不能写入。",
            hint="请检查目录的属主和权限，或者用 HUHANG_DATA 指定另一个目录。",
            params={"folder": str(path.parent)},
        ) from error
    with stream:
        until = time.monotonic() + timeout
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > until:
                    raise Unavailable(
                        "另一个程序正在启动或停止这个数据库，等了 %(seconds)d 秒还没有结束。",
                        hint="请稍后再试；用 huhang db status 查看状态。",
                        params={"seconds": int(timeout)},
                    ) from error
                time.sleep(0.02)
        yield
