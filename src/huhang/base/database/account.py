"""The unprivileged account PostgreSQL runs under when the product itself was started by root.

PostgreSQL refuses to run as root, rightly. No account is created and no folder of somebody else is opened up
(HOUSE §4): an existing account is used, and where it cannot reach a folder, another folder is chosen.
"""

import os
import pwd
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huhang.kernel.errors import Unavailable

CANDIDATES = ("huhang", "nobody", "daemon")


@dataclass(frozen=True)
class Account:
    """Who runs the server; ``drop`` says whether that is somebody else than ourselves."""

    uid: int
    gid: int
    drop: bool

    def popen(self) -> dict[str, Any]:
        """Arguments for ``subprocess`` that start a child as this account."""
        if not self.drop:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a path we have just made to this account."""
        if self.drop:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def reaches(self, folder: Path) -> bool:
        """Whether this account can enter the folder; asked of the system itself, so access lists count too."""
        if not self.drop:
            return os.access(folder, os.X_OK)
        asked = subprocess.run(  # noqa: S603  the path is an argument, not a part of the script
            ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)],
            cwd="/",
            env={},
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self.popen(),
        )
        return asked.returncode == 0


def _owner(cluster: Path) -> tuple[int | None, int]:
    try:
        found = cluster.stat()
    except FileNotFoundError:
        return None, 0
    except OSError as error:
        raise Unavailable(
            "当前用户进不了数据库目录 %(folder)s。",
            hint="请用原来的用户启动，或者用环境变量 HUHANG_DATA 指定另一个数据目录。",
            params={"folder": str(cluster)},
        ) from error
    return found.st_uid, found.st_gid


def for_cluster(cluster: Path, environ: Mapping[str, str]) -> Account:
    """The account for this cluster folder: its owner if it exists, ourselves if we are not root, else a candidate.

    Raises:
        Unavailable: the folder belongs to another user, or root finds no account to step down to.
    """
    owner, group = _owner(cluster)
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise Unavailable(
                "数据库目录 %(folder)s 属于另一个用户（编号 %(uid)s），当前用户不能启动它。",
                hint="请用原来的用户启动，或者用环境变量 HUHANG_DATA 指定另一个数据目录。",
                params={"folder": str(cluster), "uid": owner},
            )
        return Account(os.geteuid(), os.getegid(), drop=False)
    if owner:
        return Account(owner, group, drop=True)
    wanted = environ.get("HUHANG_PG_USER")
    for name in (wanted,) if wanted else CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid, drop=True)
    raise Unavailable(
        "PostgreSQL 不能以 root 身份运行，而系统里没有可用的普通账户（%(names)s）。",
        hint="请新建一个普通账户并用 HUHANG_PG_USER 指明，或者直接用普通用户启动。",
        params={"names": wanted or "、".join(CANDIDATES)},
    )
