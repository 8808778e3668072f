"""Is a server really running on this folder? A number in a file is no proof: the process is looked at."""

import os
import subprocess
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


def clear_stranger(cluster: Path) -> bool:
    """Remove a ``postmaster.pid`` whose number now belongs to another program.

    PostgreSQL removes a dead one by itself, but refuses to start for ever when the number is in use again.
    """
    found = read(cluster)
    if found is None or not _exists(found.pid) or _is_server(found.pid, cluster):
        return False
    (cluster / "postmaster.pid").unlink(missing_ok=True)
    return True


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
