"""Running PostgreSQL's own programs on a cluster folder: making it, starting it, stopping it."""

import os
import secrets
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from huhang.base.database import complaints, postmaster
from huhang.base.database.account import Account
from huhang.base.database.binaries import Binaries
from huhang.base.database.place import SOCKET_PORT, Place
from huhang.kernel.errors import Unavailable

LOG_LIMIT = 5_000_000  # bytes; a longer log is put aside at the next start


@dataclass(frozen=True)
class Tuning:
    """Settings of the server. ``fsync=False`` is for tests only: a power cut then loses data."""

    fsync: bool = True
    shared_buffers: str = "64MB"
    max_connections: int = 60
    max_wal_size: str = "512MB"

    def options(self) -> dict[str, str]:
        """The settings by PostgreSQL's names. They go on the command line, so no file has to be rewritten."""
        chosen = {
            "shared_buffers": self.shared_buffers,
            "max_connections": str(self.max_connections),
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "password_encryption": "scram-sha-256",
            "log_min_messages": "warning",
            "log_line_prefix": "%m [%p] ",
            "max_wal_size": self.max_wal_size,
            "wal_level": "replica",
            "unix_socket_permissions": "0700",
        }
        if not self.fsync:
            chosen |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        return chosen


@dataclass(frozen=True)
class Server:
    """One cluster folder with the programs and the account that serve it."""

    place: Place
    account: Account
    binaries: Binaries
    tuning: Tuning

    def run(self, *words: str, stdin: str | None = None, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run one program as the server's account, with nothing of our environment that could change its mind."""
        return subprocess.run(  # noqa: S603  PostgreSQL's own programs
            [self.binaries.program(words[0]), *words[1:]],
            cwd="/",
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "HOME": "/"},
            stdin=None if stdin is not None else subprocess.DEVNULL,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=timeout,
            **self.account.popen(),
        )

    def make(self) -> None:
        """``initdb`` into a folder beside, then rename: a half-made cluster is never taken for a whole one."""
        cluster = self.place.cluster
        self._folder(cluster.parent, mine=True)
        part = cluster.with_name(f"{cluster.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        self.account.own(part)
        password = secrets.token_urlsafe(24)
        with tempfile.TemporaryDirectory(prefix="huhang-") as closed:
            self.account.own(Path(closed))
            said = self._initdb(part, Path(closed) / "password", password)
        if said.returncode != 0:
            shutil.rmtree(part, ignore_errors=True)
            raise complaints.explain(said.stdout, folder=cluster)
        write_password(self.place.admin_password, "postgres", password)
        part.rename(cluster)

    def _initdb(self, folder: Path, passfile: Path, password: str) -> subprocess.CompletedProcess[str]:
        passfile.touch(mode=0o600)
        passfile.write_text(password, "ascii")
        self.account.own(passfile)
        return self.run(
            *("initdb", "-D", str(folder), "--username=postgres", f"--pwfile={passfile}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--data-checksums"),
            *(() if self.tuning.fsync else ("--no-sync",)),
        )

    def reset_password(self) -> None:
        """Give the superuser a new password without the old one (its file was lost); the server must be down."""
        password = secrets.token_urlsafe(24)
        said = self.run(
            *("postgres", "--single", "-D", str(self.place.cluster), "-c", "exit_on_error=on", "postgres"),
            stdin=f"ALTER ROLE postgres PASSWORD '{password}'\n",
        )
        if said.returncode != 0:
            raise complaints.explain(said.stdout, folder=self.place.cluster)
        write_password(self.place.admin_password, "postgres", password)

    def start(self, port: int | None, *, timeout: float) -> None:
        """Start and wait until it accepts connections. ``port`` None opens no TCP port at all, 0 finds a free one.

        Raises:
            Unavailable: with the reason found in the log and its last lines.
        """
        run = self.place.run if self._socket_works() else None
        until = time.monotonic() + timeout
        self._rotate()
        for attempt in range(1000):
            chosen = free_port() if port == 0 or (port is None and run is None) else port
            said = self._pg_ctl_start(chosen, run, max(5.0, until - time.monotonic()))
            if not said:
                return
            late = time.monotonic() > until
            if complaints.still_closing(said) and not late:
                time.sleep(0.1)
            elif not (complaints.port_taken(said) and chosen != port and attempt < 5):
                raise complaints.explain(said, folder=self.place.cluster, port=chosen)

    def _pg_ctl_start(self, port: int | None, run: Path | None, timeout: float) -> str:
        """Try once; the empty string means it runs, anything else is what it said."""
        options = self.tuning.options() | {
            "listen_addresses": "" if port is None else "127.0.0.1",
            "port": str(port or SOCKET_PORT),
            "unix_socket_directories": str(run or ""),
        }
        before = _size(self.place.log)
        words = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in options.items())
        said = self.run(
            *("pg_ctl", "start", "-w", "-s", "-t", str(int(timeout)), "-D", str(self.place.cluster)),
            *("-l", str(self.place.log), "-o", words),
            timeout=timeout + 30,
        )
        if said.returncode == 0 and postmaster.running(self.place.cluster):
            return ""
        return complaints.tail(self.place.log, since=before) or said.stdout or "pg_ctl"

    def stop(self, *, timeout: float) -> None:
        """Stop at once but cleanly: open transactions are rolled back, committed ones are on disk."""
        said = self.run(
            *("pg_ctl", "stop", "-w", "-s", "-m", "fast", "-t", str(int(timeout)), "-D", str(self.place.cluster)),
            timeout=timeout + 30,
        )
        if said.returncode != 0 and postmaster.running(self.place.cluster):
            raise Unavailable(
                "数据库在 %(seconds)d 秒内没有停下来。",
                hint="请再试一次 huhang db stop；日志的最后几行：\n%(said)s",
                params={"seconds": int(timeout), "said": complaints.tail(self.place.log) or said.stdout},
            )

    def _socket_works(self) -> bool:
        """Some file systems (shared folders of virtual machines) hold no sockets."""
        run = self.place.run
        if run is None:
            return False
        self._folder(run, mine=False)
        probe = run / ".probe"
        try:
            probe.unlink(missing_ok=True)
            with socket.socket(socket.AF_UNIX) as trial:
                trial.bind(str(probe))
            probe.unlink()
        except OSError:
            return False
        return True

    def _folder(self, folder: Path, *, mine: bool) -> None:
        """Make a folder: ours to pass through, or the account's alone. One laid down by a stranger is refused."""
        if not folder.exists():
            folder.mkdir(mode=0o711 if mine and self.account.drop else 0o700, parents=True)
            if not mine:
                self.account.own(folder)
        stat = folder.lstat()
        owners = {os.geteuid()} if mine else {self.account.uid}
        if not mine and (stat.st_uid not in owners or stat.st_mode & 0o077 or folder.is_symlink()):
            raise Unavailable(
                "目录 %(folder)s 不是本程序建立的，不能用来放数据库的套接字。",
                hint="请删除或改名这个目录后再启动。",
                params={"folder": str(folder)},
            )

    def _rotate(self) -> None:
        if _size(self.place.log) > LOG_LIMIT:
            self.place.log.replace(self.place.log.with_suffix(".log.1"))


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def free_port() -> int:
    """A port nobody listens on at this moment; it may be taken before it is used, so callers try again."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def write_password(path: Path, role: str, password: str) -> None:
    """Write a libpq password file, readable by us alone, in one rename."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="ascii") as stream:
        stream.write(f"*:*:*:{role}:{password}\n")
    part.replace(path)
