"""Taking a database out into one file and putting it back (PostgreSQL's custom format)."""

import os
import secrets
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from huhang.base.database import binaries as programs
from huhang.base.database import roles
from huhang.kernel.errors import Conflict, Missing, Unavailable

OBJECTS = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""


def dump(dsn: str, path: str | Path, *, force: bool = False, binaries: str | Path | None = None) -> Path:
    """Write the whole database to ``path`` (mode 600): complete, or not there at all.

    Raises:
        Conflict: the file exists and ``force`` is not given.
        Unavailable: the database, the program or the disk does not do it.
    """
    path = Path(path).absolute()
    if path.exists() and not force:
        raise Conflict(
            "文件 %(path)s 已经存在，没有覆盖它。",
            hint="请换一个文件名，或者加上 --force。",
            params={"path": str(path)},
        )
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as stream:
            _run("pg_dump", dsn, "--format=custom", stdout=stream, binaries=binaries)
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        raise Unavailable(
            "备份文件 %(path)s 写不进去：%(why)s。",
            hint="请检查目录是否存在、权限和磁盘空间。",
            params={"path": str(path), "why": error.strerror or str(error)},
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return path


def restore(dsn: str, path: str | Path, *, force: bool = False, binaries: str | Path | None = None) -> None:
    """Read a dump back: all of it in one transaction, or nothing.

    Only into an empty database, unless ``force``: then it is read into a new database first, which takes the old
    one's name when it is complete, so a broken file costs nothing. The old one is deleted.

    Raises:
        Missing: the file is not there.
        Conflict: the database is not empty and ``force`` is not given.
        Unavailable: the dump cannot be read, or the role may not do this.
    """
    path = Path(path).absolute()
    if not path.is_file():
        raise Missing("备份文件 %(path)s 不存在。", hint="请检查路径。", params={"path": str(path)})
    roles.ensure_roles(dsn)
    if _empty(dsn):
        _load(dsn, path, binaries)
        return
    if not force:
        raise Conflict(
            "数据库里已经有数据，没有导入。", hint="请导入到一个空的数据库，或者加上 --force 用备份替换现有的全部数据。"
        )
    _replace(dsn, path, binaries)


def _load(dsn: str, path: Path, binaries: str | Path | None) -> None:
    _run(
        *("pg_restore", dsn, "--no-owner", "--exit-on-error", "--single-transaction", str(path)),
        binaries=binaries,
    )


def _empty(dsn: str) -> bool:
    with psycopg.connect(dsn) as session:
        row = session.execute(OBJECTS.encode()).fetchone()
    return row is not None and row[0] == 0


def _replace(dsn: str, path: Path, binaries: str | Path | None) -> None:
    name = str(conninfo_to_dict(dsn)["dbname"])
    fresh, old = f"{name}_{secrets.token_hex(4)}", f"{name}_{secrets.token_hex(4)}"
    try:
        with psycopg.connect(make_conninfo(dsn, dbname="postgres"), autocommit=True) as session:
            session.execute(_named("CREATE DATABASE {} TEMPLATE template0", fresh))
            try:
                _load(make_conninfo(dsn, dbname=fresh), path, binaries)
                session.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
                with session.transaction():
                    session.execute(_named("ALTER DATABASE {} RENAME TO {}", name, old))
                    session.execute(_named("ALTER DATABASE {} RENAME TO {}", fresh, name))
            except BaseException:
                session.execute(_named("DROP DATABASE IF EXISTS {} WITH (FORCE)", fresh))
                raise
            session.execute(_named("DROP DATABASE IF EXISTS {} WITH (FORCE)", old))
    except psycopg.Error as error:
        raise Unavailable(
            "没有替换成功，原来的数据库没有变：%(why)s",
            hint="请停下正在使用它的程序再试；或者请管理员建一个空的数据库，直接导入。",
            params={"why": str(error).strip()},
        ) from error


def _named(pattern: Any, *names: str) -> sql.Composed:
    return sql.SQL(pattern).format(*(sql.Identifier(name) for name in names))


def _run(
    program: str, dsn: str, *words: str, binaries: str | Path | None = None, stdout: Any = subprocess.DEVNULL
) -> None:
    found = programs.find(binaries)
    said = subprocess.run(  # noqa: S603  PostgreSQL's own programs
        [found.program(program), "--dbname", dsn_without_password(dsn), "--no-password", *words],
        env=_environment(dsn),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
    )
    if said.returncode != 0:
        reason = said.stderr.decode("utf-8", "replace").strip()[-2000:]
        full = "No space left on device" in reason
        raise Unavailable(
            "磁盘已满，%(program)s 没有完成。" if full else "%(program)s 没有完成。",
            hint="请清理磁盘后再试。\n%(said)s" if full else "请按它说的处理：\n%(said)s",
            params={"program": program, "said": reason},
        )


def dsn_without_password(dsn: str) -> str:
    """The address for a command line, which everybody on the machine can read."""
    params = conninfo_to_dict(dsn)
    params.pop("password", None)
    return make_conninfo("", **params)


def _environment(dsn: str) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    password = conninfo_to_dict(dsn).get("password")
    return kept | {"LC_ALL": "C"} | ({"PGPASSWORD": str(password)} if password else {})
