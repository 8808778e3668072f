"""What the server wrote into its log, turned into a sentence that says what to do."""

import os
import re
from pathlib import Path

from huhang.kernel.errors import Unavailable

LINES = 12

KNOWN: tuple[tuple[str, str, str], ...] = (
    (
        r"No space left on device|Disk quota exceeded",
        "磁盘已满，数据库不能启动。",
        "请清理 %(folder)s 所在的磁盘后再启动；已提交的数据不受影响。",
    ),
    (
        r"Address already in use|could not create any TCP/IP sockets",
        "端口 %(port)s 已被别的程序占用。",
        "请停下占用它的程序，或者换一个端口（HUHANG_PG_PORT，0 表示自动寻找）。",
    ),
    (
        r"not compatible with|was initialized by PostgreSQL version|initialized with PG_CONTROL_VERSION",
        "数据目录是另一个版本的 PostgreSQL 建立的，当前程序不能打开。",
        "请用 HUHANG_PG_BIN 指向原来的版本，导出后再导入新的数据目录。",
    ),
    (
        r"could not (create|map|resize|open) .*shared memory|could not create semaphores|Cannot allocate memory",
        "系统的共享内存或内存不够，数据库不能启动。",
        "请关掉一些程序，或者加大 /dev/shm（容器用 --shm-size），或者调小 shared_buffers。",
    ),
    (
        r"Read-only file system|Permission denied",
        "数据库目录 %(folder)s 不能写入。",
        "请检查目录的属主和权限，或者用 HUHANG_DATA 指定另一个目录。",
    ),
    (
        r"invalid (primary )?checkpoint|could not locate a valid checkpoint|invalid checksum|PANIC",
        "数据库文件已损坏，不能启动。",
        "请先完整复制 %(folder)s 保存现场，再从最近的备份恢复（huhang db restore）。",
    ),
)


def tail(log: Path, since: int = 0, lines: int = LINES) -> str:
    """The last lines of the log after a byte position; a link in its place is not followed."""
    try:
        descriptor = os.open(log, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return ""
    with open(descriptor, "rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        stream.seek(max(since if since <= size else 0, size - 16_384))
        text = stream.read().decode("utf-8", "replace")
    return "\n".join(text.splitlines()[-lines:])


def explain(said: str, *, folder: Path, port: int | None = None) -> Unavailable:
    """The refusal for what the server said; the last lines of its log are at the end of the hint."""
    params = {"folder": str(folder), "port": port, "said": said.strip() or "（没有日志）"}
    for pattern, message, hint in KNOWN:
        if re.search(pattern, said):
            return Unavailable(message, hint=f"{hint}\n%(said)s", params=params)
    return Unavailable("数据库没有启动成功。", hint="日志的最后几行：\n%(said)s", params=params)


def port_taken(said: str) -> bool:
    """Whether the server gave up because of its port."""
    return re.search(KNOWN[1][0], said) is not None


def still_closing(said: str) -> bool:
    """Whether processes of a killed server were still alive: they end by themselves within moments."""
    return "shared memory block" in said and "still in use" in said
