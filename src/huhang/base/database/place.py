"""Where the embedded database lives on disk, and how to reach it there."""

import hashlib
import json
import os
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huhang.base.database import account, binaries
from huhang.base.database.account import Account
from huhang.kernel.errors import Unavailable

LONGEST_SOCKET = 100  # bytes; the system's limit is 107 with the file name, and macOS allows 103
SOCKET_PORT = 5432  # only a part of the socket's file name: nothing listens on it unless asked


@dataclass(frozen=True)
class Place:
    """The folders of one embedded database.

    Attributes:
        data: the product's data folder, ours.
        cluster: PostgreSQL's own folder, owned by the account it runs under.
        run: the folder of its socket, or None where sockets are impossible.
    """

    data: Path
    cluster: Path
    run: Path | None

    @property
    def state(self) -> Path:
        return self.data / "pg.json"

    @property
    def lock(self) -> Path:
        return self.data / "pg.lock"

    @property
    def owner_password(self) -> Path:
        """A libpq password file (mode 600) for the role that owns the databases."""
        return self.data / "pg.pass"

    @property
    def admin_password(self) -> Path:
        """A libpq password file (mode 600) for the superuser, which only the launcher uses."""
        return self.data / "pg.admin.pass"

    @property
    def log(self) -> Path:
        return self.cluster / "server.log"


def default_data(environ: Mapping[str, str]) -> Path:
    """``HUHANG_DATA``; else ``var`` in a checkout; else the user's own data folder."""
    if named := environ.get("HUHANG_DATA"):
        return Path(named).expanduser().absolute()
    checkout = Path(__file__).resolve().parents[4]
    if (checkout / "pyproject.toml").is_file():
        return checkout / "var"
    home = environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(home).expanduser() / "huhang"


def read_state(data: Path) -> dict[str, Any]:
    """What the launcher last wrote down; empty when there is nothing, or nothing readable."""
    try:
        state = json.loads((data / "pg.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def make_data(data: Path) -> None:
    """Make the data folder. Others may pass through it to what they own inside, and may list nothing.

    Raises:
        Unavailable: it cannot be made or written.
    """
    try:
        fresh = not data.exists()
        data.mkdir(parents=True, exist_ok=True)
        if fresh:
            data.chmod(0o711 if os.geteuid() == 0 else 0o700)
        if not os.access(data, os.W_OK | os.X_OK):
            raise PermissionError
    except OSError as error:
        raise Unavailable(
            "数据目录 %(folder)s 不能写入。",
            hint="请检查目录的权限和磁盘，或者用环境变量 HUHANG_DATA 指定另一个目录。",
            params={"folder": str(data)},
        ) from error


def settle(data: Path, environ: Mapping[str, str] = os.environ) -> tuple[Place, Account]:
    """Decide where the cluster and its socket go, the same way every time; what was written down wins."""
    data = data.expanduser().resolve()
    recorded = read_state(data).get("cluster")
    cluster = Path(recorded) if recorded else data / "pg"
    who = account.for_cluster(cluster, environ)
    home = data
    if recorded and cluster.parent != data:
        home = cluster.parent
    elif not recorded and who.drop and not who.reaches(_nearest(data)):
        home = _elsewhere(data, who)
        cluster = home / "pg"
    return Place(data, cluster, _socket_folder(home, who)), who


def _nearest(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def _key(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]


def _elsewhere(data: Path, who: Account) -> Path:
    """A place the account can reach when the data folder is behind a closed door, such as root's home."""
    for place in binaries.shared_places(who):
        if binaries.private_folder(place) and who.reaches(place):
            return place / _key(data)
    raise Unavailable(
        "运行数据库的账户（编号 %(uid)s）进不了数据目录 %(folder)s。",
        hint="请把 HUHANG_DATA 设为别处（例如 /srv/huhang），或者用普通用户启动。",
        params={"uid": who.uid, "folder": str(data)},
    )


def _socket_folder(home: Path, who: Account) -> Path | None:
    if not hasattr(socket, "AF_UNIX"):
        return None
    run = home / "run"
    if len(os.fsencode(run / f".s.PGSQL.{SOCKET_PORT}")) <= LONGEST_SOCKET:
        return run
    for temp in (tempfile.gettempdir(), "/tmp"):  # noqa: S108  made 0700 and checked before use
        run = Path(temp) / f"huhang-{who.uid}-{_key(home)}"
        if len(os.fsencode(run / f".s.PGSQL.{SOCKET_PORT}")) <= LONGEST_SOCKET and (
            not who.drop or who.reaches(Path(temp))
        ):
            return run
    return None
