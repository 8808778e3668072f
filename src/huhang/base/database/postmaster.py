"""Is a server really running on this folder? A number in a file is no proof: the process is looked at."""

import contextlib
import os
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Postmaster:
    """What ``postmaster.pid`` says. ``ready`` means the server accepts connections."""

    pid: int
    started: datetime
    port: int
    run: str
    ready: bool


def read(cluster: Path) -> Postmaster | None:
    """The contents of ``postmaster.pid``, or None when it is absent or half-written."""
    try:
        lines = (cluster / "postmaster.pid").read_text("ascii", "replace").splitlines()
        return Postmaster(
            pid=abs(int(lines[0])),
            started=datetime.fromtimestamp(int(lines[2]), UTC),
            port=int(lines[3]),
            run=lines[4].strip(),
            ready=len(lines) > 7 and lines[7].strip() == "ready",
        )
    except (OSError, ValueError, IndexError):
        return None


def running(cluster: Path) -> Postmaster | None:
    """The server that runs on this folder. A number left by a crash is none, even if another program has it now."""
    found = read(cluster)
    if found is None or not _is_server(found.pid, cluster):
        return None
    return found


def clear_strangers(cluster: Path, run: Path | None, *, timeout: float) -> None:
    """Remove lock files whose number now belongs to another program, or to a dead process nobody has buried.

    PostgreSQL removes a lock whose number is free by itself, but refuses to start for ever when it is in use. It also
    looks there for children of a killed server that are still writing, so these are waited for first.
    """
    locks = [cluster / "postmaster.pid", *(run.glob(".s.PGSQL.*.lock") if run else ())]
    stale = [each for each in locks if (pid := _holder(each)) and _exists(pid) and not _is_server(pid, cluster)]
    if not stale:
        return
    until = time.monotonic() + timeout
    while _inhabited(cluster) and time.monotonic() < until:
        time.sleep(0.02)
    if not _inhabited(cluster):
        for each in stale:
            each.unlink(missing_ok=True)


def _holder(lock: Path) -> int:
    try:
        return abs(int(lock.read_text("ascii", "replace").split(maxsplit=1)[0]))
    except (OSError, ValueError, IndexError):
        return 0


def _inhabited(cluster: Path) -> bool:
    """Whether any process works in the folder: each of PostgreSQL's has it as its current one."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == cluster:
                return True
    return False


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_server(pid: int, cluster: Path) -> bool:
    if pid <= 1 or not _exists(pid):
        return False
    words = _command(pid)
    return any("postgres" in word for word in words[:1]) and str(cluster) in words


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return []
    except OSError:
        return []
    ps = ["ps", "-ww", "-o", "args=", "-p", str(pid)]
    said = subprocess.run(ps, capture_output=True, text=True, check=False)  # noqa: S603  fixed words and a number
    return said.stdout.split()
